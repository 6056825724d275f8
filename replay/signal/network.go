package signal

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// sentryVitals are the names of measures in Sentry's spans.
var sentryVitals = map[string]string{
	"largest-contentful-paint": "LCP", "cumulative-layout-shift": "CLS", "interaction-to-next-paint": "INP", "first-contentful-paint": "FCP",
}

// span reads Sentry's requests, page loads and measures.
func (b *Batch) span(at int64, payload []byte) {
	var p struct {
		Op             string  `json:"op"`
		Description    string  `json:"description"`
		StartTimestamp float64 `json:"startTimestamp"` // seconds
		EndTimestamp   float64 `json:"endTimestamp"`
		Data           struct {
			Method     string   `json:"method"`
			StatusCode int      `json:"statusCode"`
			Value      *float64 `json:"value"`
		} `json:"data"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return
	}
	took := (p.EndTimestamp - p.StartTimestamp) * 1000
	switch {
	case p.Op == "resource.fetch" || p.Op == "resource.xhr":
		b.request(at, requestData{Method: p.Data.Method, URL: p.Description, Status: p.Data.StatusCode, DurationMs: int64(took)})
	case strings.HasPrefix(p.Op, "navigation."):
		b.pageLoaded(at, took)
	case p.Op == "web-vital" && p.Data.Value != nil:
		b.measured(at, sentryVitals[p.Description], *p.Data.Value)
	case p.Op == "paint":
		b.measured(at, sentryVitals[p.Description], took)
	}
}

// pageLoaded notes how long a page took to load.
func (b *Batch) pageLoaded(at int64, ms float64) {
	if ms > 0 && ms <= vitalMax {
		b.gather.note(Fact{At: at, Kind: FactLoaded, N: int64(ms)})
	}
}

// requestData are the details of a request moment.
type requestData struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status"` // 0: no answer
	DurationMs int64  `json:"durationMs"`
}

func (b *Batch) network(ev rrweb.Event) {
	var d struct {
		Payload struct {
			Requests []struct {
				URL            string  `json:"url"`
				Name           string  `json:"name"`
				Method         string  `json:"method"`
				Status         *int    `json:"status"`
				ResponseStatus *int    `json:"responseStatus"`
				Duration       float64 `json:"duration"`
				EntryType      string  `json:"entryType"`
			} `json:"requests"`
		} `json:"payload"`
	}
	if json.Unmarshal(ev.Data, &d) != nil {
		return
	}
	for _, r := range d.Payload.Requests {
		if r.EntryType == "navigation" {
			b.pageLoaded(ev.Timestamp, r.Duration) // PostHog's
		}
		if r.URL == "" {
			r.URL = r.Name
		}
		if r.Status == nil {
			r.Status = r.ResponseStatus
		}
		if r.Status != nil {
			b.request(ev.Timestamp, requestData{Method: r.Method, URL: r.URL, Status: *r.Status, DurationMs: int64(r.Duration)})
		}
	}
}

// request adds a moment for a request that failed: no answer, or a client or server error.
func (b *Batch) request(at int64, r requestData) {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	b.requested(at, &r)
	if r.Status != 0 && r.Status < http.StatusBadRequest {
		return
	}
	r.Method, r.URL = Line(r.Method, 16), Line(r.URL, 2000)
	status := strconv.Itoa(r.Status)
	if r.Status == 0 {
		status = "failed"
	}
	b.add(newMoment(at, KindRequest, r.Method+" "+r.URL+" "+status, r))
}

// requested notes what detectors ask of a request: whether it was slow, and whether it may have sent a form.
func (b *Batch) requested(at int64, r *requestData) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
	default:
		host := ""
		if u, err := url.Parse(r.URL); err == nil {
			host = u.Hostname()
		}
		b.gather.sent(Fact{At: at, Kind: FactSent, N: r.DurationMs, Ref: Line(host, 253)}) // the longest name that DNS allows
	}
	if r.DurationMs >= slowRequestMs {
		b.gather.note(Fact{At: at, Kind: FactSlow, X: r.Status, N: r.DurationMs, Text: Line(r.Method, 16), Ref: Line(r.URL, 2000)})
	}
}
