package signal

import (
	"net/url"
	"strings"
)

// visitsMax bounds how many pages of one tab are told of.
const visitsMax = 2000

// Visits returns the pages of one tab in their order, from its facts: each load and each navigation inside of a page once,
// however often it is told.
func Visits(facts []Fact) []Visit {
	var (
		visits []Visit
		p      pages
		loaded int // the visit that the document was loaded for, whose vitals are measured
		last   int64
	)
	for i := range facts {
		f := &facts[i]
		if begun := p.add(f); begun != nil {
			if n := len(visits); n > 0 {
				visits[n-1].DurationMs = max(0, begun.At-visits[n-1].At)
			}
			if len(visits) == visitsMax {
				return visits
			}
			visits = append(visits, *begun)
			if begun.loaded {
				loaded = len(visits) - 1
			}
		}
		if n := len(visits); n > 0 {
			visits[n-1].Title = p.now.Title
		}
		switch f.Kind {
		case FactVital:
			if len(visits) > 0 {
				v := &visits[loaded]
				if v.Vitals == nil {
					v.Vitals = map[string]float64{}
				}
				v.Vitals[f.Text] = float64(f.N) / vitalScale
			}
		case FactPointer:
		default:
			last = max(last, f.At)
		}
	}
	if n := len(visits); n > 0 {
		visits[n-1].DurationMs = max(0, last-visits[n-1].At)
	}
	return visits
}

// vitalScale is what values of vitals are multiplied with to be whole: CLS has four digits.
const vitalScale = 10_000

// utmMax bounds how many campaign parameters are kept of an address; five of them are in use.
const utmMax = 8

// UTM returns the campaign parameters of an address, those whose names begin with utm_, without that; nil where there are none.
// Our recorder leaves queries out of addresses but for the parameters that the site names (keepParams).
func UTM(address string) map[string]string {
	_, query, found := strings.Cut(address, "?")
	query, _, _ = strings.Cut(query, "#")
	if !found {
		return nil
	}
	var utm map[string]string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, isUTM := strings.CutPrefix(strings.ToLower(name), "utm_")
		text, err := url.QueryUnescape(value)
		text = strings.TrimSpace(Line(text, 200))
		if !isUTM || err != nil || name == "" || len(name) > 32 || text == "" || len(utm) == utmMax || utm[name] != "" {
			continue
		}
		if utm == nil {
			utm = map[string]string{}
		}
		utm[Line(name, 32)] = text
	}
	return utm
}
