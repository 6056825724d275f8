package search

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Kind is what the values of a key are.
type Kind uint8

// The kinds of keys.
const (
	KindValue    Kind = iota // a whole value, folded; * is a wildcard
	KindText                 // words as a piece of a text of the field
	KindURL                  // a path or address with wildcards, or words
	KindNumber               // an integer; there are <, <=, >, >= and ranges
	KindDuration             // the same in ms, written 90s, 5m, 1h30m
	KindTime                 // a day or moment, or a time ago, written 2h or 7d
	KindFlag                 // one of a list
)

// KeySpec describes one key of filters.
type KeySpec struct {
	Key    string
	Kind   Kind
	Fields []string // text fields or the field whose value is compared
	Flags  []string // what a KindFlag takes
	Help   string   // one line, for people
}

// Keys are all keys of filters, in the order that help shows them.
var Keys = []KeySpec{
	{"user", KindText, []string{"userId", "userEmail"}, nil, "id or e-mail of the person"},
	{"email", KindText, []string{"userEmail"}, nil, "e-mail of the person"},
	{"url", KindURL, []string{"urls"}, nil, "a page visited: /checkout* or words"},
	{"page", KindURL, []string{"urls"}, nil, "the same as url"},
	{"title", KindText, []string{"titles"}, nil, "title of a page visited"},
	{"referrer", KindURL, []string{"referrer"}, nil, "where the person came from"},
	{"browser", KindValue, []string{"browser"}, nil, "Chrome, Safari, Firefox …"},
	{"os", KindValue, []string{"os"}, nil, "Windows, macOS, iOS, Android …"},
	{"device", KindValue, []string{"device"}, nil, "desktop, mobile, tablet or bot"},
	{"country", KindValue, []string{"country"}, nil, "two letters: KR, US …"},
	{"language", KindValue, []string{"language"}, nil, "ko-KR, en …; ko* for all of a language"},
	{"release", KindValue, []string{"release"}, nil, "version of the recorded site"},
	{"id", KindValue, []string{"id"}, nil, "id of the session"},
	{"error", KindText, []string{"errors"}, nil, "message of an exception"},
	{"console", KindText, []string{"console"}, nil, "an error or warning in the console"},
	{"request", KindText, []string{"requests"}, nil, "method, address or status of a failed request"},
	{"custom", KindText, []string{"custom"}, nil, "name of a custom event"},
	{"complaint", KindText, []string{"complaints"}, nil, "text of a complaint"},
	{"response", KindText, []string{"complaints", "responses"}, nil, "text of any answer, complaints too"},
	{"has", KindFlag, nil, []string{"error", "complaint", "response", "failedRequest", "console", "custom", "user"},
		"what the session has"},
	{"is", KindFlag, nil, []string{"live", "identified", "anonymous"}, "what the session is"},
	{"status", KindNumber, nil, nil, "HTTP status of a failed request"},
	{"errors", KindNumber, nil, nil, "number of exceptions"},
	{"failed", KindNumber, nil, nil, "number of failed requests"},
	{"responses", KindNumber, nil, nil, "number of answers"},
	{"clicks", KindNumber, nil, nil, "number of clicks"},
	{"pages", KindNumber, nil, nil, "number of pages"},
	{"nps", KindNumber, nil, nil, "lowest NPS answer, 0 to 10"},
	{"csat", KindNumber, nil, nil, "lowest CSAT answer"},
	{"ces", KindNumber, nil, nil, "lowest CES answer"},
	{"duration", KindDuration, nil, nil, "how long the session is: >5m"},
	{"active", KindDuration, nil, nil, "how long the person was active"},
	{"started", KindTime, nil, nil, "when it began: 2026-05-01, <2h (less than 2 hours ago)"},
}

// LiveMs is how long after its last event a session counts as live: the idle time
// after which a session ends.
const LiveMs = 30 * 60 * 1000

// Spec returns the description of a key, nil if there is none.
func Spec(key string) *KeySpec {
	for i := range Keys {
		if Keys[i].Key == key {
			return &Keys[i]
		}
	}
	return nil
}

// field reads the value behind key: and checks it.
func (p *parser) field(key string, start int) (Node, error) {
	valueAt := p.pos
	f := &Field{Key: strings.ToLower(key), Op: OpIs, Pos: start}
	spec := Spec(f.Key)
	if spec == nil {
		return nil, p.unknownKey(key, start)
	}
	if err := p.values(f, spec); err != nil {
		return nil, err
	}
	if err := p.check(f, spec, valueAt); err != nil {
		return nil, err
	}
	return f, nil
}

func (p *parser) unknownKey(key string, start int) error {
	hint := "Put it in quotes to search for it as text."
	if near := nearest(strings.ToLower(key), keyNames()); near != "" {
		hint = fmt.Sprintf("Did you mean %s:? %s", near, hint)
	}
	return p.fail(start, fmt.Sprintf("there is no filter %q", key), hint)
}

func keyNames() []string {
	names := make([]string, len(Keys))
	for i := range Keys {
		names[i] = Keys[i].Key
	}
	return names
}

// values reads what stands behind the colon.
func (p *parser) values(f *Field, spec *KeySpec) error {
	if p.peek(0) == '[' {
		return p.list(f)
	}
	for _, op := range []Op{OpAtLeast, OpAtMost, OpMore, OpLess} {
		if strings.HasPrefix(string(p.in[p.pos:min(p.pos+2, len(p.in))]), string(op)) {
			f.Op = op
			p.pos += len(op)
			break
		}
	}
	v, err := p.value("")
	if err != nil {
		return err
	}
	f.Values = []Value{v}
	if f.Op != OpIs || v.Quote {
		return nil
	}
	if v.Text == "*" {
		f.Op, f.Values = OpPresent, nil
		return nil
	}
	if from, to, ok := strings.Cut(v.Text, ".."); ok && spec.Kind >= KindNumber && spec.Kind <= KindTime {
		f.Op, f.Values = OpRange, []Value{{Text: from}, {Text: to}}
	}
	return nil
}

// value reads one word or phrase; a word also ends before a rune of stop.
func (p *parser) value(stop string) (Value, error) {
	if !p.end() && isQuote(p.in[p.pos]) {
		text, err := p.quoted()
		return Value{Text: text, Quote: true}, err
	}
	start := p.pos
	for !p.end() && !breaksWord(p.in[p.pos]) && !strings.ContainsRune(stop, p.in[p.pos]) {
		p.pos++
	}
	return Value{Text: string(p.in[start:p.pos])}, nil
}

// list reads [a,b,c].
func (p *parser) list(f *Field) error {
	open := p.pos
	p.pos++
	for {
		p.space()
		v, err := p.value(",]")
		if err != nil {
			return err
		}
		p.space()
		if !p.end() && p.peek(0) != ',' && p.peek(0) != ']' {
			return p.fail(p.pos, "a list needs a comma between its values", `Write [a,b], and quote values that have spaces.`)
		}
		if v.Text == "" && !v.Quote {
			return p.fail(min(p.pos, len(p.in)), "a value of this list is empty", "Write [a,b].")
		}
		f.Values = append(f.Values, v)
		if p.end() {
			return p.fail(open, "this [ is never closed", "Add a ] at the end of the list.")
		}
		p.pos++
		if p.in[p.pos-1] == ']' {
			break
		}
	}
	if p.terms += len(f.Values) - 1; p.terms > MaxQueryTerms {
		return p.fail(open, fmt.Sprintf("more than %d words and filters", MaxQueryTerms), "Search for fewer.")
	}
	return nil
}

// check refuses values that the key cannot have.
func (p *parser) check(f *Field, spec *KeySpec, at int) error {
	ordered := spec.Kind >= KindNumber && spec.Kind <= KindTime
	if !ordered && f.Op != OpIs && f.Op != OpPresent {
		return p.fail(at, fmt.Sprintf("%s: cannot be compared with %s", f.Key, f.Op),
			fmt.Sprintf("Write %s:value; put a value that begins with %s in quotes.", f.Key, f.Op))
	}
	if spec.Kind == KindFlag && f.Op == OpPresent {
		return p.fail(at, fmt.Sprintf("%s: needs a value", f.Key), "It takes "+strings.Join(spec.Flags, ", ")+".")
	}
	if f.Op == OpRange && f.Values[0].Text == "" && f.Values[1].Text == "" {
		return p.fail(at, "this range has no end", fmt.Sprintf("Write %s:1..5, %s:1.. or %s:..5.", f.Key, f.Key, f.Key))
	}
	for i := range f.Values {
		if f.Op == OpRange && f.Values[i].Text == "" {
			continue
		}
		if err := p.checkValue(f, spec, &f.Values[i], at); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) checkValue(f *Field, spec *KeySpec, v *Value, at int) error {
	text := strings.TrimSpace(v.Text)
	if text == "" {
		return p.fail(at, fmt.Sprintf("%s: needs a value", f.Key), spec.Help)
	}
	switch spec.Kind {
	case KindText, KindURL:
		if len(valuePattern(*v).Terms) == 0 && !(spec.Kind == KindURL && IsURLPattern(*v)) {
			return p.fail(at, fmt.Sprintf("%s: needs at least one letter or digit", f.Key), spec.Help)
		}
	case KindNumber:
		if _, ok := parseNumber(text); !ok {
			return p.fail(at, fmt.Sprintf("%s: takes whole numbers, not %q", f.Key, text),
				fmt.Sprintf("Write %s:5, %s:>5 or %s:1..5.", f.Key, f.Key, f.Key))
		}
	case KindDuration:
		if _, ok := parseDuration(text); !ok {
			return p.fail(at, fmt.Sprintf("%s: takes a duration, not %q", f.Key, text),
				fmt.Sprintf("Write %s:>90s, %s:>5m or %s:1h..2h.", f.Key, f.Key, f.Key))
		}
	case KindTime:
		_, _, isTime := parseTime(text)
		if _, isAge := parseDuration(text); !isTime && !(isAge && (f.Op == OpLess || f.Op == OpAtMost || f.Op == OpMore || f.Op == OpAtLeast)) {
			return p.fail(at, fmt.Sprintf("%s: takes a day, a moment or an age, not %q", f.Key, text),
				fmt.Sprintf("Write %s:2026-05-01, %s:>=2026-05-01T09:00Z or %s:<2h (less than 2 hours ago).", f.Key, f.Key, f.Key))
		}
	case KindFlag:
		return p.checkFlag(f, spec, v, at)
	}
	return nil
}

func (p *parser) checkFlag(f *Field, spec *KeySpec, v *Value, at int) error {
	for _, flag := range spec.Flags {
		if strings.EqualFold(flag, strings.TrimSpace(v.Text)) {
			v.Text = flag
			return nil
		}
	}
	hint := "It takes " + strings.Join(spec.Flags, ", ") + "."
	if near := nearest(v.Text, spec.Flags); near != "" {
		hint = fmt.Sprintf("Did you mean %s? %s", near, hint)
	}
	return p.fail(at, fmt.Sprintf("%s: cannot be %q", f.Key, v.Text), hint)
}

func parseNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// parseDuration reads 90s, 5m, 1h30m, 2d, 1w or plain ms; never negative.
func parseDuration(s string) (ms int64, ok bool) {
	units := map[string]int64{"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
	for rest := s; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil || n > 1<<40 {
			return 0, false
		}
		rest = rest[digits:]
		letters := len(rest) - len(strings.TrimLeftFunc(rest, unicode.IsLetter))
		factor, known := units[rest[:letters]]
		if !known && !(letters == 0 && digits == len(s)) {
			return 0, false
		}
		ms += n * max(factor, 1)
		rest = rest[letters:]
		if ms > 1<<50 {
			return 0, false
		}
	}
	return ms, s != ""
}

// parseTime reads a day or a moment, UTC where no zone is written, as the interval
// [from, to) in unix ms that it means.
func parseTime(s string) (from, to int64, ok bool) {
	for _, l := range []struct {
		layout string
		span   func(time.Time) time.Time
	}{
		{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
		{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
		{"2006-01-02T15:04Z07:00", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02T15:04:05Z07:00", func(t time.Time) time.Time { return t.Add(time.Second) }},
		{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
	} {
		if t, err := time.Parse(l.layout, s); err == nil {
			return t.UnixMilli(), l.span(t).UnixMilli(), true
		}
	}
	return 0, 0, false
}

// nearest returns the name that a person most likely meant, empty if none is near: at
// most two edits, and fewer than the name has letters, or one begins with the other.
func nearest(word string, names []string) string {
	best, bestDistance := "", 3
	for _, name := range names {
		d := distance(strings.ToLower(word), strings.ToLower(name))
		if d < bestDistance && d < len(name)-1 {
			best, bestDistance = name, d
		}
	}
	if best != "" {
		return best
	}
	for _, name := range names {
		if len(word) >= 2 && (strings.HasPrefix(name, word) || strings.HasPrefix(word, name)) {
			return name
		}
	}
	return ""
}

// distance is the number of edits (insert, delete, replace, swap neighbours) between words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
