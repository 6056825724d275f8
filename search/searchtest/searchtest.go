// Package searchtest is what every search.Index must do. An adapter's test calls Run with
// a function that opens an empty index of it. The oracle is search.Evaluate on the plain
// documents: an engine is right if it finds exactly the sessions that the oracle does.
package searchtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// Open makes an empty index that is closed when the test ends.
type Open func(t *testing.T) search.Index

// Run runs the whole suite.
func Run(t *testing.T, open Open) {
	t.Run("Queries", func(t *testing.T) { testQueries(t, open) })
	t.Run("RandomQueries", func(t *testing.T) { testRandomQueries(t, open) })
	t.Run("Order", func(t *testing.T) { testOrder(t, open) })
	t.Run("TimeRange", func(t *testing.T) { testTimeRange(t, open) })
	t.Run("Paging", func(t *testing.T) { testPaging(t, open) })
	t.Run("BadCursor", func(t *testing.T) { testBadCursor(t, open) })
	t.Run("Facets", func(t *testing.T) { testFacets(t, open) })
	t.Run("Matches", func(t *testing.T) { testMatches(t, open) })
	t.Run("Relevance", func(t *testing.T) { testRelevance(t, open) })
	t.Run("Projects", func(t *testing.T) { testProjects(t, open) })
	t.Run("Replace", func(t *testing.T) { testReplace(t, open) })
	t.Run("Delete", func(t *testing.T) { testDelete(t, open) })
	t.Run("OddTexts", func(t *testing.T) { testOddTexts(t, open) })
	t.Run("IDs", func(t *testing.T) { testIDs(t, open) })
	t.Run("Concurrent", func(t *testing.T) { testConcurrent(t, open) })
	t.Run("Rebuild", func(t *testing.T) { testRebuild(t, open) })
	t.Run("RebuildFails", func(t *testing.T) { testRebuildFails(t, open) })
	t.Run("Cancelled", func(t *testing.T) { testCancelled(t, open) })
}

// corpus is how many documents of each of two projects the suites search.
const corpus = 300

// fill opens an index with the documents of two projects, alpha and beta.
func fill(t *testing.T, open Open) (search.Index, []search.Document) {
	t.Helper()
	x := open(t)
	docs := append(Documents(1, "alpha", corpus), Documents(2, "beta", corpus)...)
	put(t, x, docs)
	return x, docs
}

func put(t *testing.T, x search.Index, docs []search.Document) {
	t.Helper()
	if err := x.Put(context.Background(), docs); err != nil {
		t.Fatalf("Put of %d documents: %v", len(docs), err)
	}
}

func parse(t *testing.T, q string) search.Query {
	t.Helper()
	parsed, err := search.Parse(q)
	if err != nil {
		t.Fatalf("Parse(%q): %v", q, err)
	}
	return parsed
}

// oracle returns the ids of the documents that a request finds, newest first.
func oracle(docs []search.Document, r search.Request) []string {
	var found []search.Document
	for i := range docs {
		d := &docs[i]
		if d.ProjectID == r.ProjectID && (r.From == 0 || d.StartedAt >= r.From) && (r.To == 0 || d.StartedAt < r.To) &&
			search.Evaluate(r.Query, d, r.Now) {
			found = append(found, *d)
		}
	}
	slices.SortFunc(found, func(a, b search.Document) int {
		if a.StartedAt != b.StartedAt {
			if a.StartedAt > b.StartedAt {
				return -1
			}
			return 1
		}
		return strings.Compare(b.ID, a.ID)
	})
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	return ids
}

// find searches and returns the ids of the hits, in their order.
func find(t *testing.T, x search.Index, r search.Request) ([]string, search.Result) {
	t.Helper()
	if r.Now == 0 {
		r.Now = Now
	}
	result, err := x.Search(context.Background(), r)
	if err != nil {
		t.Fatalf("Search %q in %s: %v", r.Query.String(), r.ProjectID, err)
	}
	ids := make([]string, len(result.Hits))
	for i, h := range result.Hits {
		ids[i] = h.ID
	}
	return ids, result
}

// expect searches with a page that holds all and compares with the oracle, in order for
// SortNewest.
func expect(t *testing.T, x search.Index, docs []search.Document, r search.Request) {
	t.Helper()
	r.Now, r.Limit, r.WithTotal = Now, search.MaxLimit, true
	want := oracle(docs, r)
	got, result := find(t, x, r)
	if r.Sort == search.SortRelevance {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q sorted by %s finds %d sessions, want %d: %s", r.Query.String(), r.Sort, len(got), len(want), difference(docs, got, want))
	}
	if result.Total != int64(len(want)) {
		t.Errorf("%q: total %d, want %d", r.Query.String(), result.Total, len(want))
	}
	if result.NextCursor != "" {
		t.Errorf("%q: a cursor behind the last hit", r.Query.String())
	}
}

// difference shows the first session that is missing or too many.
func difference(docs []search.Document, got, want []string) string {
	for _, side := range []struct {
		name string
		a, b []string
	}{{"missing", want, got}, {"too many", got, want}} {
		for _, id := range side.a {
			if slices.Contains(side.b, id) {
				continue
			}
			for i := range docs {
				if docs[i].ID == id {
					return side.name + ": " + describe(&docs[i])
				}
			}
			return side.name + ": " + id + ", which was never stored"
		}
	}
	return "the order differs"
}

func testQueries(t *testing.T, open Open) {
	x, docs := fill(t, open)
	hits := 0
	for _, q := range Queries {
		for _, sort := range []search.Sort{search.SortNewest, search.SortRelevance} {
			r := search.Request{ProjectID: "alpha", Query: parse(t, q), Sort: sort, Now: Now}
			expect(t, x, docs, r)
			hits += len(oracle(docs, r))
		}
	}
	if hits < 10*len(Queries) {
		t.Errorf("the corpus is too thin for the queries: %d hits for %d queries", hits, len(Queries))
	}
	for _, q := range BadQueries {
		var bad *search.QueryError
		if _, err := search.Parse(q); !errors.As(err, &bad) || !errors.Is(err, search.ErrQuery) || bad.Why == "" || bad.Hint == "" {
			t.Errorf("Parse(%q): %v, want a QueryError with a reason and a hint", q, err)
		}
	}
}
