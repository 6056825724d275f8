package search

import (
	"slices"
	"sort"
)

// reason is one thing a query asks for that can be pointed at in a text.
type reason struct {
	pattern Pattern
	fields  []string
	url     *Value // set: whole addresses that fit it
	typos   bool   // one typo away is enough
}

// Matches tells why a document was found: the texts that hold what the query asks for, at most
// MaxMatchesPerHit, with the places. What the query excludes is not looked at. With q.Typos, words
// that are one typo away are shown, too.
func Matches(q Query, d *Document) []Match {
	reasons := appendReasons(nil, q.Root, q.Typos, false)
	if len(reasons) == 0 {
		return nil
	}
	texts := d.Texts()
	made := make([][][]Token, len(texts))
	streams := func(i int) [][]Token { // the first texts mostly tell enough
		if made[i] == nil {
			made[i] = Streams(texts[i].Text)
		}
		return made[i]
	}
	var chosen []int
	for _, r := range reasons {
		if len(chosen) == MaxMatchesPerHit {
			break
		}
		for i := range texts {
			if slices.Contains(r.fields, texts[i].Field) && len(r.spans(texts[i], streams(i))) > 0 {
				if !slices.Contains(chosen, i) {
					chosen = append(chosen, i)
				}
				break
			}
		}
	}
	sort.Ints(chosen)
	matches := make([]Match, 0, len(chosen))
	for _, i := range chosen {
		var spans []int
		for _, r := range reasons {
			spans = append(spans, r.spans(texts[i], streams(i))...)
		}
		matches = append(matches, window(texts[i], spans))
	}
	return matches
}

// FieldWeights are how much a word counts for relevance where it stands; 1 elsewhere.
var FieldWeights = map[string]float64{
	"complaints": 8, "errors": 5, "responses": 4, "userEmail": 4, "userId": 4, "custom": 3, "titles": 2, "requests": 2,
}

// Score is how well a document matches what a query asks for, for engines that have no
// measure of their own: words that stand in fields that tell more, and more often, score
// higher. 0 where the query asks for no words.
func Score(q Query, d *Document) float64 {
	score := 0.0
	reasons := appendReasons(nil, q.Root, q.Typos, false)
	if len(reasons) == 0 {
		return 0
	}
	for _, text := range d.Texts() {
		weight, ok := FieldWeights[text.Field]
		if !ok {
			weight = 1
		}
		streams := Streams(text.Text)
		for _, r := range reasons {
			if n := float64(len(r.spans(text, streams)) / 2); n > 0 {
				score += weight * n / (n + 1) // the tenth time says less than the first
			}
		}
	}
	return score
}

func appendReasons(reasons []reason, n Node, typos, negated bool) []reason {
	switch n := n.(type) {
	case *And:
		for _, part := range n.Parts {
			reasons = appendReasons(reasons, part, typos, negated)
		}
	case *Or:
		for _, part := range n.Parts {
			reasons = appendReasons(reasons, part, typos, negated)
		}
	case *Not:
		return appendReasons(reasons, n.Part, false, !negated)
	case *Text:
		if !negated {
			reasons = append(reasons, reason{PatternOf(n.Words, n.Prefix), TextFields, nil, typos && TextTypos(n)})
		}
	case *Field:
		spec := Spec(n.Key)
		if negated || spec == nil || n.Op != OpIs || spec.Kind != KindText && spec.Kind != KindURL {
			return reasons
		}
		for _, v := range n.Values {
			r := reason{valuePattern(v), spec.Fields, nil, typos && ValueTypos(v)}
			if spec.Kind == KindURL && IsURLPattern(v) {
				r.url = &v
			}
			reasons = append(reasons, r)
		}
	}
	return reasons
}

// spans returns where the reason stands in a text: start, end, start, end …
func (r reason) spans(t FieldText, streams [][]Token) []int {
	if !slices.Contains(r.fields, t.Field) {
		return nil
	}
	if r.url != nil {
		if MatchURL(*r.url, t.Text) {
			return []int{0, len([]rune(t.Text))}
		}
		return nil
	}
	var spans []int
	typos := r.typos && typoField(t.Field)
	for _, stream := range streams {
		for i := r.pattern.find(stream, 0, typos); i >= 0; i = r.pattern.find(stream, i+1, typos) {
			last := stream[i+len(r.pattern.Terms)-1]
			end := last.End
			if r.pattern.Prefix && r.endsInSyllable() {
				end = last.Start + 1 // a pair was found by its first syllable
			}
			spans = append(spans, stream[i].Start, max(end, stream[i].Start+1))
		}
	}
	return spans
}

// endsInSyllable tells whether the last term is one syllable, found as the beginning of a pair.
func (r reason) endsInSyllable() bool {
	last := []rune(r.pattern.Terms[len(r.pattern.Terms)-1])
	c := classOf(last[0])
	return len(last) == 1 && (c == classHangul || c == classHan)
}

// window cuts a text around its first span and merges the spans that it shows.
func window(t FieldText, spans []int) Match {
	spans = mergeSpans(spans)
	runes := []rune(t.Text)
	from, to := 0, len(runes)
	if to > MaxMatchRunes {
		// A quarter of the window before the match tells what it is about.
		from = max(0, spans[0]-MaxMatchRunes/4)
		to = min(len(runes), from+MaxMatchRunes)
		from = max(0, to-MaxMatchRunes)
	}
	m := Match{Field: t.Field, Text: string(runes[from:to])}
	for i := 0; i < len(spans); i += 2 {
		if spans[i] < to && spans[i+1] > from {
			m.Spans = append(m.Spans, max(spans[i], from)-from, min(spans[i+1], to)-from)
		}
	}
	return m
}

// mergeSpans sorts spans and joins those that overlap or touch.
func mergeSpans(spans []int) []int {
	pairs := make([][2]int, 0, len(spans)/2)
	for i := 0; i < len(spans); i += 2 {
		pairs = append(pairs, [2]int{spans[i], spans[i+1]})
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return a[0] - b[0] })
	var out []int
	for _, p := range pairs {
		if n := len(out); n > 0 && p[0] <= out[n-1] {
			out[n-1] = max(out[n-1], p[1])
			continue
		}
		out = append(out, p[0], p[1])
	}
	return out
}
