package httpapi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/bench"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// benchQueries are what people ask a list of sessions for, the plain list first.
var benchQueries = []string{
	"", "결제", "error:TypeError url:/checkout*", "country:KR -browser:Safari clicks:>20", `error:"처리하지 못" user:user7`, "quota exceeded os:iOS",
}

// BenchmarkListSessions is a whole call over a connection, with sign-in, search and store: of 5,000
// sessions, or of as many as SESSIONS says.
func BenchmarkListSessions(b *testing.B) {
	n := benchSessions(b)
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

// benchSessions is 5,000, or what SESSIONS says.
func benchSessions(b *testing.B) int {
	text := os.Getenv("SESSIONS")
	if text == "" {
		return 5_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkRealisticMix is a whole call over a connection, with sign-in, search, facets, total and store: the queries that
// `afterimage bench search` calls a realistic mix, of the same sessions.
func BenchmarkRealisticMix(b *testing.B) {
	n := benchSessions(b)
	w := newWorld(b)
	begun := time.Now()
	ctx := b.Context()
	w.check(w.index.Rebuild(ctx, func(put func([]search.Document) error) error {
		return bench.SearchDocuments(n, func(docs []search.Document) error {
			rows := make([]filled, len(docs))
			for i := range docs {
				docs[i].ProjectID = "shop"
				rows[i] = rowOf(&docs[i])
			}
			w.fill(rows...)
			return put(docs)
		})
	}))
	for { // the index knows them all
		waiting, err := w.store.Lease(ctx, time.Now().UnixMilli(), 60_000, 500)
		w.check(err)
		if len(waiting) == 0 {
			break
		}
		w.check(w.store.Done(ctx, waiting))
	}
	b.Logf("%d sessions made and indexed in %s", n, time.Since(begun).Round(time.Millisecond))
	for _, kind := range bench.SearchQueries(n, 200) {
		if kind.Name != bench.RealisticMix {
			continue
		}
		var paths []string
		for _, r := range kind.Requests {
			path := "/api/v1/sessions?limit=50&total=true&facets=true&q=" + url.QueryEscape(r.Query.String())
			if r.From > 0 {
				path += fmt.Sprintf("&from=%d&to=%d", r.From, r.To)
			}
			paths = append(paths, path)
		}
		w.measure(b, paths...)
	}
}

// rowOf is what the store has of a session that stands in the index as d.
func rowOf(d *search.Document) filled {
	f := filled{id: d.ID, at: d.StartedAt, client: replay.Client{Browser: d.Browser, OS: d.OS, Device: d.Device, Country: d.Country, Language: d.Language}}
	f.summary = replay.Summary{User: replay.User{ID: d.UserID, Email: d.UserEmail}, Release: d.Release, ActiveMs: d.ActiveMs,
		Counts: replay.Counts{Pages: d.PageCount, Clicks: d.Clicks, Errors: d.ErrorCount}, Vitals: replay.Vitals{"LCP": float64(d.Vitals["lcp"])}}
	for i, address := range d.URLs {
		f.summary.Pages = append(f.summary.Pages, replay.Page{At: d.StartedAt + int64(i)*1000, Tab: "tab", URL: address, Title: strings.Join(d.Titles, "")})
	}
	return f
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
