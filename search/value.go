package search

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

func parseNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// decimalDigits is how many digits a decimal has behind the point at most.
const decimalDigits = 3

// parseDecimal reads a decimal with at most three digits behind the point, as thousandths.
func parseDecimal(s string) (thousandths int64, ok bool) {
	sign := int64(1)
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		s, sign = rest, -1
	}
	whole, fraction, point := strings.Cut(s, ".")
	if len(fraction) > decimalDigits || point && fraction == "" || len(whole) > 12 || !digitsOnly(whole) || !digitsOnly(fraction+"0") {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimalDigits-len(fraction)), 10, 64)
	return sign * n, err == nil
}

func digitsOnly(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

var durationUnits = map[string]int64{"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}

// parseDuration reads 90s, 5m, 1h30m, 2.5s, 2d, 1w or plain ms; never negative. What is below
// one ms is cut.
func parseDuration(s string) (ms int64, ok bool) {
	if digitsOnly(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil && n <= 1<<50
	}
	for rest := s; rest != ""; {
		letters := strings.IndexFunc(rest, unicode.IsLetter)
		if letters < 0 {
			return 0, false
		}
		n, good := parseDecimal(rest[:letters])
		if !good || n < 0 {
			return 0, false
		}
		rest = rest[letters:]
		unit := len(rest) - len(strings.TrimLeftFunc(rest, unicode.IsLetter))
		factor, known := durationUnits[rest[:unit]]
		if !known || n > 1<<50/factor {
			return 0, false
		}
		if ms += n * factor / 1000; ms > 1<<50 {
			return 0, false
		}
		rest = rest[unit:]
	}
	return ms, s != ""
}

// relativeDays are days that are named from now on, with how many days they are before it.
var relativeDays = map[string]int{"today": 0, "yesterday": -1}

// parseTime reads a day or a moment in a zone, where none is written, as the interval
// [from, to) in unix ms that it means.
func parseTime(s string, zone *time.Location, now int64) (from, to int64, ok bool) {
	if zone == nil {
		zone = time.UTC
	}
	if days, relative := relativeDays[strings.ToLower(s)]; relative {
		y, m, d := time.UnixMilli(now).In(zone).Date()
		return time.Date(y, m, d+days, 0, 0, 0, 0, zone).UnixMilli(), time.Date(y, m, d+days+1, 0, 0, 0, 0, zone).UnixMilli(), true
	}
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
		if t, err := time.ParseInLocation(l.layout, s, zone); err == nil {
			return t.UnixMilli(), l.span(t).UnixMilli(), true
		}
	}
	return 0, 0, false
}

// TraitNumber reads a trait or a value as a number: digits with a sign and a fraction, at most 15
// digits before and 6 behind the point, which a float64 tells apart in the sizes that occur.
func TraitNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !digitsOnly(whole) || len(whole) > 15 || len(fraction) > 6 || point && !digitsOnly(fraction) {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// Bounds is what numbers a filter of a trait lets through.
type Bounds struct {
	Low, High         float64 // infinite where open
	LowOpen, HighOpen bool    // the end itself does not pass
}

// Pass tells whether a number is inside.
func (b Bounds) Pass(n float64) bool {
	return (n > b.Low || n == b.Low && !b.LowOpen) && (n < b.High || n == b.High && !b.HighOpen)
}

// TraitBounds gives what a filter of KindTrait compares numbers with; false where it compares
// whole values (OpIs) or asks for any (OpPresent).
func TraitBounds(f *Field) (Bounds, bool) {
	b := Bounds{Low: math.Inf(-1), High: math.Inf(1)}
	at := func(i int) float64 {
		n, _ := TraitNumber(f.Values[i].Text)
		return n
	}
	switch f.Op {
	case OpLess:
		b.High, b.HighOpen = at(0), true
	case OpAtMost:
		b.High = at(0)
	case OpMore:
		b.Low, b.LowOpen = at(0), true
	case OpAtLeast:
		b.Low = at(0)
	case OpRange:
		if f.Values[0].Text != "" {
			b.Low = at(0)
		}
		if f.Values[1].Text != "" {
			b.High = at(1)
		}
	default:
		return b, false
	}
	return b, true
}

// MatchTrait tells whether the value of a trait passes a filter of KindTrait. An empty value is none.
func MatchTrait(f *Field, have string) bool {
	if bounds, ok := TraitBounds(f); ok {
		n, number := TraitNumber(have)
		return number && bounds.Pass(n)
	}
	if f.Op == OpPresent {
		return have != ""
	}
	for _, v := range f.Values {
		if MatchValue(v, have) {
			return true
		}
	}
	return false
}
