package fts

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// benchDocs is how many sessions the index of BenchmarkSearch holds; AFTERIMAGE_BENCH_DOCS
// sets another number.
func benchDocs() int {
	if n, err := strconv.Atoi(os.Getenv("AFTERIMAGE_BENCH_DOCS")); err == nil {
		return n
	}
	return 20_000
}

// BenchmarkPut stores documents that are new, in batches.
func BenchmarkPut(b *testing.B) {
	for _, batch := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			x := openBench(b)
			b.ResetTimer()
			for i := 0; i < b.N; i += batch {
				b.StopTimer()
				docs := searchtest.Documents(uint64(i), fmt.Sprintf("p%d", i), batch)
				b.StartTimer()
				if err := x.Put(context.Background(), docs); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}

// BenchmarkReplace stores documents that are there already, as live sessions are: with
// other words, and with nothing but other numbers.
func BenchmarkReplace(b *testing.B) {
	for _, what := range []string{"words", "numbers"} {
		b.Run(what, func(b *testing.B) {
			x := openBench(b)
			fillBench(b, x, benchDocs())
			const batch = 20
			b.ResetTimer()
			for i := 0; i < b.N; i += batch {
				docs := benchPage(b, i/1000%(benchDocs()/1000)*1000)
				for j := range docs {
					docs[j].Clicks = i
					if what == "words" {
						docs[j].URLs = append(docs[j].URLs, fmt.Sprintf("https://shop.example/%d", i))
					}
				}
				if err := x.Put(context.Background(), docs[:batch]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	x := openBench(b)
	fillBench(b, x, benchDocs())
	if n, err := x.Bytes(context.Background()); err == nil {
		b.Logf("%d sessions take %d B each", benchDocs(), n/int64(benchDocs()))
	}
	for _, c := range []struct {
		name string
		r    search.Request
		q    string
	}{
		{"everything", search.Request{}, ""},
		{"everything,total,facets", search.Request{WithTotal: true, WithFacet: true}, ""},
		{"korean", search.Request{}, "결제"},
		{"korean,total", search.Request{WithTotal: true}, "결제"},
		{"korean,total,facets", search.Request{WithTotal: true, WithFacet: true}, "결제"},
		{"korean,relevance", search.Request{Sort: search.SortRelevance}, "결제"},
		{"phrase", search.Request{}, `"is not a function"`},
		{"rare", search.Request{WithTotal: true}, `user_7 checkoutFailed 환불`},
		{"filters", search.Request{WithTotal: true}, "error:TypeError country:KR -browser:Safari"},
		{"numbers", search.Request{WithTotal: true}, "complaint:결제 nps:<=3 duration:>5m"},
		{"range", search.Request{WithTotal: true, From: searchtest.Epoch - 600_000, To: searchtest.Epoch}, "checkout"},
		{"url", search.Request{}, "url:/checkout*"},
	} {
		b.Run(c.name, func(b *testing.B) {
			q, err := search.Parse(c.q)
			if err != nil {
				b.Fatal(err)
			}
			c.r.ProjectID, c.r.Query, c.r.Limit = "p", q, 50
			for b.Loop() {
				if _, err := x.Search(context.Background(), c.r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func openBench(b *testing.B) *Index {
	b.Helper()
	x, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { x.Close() })
	return x
}

func fillBench(b *testing.B, x *Index, n int) {
	b.Helper()
	for i := 0; i < n; i += 1000 {
		if err := x.Put(context.Background(), benchPage(b, i)); err != nil {
			b.Fatal(err)
		}
	}
}

// benchPage makes 1000 sessions, spread over time.
func benchPage(b *testing.B, i int) []search.Document {
	b.Helper()
	docs := searchtest.Documents(uint64(i), "p", 1000)
	for j := range docs {
		docs[j].ID += fmt.Sprint("-", i)
		docs[j].StartedAt -= int64(i) * 1000
	}
	return docs
}
