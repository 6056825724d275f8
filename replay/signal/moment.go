package signal

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// The kinds of a moment.
const (
	KindPage     = "page"
	KindClick    = "click"
	KindError    = "error"   // an exception or an unhandled rejection
	KindConsole  = "console" // console.error or console.warn
	KindRequest  = "request" // a request that failed or answered 400 or more
	KindResponse = "response"
	KindCustom   = "custom"
	KindIdentify = "identify"
)

// The kinds of moments that a [Detector] finds; each has a file of its own that says what it is.
const (
	KindRage        = "rage"
	KindDead        = "dead"
	KindErrorClick  = "errorclick"
	KindSlowRequest = "slowrequest"
	KindSlowPage    = "slowpage"
	KindVital       = "vital" // a poor web vital
	KindQuickBack   = "quickback"
	KindThrash      = "thrash"
	KindAbandon     = "abandon"
	KindFreeze      = "freeze"
	KindRefresh     = "refresh"
)

// labelRunesMax bounds a label; it is one line of a list, and of the search index.
const labelRunesMax = 300

// dataBytesMax bounds a moment's details, so that an index row stays small; a stack
// of twenty frames fits.
const dataBytesMax = 8 << 10

// vitalMax is ten minutes in ms: a page that took longer was asleep, not slow.
const vitalMax = 600_000

// Moment is a point in time worth jumping to, in the recording browser's clock.
type Moment struct {
	At       int64 // unix ms
	Kind     string
	Label    string          // one line of text, at most labelRunesMax runes, without NUL
	Selector string          // of the element, where the recording tells it
	Data     json.RawMessage // a JSON object with the kind's details; nil where there are none

	Node int // id of the element that was clicked, 0 for other kinds
}

// clickData are the details of a click moment.
type clickData struct {
	Node   int     `json:"node"`
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Tag    string  `json:"tag,omitempty"`
	Role   string  `json:"role,omitempty"`
	TestID string  `json:"testId,omitempty"`
}

// Name says what a click was on. What the recorder said itself stays.
func (m *Moment) Name(tag, role, text, testID, selector string) {
	if m.Label == "" {
		m.Label = Line(text, labelRunesMax)
	}
	if m.Label == "" {
		m.Label = tag
	}
	if m.Selector == "" {
		m.Selector = Line(selector, labelRunesMax)
	}
	var d clickData
	_ = json.Unmarshal(m.Data, &d) // made by click
	d.Tag, d.Role, d.TestID = Line(tag, 100), Line(role, 100), Line(testID, 200)
	if b, err := json.Marshal(d); err == nil {
		m.Data = b
	}
}

// newMoment makes a moment whose text fits everywhere it is kept.
func newMoment(at int64, kind, label string, data any) Moment {
	m := Moment{At: at, Kind: kind, Label: Line(label, labelRunesMax)}
	if data != nil {
		if b, err := json.Marshal(data); err == nil && len(b) <= dataBytesMax {
			m.Data = b
		}
	}
	return m
}

// Line cuts text to one line of at most n runes, without NUL bytes: Postgres refuses them.
func Line(text string, n int) string {
	if isPlain(text, n) {
		return text
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == 0:
			return -1
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	return string(runes[:n-1]) + "…"
}

// isPlain reports whether text is at most n characters of ASCII without control characters, as most is.
func isPlain(text string, n int) bool {
	if len(text) > n {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// block is Line for text of several lines.
func block(text string, n int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n])
}
