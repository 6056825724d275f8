package searchtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
)

func describe(d *search.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s started %d", d.ID, d.StartedAt)
	for _, t := range d.Texts() {
		fmt.Fprintf(&b, " %s=%q", t.Field, t.Text)
	}
	return b.String()
}

// RandomQuery makes a tree of the queries in Queries.
func RandomQuery(g *rand.Rand, depth int) string {
	if depth == 0 || g.IntN(3) == 0 {
		return pick(g, Queries[1:])
	}
	a, b := RandomQuery(g, depth-1), RandomQuery(g, depth-1)
	switch g.IntN(4) {
	case 0:
		return "(" + a + ") OR (" + b + ")"
	case 1:
		return "-(" + a + ") (" + b + ")"
	case 2:
		return "-((" + a + ") (" + b + "))"
	}
	return "(" + a + ") (" + b + ")"
}

func testRandomQueries(t *testing.T, open Open) {
	x, docs := fill(t, open)
	g := rand.New(rand.NewPCG(11, 13))
	for range 200 {
		expect(t, x, docs, search.Request{ProjectID: "beta", Query: parse(t, RandomQuery(g, 3)), Sort: search.SortNewest})
	}
}

func testOrder(t *testing.T, open Open) {
	x := open(t)
	docs := []search.Document{
		{ID: "b", ProjectID: "p", StartedAt: 5}, {ID: "c", ProjectID: "p", StartedAt: 5}, {ID: "a", ProjectID: "p", StartedAt: 5},
		{ID: "z", ProjectID: "p", StartedAt: 1}, {ID: "0", ProjectID: "p", StartedAt: 9},
	}
	for i := range docs { // one by one: the order of arrival must not count
		put(t, x, docs[i:i+1])
	}
	got, _ := find(t, x, search.Request{ProjectID: "p"})
	if want := []string{"0", "c", "b", "a", "z"}; !slices.Equal(got, want) {
		t.Errorf("newest first: %v, want %v", got, want)
	}
}

func testTimeRange(t *testing.T, open Open) {
	x, docs := fill(t, open)
	at := docs[0].StartedAt
	for _, q := range []string{"", "결제", "-checkout", "nps:<=6 OR 결제"} {
		for _, in := range [][2]int64{{at, at + 1}, {at, 0}, {0, at}, {at - 600_000, at + 600_000}, {at + 1, at}, {1, 2}, {0, 1 << 60}, {1 << 60, 0}} {
			expect(t, x, docs, search.Request{ProjectID: "alpha", Query: parse(t, q), From: in[0], To: in[1]})
		}
	}
}

func testPaging(t *testing.T, open Open) {
	x, docs := fill(t, open)
	for _, q := range []string{"", "결제", "-결제", "checkout OR login", "clicks:>5", "결제가 OR nps:<=6"} {
		for _, sort := range []search.Sort{search.SortNewest, search.SortRelevance} {
			for _, limit := range []int{1, 7, 100} {
				if limit == 1 && sort == search.SortRelevance {
					continue // hundreds of pages, each of which ranks all
				}
				r := search.Request{ProjectID: "alpha", Query: parse(t, q), Sort: sort, Limit: limit, Now: Now}
				got := allPages(t, x, r)
				want := oracle(docs, r)
				if sort == search.SortRelevance {
					slices.Sort(got)
					slices.Sort(want)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q sorted by %s in pages of %d: %d sessions, want %d; %s", q, sort, limit, len(got), len(want), difference(docs, got, want))
				}
			}
		}
	}
}

// allPages follows the cursors to the end.
func allPages(t *testing.T, x search.Index, r search.Request) []string {
	t.Helper()
	var all []string
	for range 1000 {
		ids, result := find(t, x, r)
		if len(ids) > r.Limit {
			t.Fatalf("a page of %d hits, limit %d", len(ids), r.Limit)
		}
		all = append(all, ids...)
		if result.NextCursor == "" {
			return all
		}
		if len(ids) != r.Limit {
			t.Fatalf("a page of %d hits with more behind it, limit %d", len(ids), r.Limit)
		}
		r.Cursor = result.NextCursor
	}
	t.Fatalf("%q: paging does not end", r.Query.String())
	return nil
}

func testBadCursor(t *testing.T, open Open) {
	x, _ := fill(t, open)
	_, first := find(t, x, search.Request{ProjectID: "alpha", Limit: 1})
	for _, r := range []search.Request{
		{ProjectID: "alpha", Cursor: "!!"}, {ProjectID: "alpha", Cursor: "AAAA"},
		{ProjectID: "alpha", Cursor: first.NextCursor, Sort: search.SortRelevance, Query: parse(t, "결제")},
	} {
		if _, err := x.Search(context.Background(), r); !errors.Is(err, search.ErrCursor) {
			t.Errorf("cursor %q: %v, want ErrCursor", r.Cursor, err)
		}
	}
	// A cursor is only a place: in another project it shows nothing of the first.
	ids, _ := find(t, x, search.Request{ProjectID: "beta", Cursor: first.NextCursor, Limit: 500})
	for _, id := range ids {
		if !strings.HasPrefix(id, "beta-") {
			t.Errorf("a cursor of another project shows %s", id)
		}
	}
}

func testRelevance(t *testing.T, open Open) {
	x := open(t)
	docs := []search.Document{
		{ID: "in-url", ProjectID: "p", StartedAt: 9, URLs: []string{"https://shop.example/refund", "https://shop.example/a", "https://shop.example/b"}},
		{ID: "in-complaint", ProjectID: "p", StartedAt: 1, Complaints: []string{"refund refund"}},
	}
	for i := range 20 {
		docs = append(docs, search.Document{ID: fmt.Sprintf("other-%d", i), ProjectID: "p", StartedAt: 2, Complaints: []string{"slow page"}})
	}
	put(t, x, docs)
	got, _ := find(t, x, search.Request{ProjectID: "p", Query: parse(t, "refund"), Sort: search.SortRelevance})
	if want := []string{"in-complaint", "in-url"}; !slices.Equal(got, want) {
		t.Errorf("best first: %v, want %v", got, want)
	}
}
