package search

import (
	"slices"
	"strconv"
	"strings"
)

// Numbers returns what a document has for a key that KeySpec.Ordered names: numbers, thousandths
// (KindDecimal), ms or unix ms; nothing where it has none, such as nps of a session
// without an answer. Counters always have one.
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
	case "lcp", "inp", "cls", "fcp", "ttfb":
		if n, ok := d.Vitals[key]; ok {
			return []int64{n}
		}
		return nil
	case "started":
		return []int64{d.StartedAt}
	case "nps":
		return score(d.NPS)
	case "csat":
		return score(d.CSAT)
	case "ces":
		return score(d.CES)
	case "score":
		return score(d.Score)
	case "status":
		return d.statuses()
	}
	if slices.Contains(SignalKeys, key) {
		return []int64{int64(d.Signals[key])}
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

// Intervals gives the numbers that a filter of a key that KeySpec.Ordered names lets through,
// in the unit of Document.Numbers; a number in any of the intervals passes. now is in unix ms.
func Intervals(f *Field, now int64) []Interval {
	if f.Op == OpPresent {
		if Spec(f.Key).Counter {
			return []Interval{{1, highest}}
		}
		return []Interval{{lowest, highest}}
	}
	if f.Op == OpRange {
		from, to := Interval{lowest, lowest}, Interval{highest, highest}
		if f.Values[0].Text != "" {
			from = meaning(f, f.Values[0], now)
		}
		if f.Values[1].Text != "" {
			to = meaning(f, f.Values[1], now)
		}
		return []Interval{{from.From, to.To}}
	}
	var all []Interval
	for _, v := range f.Values {
		at, op := meaning(f, v, now), f.Op
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
	if _, _, isTime := parseTime(strings.TrimSpace(v.Text), nil, 0); isTime {
		return 0, false
	}
	return parseDuration(strings.TrimSpace(v.Text))
}

// meaning gives the numbers that one value stands for: a day is all its ms.
func meaning(f *Field, v Value, now int64) Interval {
	text := strings.TrimSpace(v.Text)
	switch Spec(f.Key).Kind {
	case KindDuration:
		n, _ := parseDuration(text)
		return Interval{n, n}
	case KindTime:
		from, to, _ := parseTime(text, f.Zone, now)
		return Interval{from, to - 1}
	case KindDecimal:
		n, _ := parseDecimal(text)
		return Interval{n, n}
	}
	n, _ := parseNumber(text)
	n = min(max(n, lowest+1), highest-1)
	return Interval{n, n}
}
