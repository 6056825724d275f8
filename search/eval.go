package search

import "strings"

// Evaluate tells whether a document matches a query. It is the meaning of the query
// language: every engine must find exactly the sessions that it does. now, unix ms, is what
// ages and is:live are measured from.
//
// With q.Typos, words match as EvaluateTypos says.
func Evaluate(q Query, d *Document, now int64) bool { return Prepare(d).Evaluate(q, now) }

// EvaluateTypos tells whether a document matches a query whose words may be one typo away: a
// bare word, and a bare value of a filter on texts, matches where it stands as it was
// written, or as one of the words that TypoPatterns gives in one of the TypoFields. What is
// in quotes, ends with *, or stands below a negation, and every other filter, matches as for
// Evaluate. So it never finds fewer sessions.
func EvaluateTypos(q Query, d *Document, now int64) bool { return Evaluate(q.WithTypos(), d, now) }

// Prepared is a document that many queries are held against: its texts are cut into tokens only
// once. Not safe for concurrent use.
type Prepared struct {
	doc     *Document
	streams map[string][][]Token // by field, made when first asked for
}

// Prepare makes a document ready for many queries. It must not change afterwards.
func Prepare(d *Document) *Prepared { return &Prepared{doc: d} }

// Evaluate tells whether the document matches a query, as the function of this name does.
func (p *Prepared) Evaluate(q Query, now int64) bool {
	if q.Root == nil {
		return true
	}
	e := evaluator{Prepared: p, now: now, typos: q.Typos}
	return e.node(q.Root)
}

type evaluator struct {
	*Prepared
	now   int64
	typos bool // words may be one typo away
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
		exact := evaluator{Prepared: e.Prepared, now: e.now}
		return !exact.node(n.Part)
	case *Text:
		return e.text(PatternOf(n.Words, n.Prefix), TextFields, e.typos && TextTypos(n))
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
	if spec.Ordered() {
		return e.number(f)
	}
	if spec.Kind == KindTrait {
		return e.trait(f)
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
	case KindLabel:
		for _, label := range e.doc.FieldTexts(spec.Fields[0]) {
			if MatchValue(v, label) {
				return true
			}
		}
		return false
	case KindURL:
		if !IsURLPattern(v) {
			return e.text(valuePattern(v), spec.Fields, e.typos && ValueTypos(v))
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
	return e.text(valuePattern(v), spec.Fields, e.typos && ValueTypos(v))
}

func (e *evaluator) trait(f *Field) bool {
	name, _ := TraitName(f.Key)
	for _, value := range e.doc.Trait(name) {
		if MatchTrait(f, value) {
			return true
		}
	}
	return false
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
func (e *evaluator) number(f *Field) bool {
	bounds := Intervals(f, e.now)
	for _, n := range e.doc.Numbers(f.Key) {
		for _, b := range bounds {
			if n >= b.From && n <= b.To {
				return true
			}
		}
	}
	return false
}

// text tells whether the pattern stands in a text of one of the fields, or one typo away from
// it.
func (e *evaluator) text(p Pattern, fields []string, typos bool) bool {
	if len(p.Terms) == 0 {
		return false
	}
	for _, field := range fields {
		near := typos && typoField(field)
		for _, stream := range e.fieldStreams(field) {
			if p.find(stream, 0, near) >= 0 {
				return true
			}
		}
	}
	return false
}

func (p *Prepared) fieldStreams(field string) [][]Token {
	if streams, ok := p.streams[field]; ok {
		return streams
	}
	var streams [][]Token
	for _, text := range p.doc.FieldTexts(field) {
		streams = append(streams, Streams(ClipText(text))...)
	}
	if p.streams == nil {
		p.streams = map[string][][]Token{}
	}
	p.streams[field] = streams
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
