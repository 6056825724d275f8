package signal

import (
	"strconv"
)

// vitalLimits are the values beyond which web.dev/articles/vitals calls a measure poor (FCP and TTFB: web.dev/articles/fcp
// and web.dev/articles/ttfb); ms, CLS without unit. They are told in this order.
var vitalLimits = []struct {
	name string
	poor float64
}{{"LCP", 4000}, {"INP", 500}, {"CLS", 0.25}, {"FCP", 3000}, {"TTFB", 1800}}

// loadSlowMs is how long a page may take to load, where its LCP was not measured. Ten seconds is for how long people keep
// their attention (nngroup.com/articles/response-times-3-important-limits).
const loadSlowMs = 10_000

// poorVitals finds pages that were slow for the person, once they are left: CLS and INP grow until then, and some recorders
// tell a measure each time it changes. What counts is the value told last, of the page that was loaded, also where scripts
// went on to others.
type poorVitals struct {
	load   Visit
	open   bool
	loadMs int64
	values map[string]float64
}

// vitalData are the details of a poor measure, and of a slow page.
type vitalData struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"` // ms, CLS without unit
	Page  string  `json:"page,omitempty"`
}

func (s *poorVitals) add(d *Detector, f *Fact, v *Visit) {
	if v != nil && v.loaded {
		s.end(d)
		*s = poorVitals{load: *v, open: true}
	}
	switch f.Kind {
	case FactVital:
		s.begin(f)
		if s.values == nil {
			s.values = map[string]float64{}
		}
		if len(s.values) < len(vitalLimits) || s.values[f.Text] != 0 {
			s.values[f.Text] = float64(f.N) / vitalScale
		}
	case FactLoaded:
		s.begin(f)
		s.loadMs = f.N
	}
}

// begin notes when something was told of a page whose beginning was not recorded.
func (s *poorVitals) begin(f *Fact) {
	if !s.open {
		s.open, s.load = true, Visit{At: f.At}
	}
}

func (s *poorVitals) end(d *Detector) {
	for i, limit := range vitalLimits {
		value := s.values[limit.name]
		if value <= limit.poor {
			continue
		}
		data := vitalData{limit.name, value, s.load.URL}
		d.give(KindVital, s.load.At, limit.name+" "+measured(limit.name, value), 0, "", data)
		if i == 0 {
			d.give(KindSlowPage, s.load.At, took(int64(value)), 0, "", data)
		}
	}
	if _, known := s.values["LCP"]; !known && s.loadMs > loadSlowMs {
		d.give(KindSlowPage, s.load.At, took(s.loadMs), 0, "", vitalData{"load", float64(s.loadMs), s.load.URL})
	}
	*s = poorVitals{}
}

func measured(name string, value float64) string {
	if name == "CLS" {
		return strconv.FormatFloat(value, 'f', 2, 64)
	}
	return took(int64(value))
}

// took writes a duration for people: 640 ms, 4.2 s.
func took(ms int64) string {
	if ms < 1000 {
		return strconv.FormatInt(ms, 10) + " ms"
	}
	return strconv.FormatFloat(float64(ms/100)/10, 'f', 1, 64) + " s"
}
