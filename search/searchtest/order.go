package searchtest

import (
	"fmt"
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

func testOrder(t *testing.T, open Open) {
	x := open(t)
	docs := []search.Document{
		{ID: "b", ProjectID: "p", StartedAt: 5}, {ID: "c", ProjectID: "p", StartedAt: 5}, {ID: "a", ProjectID: "p", StartedAt: 5},
		{ID: "z", ProjectID: "p", StartedAt: 1}, {ID: "0", ProjectID: "p", StartedAt: 9},
	}
	for i := range docs { // one by one: the order of arrival must not count
		put(t, x, docs[i:i+1])
	}
	for sort, want := range map[search.Sort][]string{"": {"0", "c", "b", "a", "z"}, search.SortOldest: {"z", "c", "b", "a", "0"}} {
		got, _ := find(t, x, search.Request{ProjectID: "p", Sort: sort})
		paged, _ := allPages(t, x, search.Request{ProjectID: "p", Sort: sort, Limit: 1, Now: Now})
		if !slices.Equal(got, want) || !slices.Equal(paged, want) {
			t.Errorf("sorted by %q: %v, one by one %v, want %v", sort, got, paged, want)
		}
	}
}

// allPages follows the cursors to the end, and returns the first page's result, too.
func allPages(t *testing.T, x search.Index, r search.Request) (all []string, first search.Result) {
	t.Helper()
	for page := range 1000 {
		ids, result := find(t, x, r)
		if page == 0 {
			first = result
		} else if result.Typos != first.Typos {
			t.Errorf("%q: typos %v on the first page, %v on page %d", r.Query.String(), first.Typos, result.Typos, page)
		}
		if len(ids) > r.Limit {
			t.Fatalf("a page of %d hits, limit %d", len(ids), r.Limit)
		}
		all = append(all, ids...)
		if result.NextCursor == "" {
			return all, first
		}
		if len(ids) != r.Limit {
			t.Fatalf("a page of %d hits with more behind it, limit %d", len(ids), r.Limit)
		}
		r.Cursor, r.WithTotal = result.NextCursor, false
	}
	t.Fatalf("%q: paging does not end", r.Query.String())
	return nil, first
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
