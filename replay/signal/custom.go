package signal

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// custom reads a custom event: ours have tags that begin with "afterimage.", and
// Sentry's recorder writes "breadcrumb" and "performanceSpan".
func (b *Batch) custom(ev rrweb.Event) {
	var payload []byte
	members(ev.Data, func(key, value []byte) {
		if string(key) == "payload" {
			payload = value
		}
	})
	switch ev.Tag {
	case "afterimage.page":
		b.pageOpened(ev.Timestamp, payload)
	case "afterimage.identify":
		b.identify(ev.Timestamp, payload)
	case "afterimage.error":
		b.exception(ev.Timestamp, payload)
	case "afterimage.track":
		b.track(ev.Timestamp, payload)
	case "afterimage.vital":
		b.vital(ev.Timestamp, payload)
	case "afterimage.longtask":
		b.longTask(ev.Timestamp, payload)
	case "afterimage.response":
		b.response(ev.Timestamp, payload)
	case "breadcrumb":
		b.breadcrumb(ev.Timestamp, payload)
	case "performanceSpan":
		b.span(ev.Timestamp, payload)
	}
}

func (b *Batch) pageOpened(at int64, payload []byte) {
	var p struct{ URL, Title, Referrer string }
	if json.Unmarshal(payload, &p) != nil || p.URL == "" {
		return
	}
	b.opened(at, p.URL, p.Title)
	b.gather.opened(Fact{At: at, Kind: FactPage, Ref: Line(p.URL, 2000), Text: Line(p.Title, labelRunesMax), N: pageTold})
	if b.Referrer == "" {
		b.Referrer = Line(p.Referrer, 2000)
	}
}

func (b *Batch) identify(at int64, payload []byte) {
	var p Person
	if json.Unmarshal(payload, &p) != nil || p.ID == "" && p.Email == "" {
		return
	}
	p.Clean()
	b.Person = &p
	b.add(newMoment(at, KindIdentify, p.ID, map[string]string{"id": p.ID}))
}

// Clean bounds what a person is known by, and drops traits that are not a small object.
func (p *Person) Clean() {
	p.ID, p.Email = Line(p.ID, 200), Line(p.Email, 200)
	var traits map[string]any
	if len(p.Traits) > dataBytesMax || json.Unmarshal(p.Traits, &traits) != nil || traits == nil {
		p.Traits = nil
	}
}

// exceptionData are the details of an error moment.
type exceptionData struct {
	Kind    string `json:"kind"` // error, rejection or captured
	Type    string `json:"type"`
	Message string `json:"message"`
	Stack   string `json:"stack,omitempty"`
	Source  string `json:"source,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`

	Fingerprint string `json:"fingerprint"` // the same for the same fault; see fingerprint
}

func (b *Batch) exception(at int64, payload []byte) {
	var p exceptionData
	if json.Unmarshal(payload, &p) != nil {
		return
	}
	p.Type, p.Message = Line(p.Type, 100), Line(p.Message, labelRunesMax)
	p.Stack, p.Source = block(p.Stack, 6000), Line(p.Source, 500)
	p.Fingerprint = fingerprint(&p)
	label := named(p.Type, p.Message)
	b.add(newMoment(at, KindError, label, p))
	b.gather.failed(Fact{At: at, Kind: FactError, Text: Line(label, factTextRunes), Ref: p.Fingerprint})
}

// named joins an error's type and message, which may already begin with it.
func named(kind, message string) string {
	if kind == "" || strings.HasPrefix(message, kind) {
		return message
	}
	if message == "" {
		return kind
	}
	return kind + ": " + message
}

// vitalNames are the measures that are kept, as web.dev/vitals names them.
var vitalNames = map[string]bool{"TTFB": true, "FCP": true, "LCP": true, "CLS": true, "INP": true}

func (b *Batch) vital(at int64, payload []byte) {
	var p struct {
		Name  string
		Value float64
	}
	if json.Unmarshal(payload, &p) == nil {
		b.measured(at, p.Name, p.Value)
	}
}

func (b *Batch) measured(at int64, name string, value float64) {
	if !vitalNames[name] || value < 0 || value > vitalMax {
		return
	}
	if b.Vitals == nil {
		b.Vitals = map[string]float64{}
	}
	b.Vitals[name] = max(b.Vitals[name], value)
	b.gather.note(Fact{At: at, Kind: FactVital, Text: name, N: int64(math.Round(value * vitalScale))})
}

// longTask reads a task that kept the page busy: {duration, startTime}, ms and unix ms.
func (b *Batch) longTask(at int64, payload []byte) {
	var p struct{ Duration, StartTime float64 }
	if json.Unmarshal(payload, &p) != nil || p.Duration < freezeMs || p.Duration > vitalMax {
		return
	}
	if end := p.StartTime + p.Duration; p.StartTime > 0 && end < float64(at) {
		at = int64(end)
	}
	b.gather.note(Fact{At: at, Kind: FactBlocked, X: toldLongTask, N: int64(p.Duration)})
}

func (b *Batch) track(at int64, payload []byte) {
	var p struct {
		Name  string          `json:"name"`
		Props json.RawMessage `json:"props,omitempty"`
	}
	if json.Unmarshal(payload, &p) == nil && p.Name != "" {
		b.add(newMoment(at, KindCustom, p.Name, p))
	}
}

// Response is the answer to a survey as it travels in the stream.
type Response struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Survey   string `json:"survey,omitempty"`
	Score    *int   `json:"score,omitempty"`
	Text     string `json:"text,omitempty"`
	Category string `json:"category,omitempty"`
	URL      string `json:"url,omitempty"`
}

func (b *Batch) response(at int64, payload []byte) {
	var p Response
	if json.Unmarshal(payload, &p) != nil || p.ID == "" {
		return
	}
	p.ID, p.Kind, p.Survey = Line(p.ID, 64), Line(p.Kind, 16), Line(p.Survey, 100)
	p.Text, p.Category, p.URL = block(p.Text, 2000), Line(p.Category, 100), Line(p.URL, 2000)
	b.add(newMoment(at, KindResponse, p.Text, p))
	b.gather.entered()
	b.gather.note(Fact{At: at, Kind: FactAnswer})
}

// breadcrumb reads Sentry's: clicks named by their element, and the console.
func (b *Batch) breadcrumb(at int64, payload []byte) {
	var p struct{ Category, Message, Level string }
	if json.Unmarshal(payload, &p) != nil {
		return
	}
	switch {
	case p.Category == "ui.click":
		b.add(newMoment(at, KindClick, p.Message, nil))
	case p.Category == "console" && (p.Level == "error" || p.Level == "warning"):
		b.console(at, p.Level, p.Message)
	}
}

// plugin reads rrweb's console and network plugins, with PostHog's fields for the latter.
func (b *Batch) plugin(ev rrweb.Event) {
	switch ev.Tag {
	case "rrweb/console@1":
		var d struct {
			Payload struct {
				Level   string            `json:"level"`
				Payload []json.RawMessage `json:"payload"`
			} `json:"payload"`
		}
		if json.Unmarshal(ev.Data, &d) == nil && (d.Payload.Level == "error" || d.Payload.Level == "warn") {
			b.console(ev.Timestamp, d.Payload.Level, consoleText(d.Payload.Payload))
		}
	case "rrweb/network@1":
		b.network(ev)
	}
}

// consoleText joins console arguments. rrweb's plugin sends each as a string that
// itself holds JSON; others send the value.
func consoleText(args []json.RawMessage) string {
	parts := make([]string, 0, len(args))
	for _, arg := range args {
		text := string(arg)
		for range 2 {
			var inner string
			if json.Unmarshal([]byte(text), &inner) != nil {
				break
			}
			text = inner
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func (b *Batch) console(at int64, level, text string) {
	if level == "warning" {
		level = "warn"
	}
	b.add(newMoment(at, KindConsole, text, map[string]string{"level": level}))
}
