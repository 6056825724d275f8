package signal

// slowRequestMs is how long a request may take before it is slow. Sentry calls a click slow whose effect takes as
// long; DoubleClick counted in 2016 that half of the visits to mobile sites are given up by then.
const slowRequestMs = 3000

// slowKindsMax bounds the requests of one page that are told apart.
const slowKindsMax = 64

// slowRequest finds requests that took long, failed or not. The same request, by method and address, is told of once
// a page: what is asked again and again, or held open on purpose, would drown the rest.
type slowRequest struct {
	told map[string]bool
}

// slowData are the details of a slow request.
type slowData struct {
	requestData
	Page string `json:"page,omitempty"`
}

func (s *slowRequest) add(d *Detector, f *Fact, v *Visit) {
	if v != nil {
		s.told = nil
	}
	if f.Kind != FactSlow || f.N < slowRequestMs {
		return
	}
	name := f.Text + " " + f.Ref
	if s.told[name] || len(s.told) >= slowKindsMax {
		return
	}
	if s.told == nil {
		s.told = map[string]bool{}
	}
	s.told[name] = true
	d.give(KindSlowRequest, f.At-f.N, name+" "+took(f.N), 0, "",
		slowData{requestData{Method: f.Text, URL: f.Ref, Status: f.X, DurationMs: f.N}, d.page.now.URL})
}
