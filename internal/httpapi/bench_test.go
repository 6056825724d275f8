package httpapi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// benchQueries are what people ask a list of sessions for, the plain list first.
var benchQueries = []string{
	"", "결제", "error:TypeError url:/checkout*", "country:KR -browser:Safari clicks:>20", `error:"처리하지 못" user:user7`, "quota exceeded os:iOS",
}

// BenchmarkListSessions is a whole call over a connection, with sign-in, search and store: of 5,000
// sessions, or of as many as SESSIONS says.
func BenchmarkListSessions(b *testing.B) {
	n := 5_000
	if text := os.Getenv("SESSIONS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	w := newWorld(b)
	begun := time.Now()
	w.fill(crowd(n, begun.UnixMilli())...)
	w.indexed()
	b.Logf("%d sessions made and indexed in %s", n, time.Since(begun).Round(time.Millisecond))
	var mix []string
	for _, q := range benchQueries {
		list := "/api/v1/sessions?limit=50&q=" + url.QueryEscape(q)
		counted := list + "&total=true&facets=true"
		b.Run(fmt.Sprintf("%q", q), func(b *testing.B) { w.measure(b, list) })
		b.Run(fmt.Sprintf("%q counted", q), func(b *testing.B) { w.measure(b, counted) })
		mix = append(mix, list, list, list, list, counted) // the app counts when the query changes, and then looks for news each second
	}
	b.Run("mix", func(b *testing.B) { w.measure(b, mix...) })
	b.Run("complete", func(b *testing.B) { w.measure(b, "/api/v1/search/complete?q=browser:c") })
}

// measure calls one path after the other and tells the time that all but one in twenty calls stay under.
func (w *world) measure(b *testing.B, paths ...string) {
	var took []time.Duration
	for b.Loop() {
		request, err := w.request(call{method: "GET", path: paths[len(took)%len(paths)], as: "shop/viewer"})
		w.check(err)
		begun := time.Now()
		answer, err := http.DefaultTransport.RoundTrip(request)
		w.check(err)
		_, err = io.Copy(io.Discard, answer.Body)
		w.check(err)
		answer.Body.Close()
		took = append(took, time.Since(begun))
		if answer.StatusCode != http.StatusOK {
			b.Fatalf("status %d", answer.StatusCode)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
