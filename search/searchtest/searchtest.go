// Package searchtest is what every search.Index must do. An adapter's test calls Run with
// a function that opens an empty index of it. The oracle is search.Evaluate on the plain
// documents: an engine is right if it finds exactly the sessions that the oracle does.
package searchtest

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// Open makes an empty index that is closed when the test ends.
type Open func(t *testing.T) search.Index

// Suite is what an index must do.
type Suite struct {
	Open Open
	// Documents is how many sessions the large index holds; 0: 5,000. Less is for an index that is a
	// stand-in in memory and slow.
	Documents int
}

// Run runs the whole suite with 5,000 documents.
func Run(t *testing.T, open Open) { Suite{Open: open}.Run(t) }

// Run runs the whole suite. Suites that only read share one large index, and what the oracle says of
// it.
func (s Suite) Run(t *testing.T) {
	t.Run("Read", func(t *testing.T) {
		c := newCorpus(t, s)
		t.Run("Queries", c.testQueries)
		t.Run("RandomQueries", c.testRandomQueries)
		t.Run("Typos", c.testTypos)
		t.Run("Korean", c.testKorean)
		t.Run("TimeRange", c.testTimeRange)
		t.Run("Sorts", c.testSorts)
		t.Run("Paging", c.testPaging)
		t.Run("BadCursor", c.testBadCursor)
		t.Run("Facets", c.testFacets)
		t.Run("Matches", c.testMatches)
		t.Run("Values", c.testValues)
		t.Run("TraitNames", c.testTraitNames)
	})
	for _, change := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"Order", testOrder},
		{"Relevance", testRelevance},
		{"ExactFirst", testExactFirst},
		{"TypoCursor", testTypoCursor},
		{"Projects", testProjects},
		{"Replace", testReplace},
		{"Delete", testDelete},
		{"OddTexts", testOddTexts},
		{"IDs", testIDs},
		{"Concurrent", testConcurrent},
		{"Rebuild", testRebuild},
		{"RebuildFails", testRebuildFails},
		{"Cancelled", testCancelled},
	} {
		t.Run(change.name, func(t *testing.T) { change.test(t, s.Open) })
	}
}

// small is how many documents of each of two projects the suites that change an index begin with.
const small = 300

// fill opens an index with the documents of two projects, alpha and beta.
func fill(t *testing.T, open Open) (search.Index, []search.Document) {
	t.Helper()
	x := open(t)
	docs := append(Documents(1, "alpha", small), Documents(2, "beta", small)...)
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

// oracle returns the ids of the documents that a request finds, in its order; for
// search.SortRelevance newest first.
func oracle(docs []search.Document, r search.Request) []string {
	var found []*search.Document
	for i := range docs {
		d := &docs[i]
		if d.ProjectID == r.ProjectID && inRange(d, r) && search.Evaluate(r.Query, d, r.Now) {
			found = append(found, d)
		}
	}
	return idsInOrder(found, r.Fill().Sort)
}

func inRange(d *search.Document, r search.Request) bool {
	return (r.From == 0 || d.StartedAt >= r.From) && (r.To == 0 || d.StartedAt < r.To)
}

func idsInOrder(found []*search.Document, sort search.Sort) []string {
	slices.SortFunc(found, func(a, b *search.Document) int {
		if c := cmp.Compare(b.StartedAt, a.StartedAt); c != 0 {
			if sort == search.SortOldest {
				return -c
			}
			return c
		}
		return cmp.Compare(b.ID, a.ID)
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

// expect searches with a page that holds all and compares with the oracle, in order unless
// it is by relevance.
func expect(t *testing.T, x search.Index, docs []search.Document, r search.Request) {
	t.Helper()
	r.Now, r.Limit, r.WithTotal, r.Exact = Now, search.MaxLimit, true, true
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
