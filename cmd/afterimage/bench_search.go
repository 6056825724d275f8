package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/afterimage/afterimage/internal/bench"
	"github.com/afterimage/afterimage/search"
)

var benchSearchCommand = &command{
	name: "bench search", group: groupMeasuring, most: 0,
	summary: "Measure the embedded search index beside a plain one",
	detail: `Sessions are generated (some 240 bytes of text and 31 words each, in Korean and English, with e-mail
addresses; the same every time) and stored in a temporary folder: in the embedded index as
"afterimage reindex" does it, and in a plain index, which is an FTS5 table joined with a table of sessions,
with the same words and nothing more. Both are asked the same queries, one after the other; each query three times,
of which the fastest counts. Queries that the plain index is not able to answer are left out there.

With --server and --token, the last kind of queries is asked of a running service instead, through its API and of
whatever sessions it has.

  afterimage bench search
  afterimage bench search --docs 2000000 --only-embedded
  afterimage bench search --server http://127.0.0.1:8080 --token "$token"`,
	remote: true,
	options: []option{
		{flag: "docs", arg: "N", def: "200000", check: isWhole(1000, 10_000_000), help: "how many sessions"},
		{flag: "queries", arg: "N", def: "200", check: isWhole(20, 10_000), help: "how many queries of each kind"},
		{flag: "only-embedded", help: "leave the plain index out"},
		{flag: "json", help: "print the figures as JSON on standard output"},
	},
	run: runBenchSearch,
}

// searchReport is what bench search prints; Plain is nil where it was left out.
type searchReport struct {
	Embedded *bench.SearchSummary `json:"embedded"`
	Plain    *bench.SearchSummary `json:"plain,omitempty"`
}

func runBenchSearch(ctx context.Context, c *call) error {
	if c.str("server") != "" {
		return c.benchServedSearch(ctx)
	}
	var report searchReport
	var err error
	if !c.on("only-embedded") {
		report.Plain, err = c.benchIndex(ctx, false)
	}
	if err == nil {
		report.Embedded, err = c.benchIndex(ctx, true)
	}
	if err != nil {
		return err
	}
	if c.on("json") {
		return c.printJSON(report)
	}
	return c.printSearched(report)
}

func (c *call) benchIndex(ctx context.Context, embedded bool) (*bench.SearchSummary, error) {
	var summary bench.SearchSummary
	show := c.progress()
	defer show.clear()
	name := map[bool]string{true: "embedded", false: "plain"}[embedded]
	err := c.inFolder("", func(folder string) error {
		index, err := openBenchIndex(folder, embedded)
		if err != nil {
			return err
		}
		summary, err = bench.Search(ctx, index, int(c.num("docs")), int(c.num("queries")),
			func(what string) { show.clear(); show.show("%s index, %s", name, what) })
		return errors.Join(err, index.Close())
	})
	return &summary, err
}

func (c *call) printSearched(r searchReport) error {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	e := r.Embedded
	fmt.Fprintf(w, "%s\tembedded\tplain\tof it\t\n", counted(e.Docs, "session"))
	line := func(what, format string, value float64, of func(*bench.SearchSummary) float64) {
		fmt.Fprintf(w, "%s\t"+format+"\t", what, value)
		if r.Plain == nil || of(r.Plain) == 0 {
			fmt.Fprint(w, "\t\t\n")
			return
		}
		fmt.Fprintf(w, format+"\t%.2f\t\n", of(r.Plain), value/of(r.Plain))
	}
	line("stored, sessions per second", "%.0f", e.DocsPerSecond, func(s *bench.SearchSummary) float64 { return s.DocsPerSecond })
	line("CPU of that, µs a session", "%.1f", e.FillCPUSeconds/float64(e.Docs)*1e6,
		func(s *bench.SearchSummary) float64 { return s.FillCPUSeconds / float64(s.Docs) * 1e6 })
	line("index, bytes a session", "%.0f", e.IndexBytesEach, func(s *bench.SearchSummary) float64 { return s.IndexBytesEach })
	line("with the documents, bytes a session", "%.0f", e.AllBytesEach, func(*bench.SearchSummary) float64 { return 0 })
	for _, class := range e.Classes {
		find := func(s *bench.SearchSummary) bench.SearchClass {
			for _, other := range s.Classes {
				if other.Name == class.Name {
					return other
				}
			}
			return bench.SearchClass{}
		}
		fmt.Fprintf(w, "%s\t\t\t\t%.1f found\n", class.Name, class.Hits)
		line("p50, ms", "%.2f", class.P50, func(s *bench.SearchSummary) float64 { return find(s).P50 })
		line("p95, ms", "%.2f", class.P95, func(s *bench.SearchSummary) float64 { return find(s).P95 })
		line("CPU, ms on average", "%.2f", class.CPU, func(s *bench.SearchSummary) float64 { return find(s).CPU })
		line("the first, ms", "%.2f", class.First, func(s *bench.SearchSummary) float64 { return find(s).First })
	}
	return w.Flush()
}

// servedSearch asks a running service.
type servedSearch struct{ c *call }

// Search asks for what the app's list asks for.
func (s servedSearch) Search(ctx context.Context, r search.Request) (result search.Result, err error) {
	values := url.Values{"q": {r.Query.String()}, "limit": {strconv.Itoa(r.Limit)}, "total": {"true"}, "facets": {"true"}}
	answer, err := s.c.ask(ctx, http.MethodGet, "/api/v1/sessions?"+values.Encode())
	if err != nil {
		return result, err
	}
	defer answer.Body.Close()
	var list struct {
		Total int64 `json:"total"`
		Typos bool  `json:"typos"`
	}
	err = json.NewDecoder(answer.Body).Decode(&list)
	result.Total, result.Typos = list.Total, list.Typos
	return result, err
}

func (c *call) benchServedSearch(ctx context.Context) error {
	for _, kind := range bench.SearchQueries(int(c.num("docs")), int(c.num("queries"))) {
		if kind.Name != bench.RealisticMix {
			continue
		}
		class, err := kind.Ask(ctx, servedSearch{c})
		if err != nil {
			return err
		}
		if class == nil {
			return errors.New("the service found no session by any query")
		}
		if c.on("json") {
			return c.printJSON(class)
		}
		fmt.Fprintf(c.stdout, "%s: %d queries, %.1f found on average; whole call p50 %.2f ms, p95 %.2f ms\n",
			class.Name, class.Queries, class.Hits, class.P50, class.P95)
	}
	return nil
}
