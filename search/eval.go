package search

import (
	"strconv"
	"strings"
)

// Evaluate tells whether a document matches a query. It is the meaning of the query
// language: every engine must find exactly the sessions that it does. now, unix ms, is what
// ages and is:live are measured from.
func Evaluate(q Query, d *Document, now int64) bool {
	if q.Root == nil {
		return true
	}
	e := evaluator{doc: d, now: now}
	return e.node(q.Root)
}

type evaluator struct {
	doc     *Document
	now     int64
	streams map[string][][]Token // by field, made when first asked for
}

func (e *evaluator) node(n Node) bool {
	switch n := n.(type) {
	case *And:
		for _, part := range n.Parts {
			if !e.node(part) {
				return false
			}
		}
		return true
	case *Or:
		for _, part := range n.Parts {
			if e.node(part) {
				return true
			}
		}
		return false
	case *Not:
		return !e.node(n.Part)
	case *Text:
		return e.text(PatternOf(n.Words, n.Prefix), TextFields)
	case *Field:
		return e.field(n)
	}
	return true
}

func (e *evaluator) field(f *Field) bool {
	spec := Spec(f.Key)
	if spec == nil {
		return false
	}
	switch spec.Kind {
	case KindNumber, KindDuration, KindTime:
		return e.number(f, spec)
	}
	if f.Op == OpPresent {
		for _, field := range spec.Fields {
			if len(e.doc.FieldTexts(field)) > 0 {
				return true
			}
		}
		return false
	}
	for _, v := range f.Values {
		if e.value(f, spec, v) {
			return true
		}
	}
	return false
}

func (e *evaluator) value(f *Field, spec *KeySpec, v Value) bool {
	switch spec.Kind {
	case KindFlag:
		return e.flag(f.Key, v.Text)
	case KindValue:
		return MatchValue(v, e.doc.keyword(spec.Fields[0]))
	case KindURL:
		if !IsURLPattern(v) {
			return e.text(valuePattern(v), spec.Fields)
		}
		for _, field := range spec.Fields {
			for _, text := range e.doc.FieldTexts(field) {
				if MatchURL(v, ClipText(text)) {
					return true
				}
			}
		}
		return false
	}
	return e.text(valuePattern(v), spec.Fields)
}

func (e *evaluator) flag(key, flag string) bool {
	if key == "has" {
		return e.doc.Has(flag)
	}
	switch flag {
	case "live":
		return e.doc.EndedAt > e.now-LiveMs
	case "identified":
		return e.doc.Has("user")
	case "anonymous":
		return !e.doc.Has("user")
	}
	return false
}

// number compares numbers, durations and times.
func (e *evaluator) number(f *Field, spec *KeySpec) bool {
	bounds := Intervals(f, e.now)
	for _, n := range e.doc.Numbers(spec.Key) {
		for _, b := range bounds {
			if n >= b.From && n <= b.To {
				return true
			}
		}
	}
	return false
}

// text tells whether the pattern stands in a text of one of the fields.
func (e *evaluator) text(p Pattern, fields []string) bool {
	if len(p.Terms) == 0 {
		return false
	}
	for _, field := range fields {
		for _, stream := range e.fieldStreams(field) {
			if p.find(stream, 0) >= 0 {
				return true
			}
		}
	}
	return false
}

func (e *evaluator) fieldStreams(field string) [][]Token {
	if streams, ok := e.streams[field]; ok {
		return streams
	}
	var streams [][]Token
	for _, text := range e.doc.FieldTexts(field) {
		streams = append(streams, Streams(ClipText(text))...)
	}
	if e.streams == nil {
		e.streams = map[string][][]Token{}
	}
	e.streams[field] = streams
	return streams
}

// valuePattern makes the pattern of a value that is looked for as words.
func valuePattern(v Value) Pattern {
	if cut := strings.TrimRight(v.Text, "*"); !v.Quote && cut != v.Text {
		return PatternOf(cut, true)
	}
	return PatternOf(v.Text, false)
}

// ValuePattern makes the pattern that a value of a text filter is looked for with.
func ValuePattern(v Value) Pattern { return valuePattern(v) }

// MatchValue tells whether the whole value of a field is the one that is asked for.
func MatchValue(v Value, have string) bool {
	if have == "" {
		return false
	}
	if v.Quote {
		return FoldValue(v.Text) == FoldValue(have)
	}
	return glob(FoldValue(v.Text), FoldValue(have))
}

// IsURLPattern tells whether a value of a URL filter is a path or address as a whole,
// with * as wildcard; otherwise it is words.
func IsURLPattern(v Value) bool {
	return !v.Quote && (strings.HasPrefix(v.Text, "/") || strings.Contains(v.Text, "://") || strings.Contains(v.Text, "*"))
}

// MatchURL tells whether an address fits a URL pattern: one that begins with / is
// compared with the path, any other with the whole address.
func MatchURL(v Value, address string) bool {
	if strings.HasPrefix(v.Text, "/") {
		return glob(FoldValue(v.Text), FoldValue(urlPath(address)))
	}
	return glob(FoldValue(v.Text), FoldValue(address))
}

// Numbers returns what a document has for a key of numbers, durations (ms) or times
// (unix ms); nothing where it has none, such as nps of a session without an answer.
func (d *Document) Numbers(key string) []int64 {
	score := func(n int) []int64 {
		if n < 0 {
			return nil
		}
		return []int64{int64(n)}
	}
	switch key {
	case "clicks":
		return []int64{int64(d.Clicks)}
	case "pages":
		return []int64{int64(d.PageCount)}
	case "errors":
		return []int64{int64(d.ErrorCount)}
	case "failed":
		return []int64{int64(d.FailedRequests)}
	case "responses":
		return []int64{int64(d.ResponseCount)}
	case "duration":
		return []int64{max(d.EndedAt-d.StartedAt, 0)}
	case "active":
		return []int64{d.ActiveMs}
	case "started":
		return []int64{d.StartedAt}
	case "nps":
		return score(d.NPS)
	case "csat":
		return score(d.CSAT)
	case "ces":
		return score(d.CES)
	case "status":
		return d.statuses()
	}
	return nil
}

// statuses are the HTTP statuses at the end of the failed requests.
func (d *Document) statuses() []int64 {
	var all []int64
	for _, text := range d.FieldTexts("requests") {
		i := strings.LastIndexByte(text, ' ')
		if n, err := strconv.ParseUint(text[i+1:], 10, 16); err == nil {
			all = append(all, int64(n))
		}
	}
	return all
}

// Interval is a run of integers, both ends included.
type Interval struct{ From, To int64 }

const (
	lowest  = -1 << 62
	highest = 1<<62 - 1
)

// Intervals gives the numbers that a filter of KindNumber, KindDuration or KindTime
// lets through; a number in any of the intervals passes.
func Intervals(f *Field, now int64) []Interval {
	if f.Op == OpPresent {
		return []Interval{{lowest, highest}}
	}
	if f.Op == OpRange {
		from, to := Interval{lowest, lowest}, Interval{highest, highest}
		if f.Values[0].Text != "" {
			from = meaning(f, f.Values[0])
		}
		if f.Values[1].Text != "" {
			to = meaning(f, f.Values[1])
		}
		return []Interval{{from.From, to.To}}
	}
	var all []Interval
	for _, v := range f.Values {
		at, op := meaning(f, v), f.Op
		if age, ok := ageOf(f, v); ok {
			// Younger than two hours is later than two hours ago.
			at = Interval{now - age, now - age}
			op = map[Op]Op{OpLess: OpMore, OpAtMost: OpAtLeast, OpMore: OpLess, OpAtLeast: OpAtMost}[op]
		}
		switch op {
		case OpLess:
			at = Interval{lowest, at.From - 1}
		case OpAtMost:
			at = Interval{lowest, at.To}
		case OpMore:
			at = Interval{at.To + 1, highest}
		case OpAtLeast:
			at = Interval{at.From, highest}
		}
		all = append(all, at)
	}
	return all
}

// ageOf reads a value of a time that is written as an age.
func ageOf(f *Field, v Value) (int64, bool) {
	if Spec(f.Key).Kind != KindTime {
		return 0, false
	}
	if _, _, isTime := parseTime(strings.TrimSpace(v.Text)); isTime {
		return 0, false
	}
	return parseDuration(strings.TrimSpace(v.Text))
}

// meaning gives the numbers that one value stands for: a day is all its ms.
func meaning(f *Field, v Value) Interval {
	text := strings.TrimSpace(v.Text)
	switch Spec(f.Key).Kind {
	case KindDuration:
		n, _ := parseDuration(text)
		return Interval{n, n}
	case KindTime:
		from, to, _ := parseTime(text)
		return Interval{from, to - 1}
	}
	n, _ := parseNumber(text)
	n = min(max(n, lowest+1), highest-1)
	return Interval{n, n}
}
