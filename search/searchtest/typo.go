package searchtest

import (
	"context"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// testTypos holds that words that nothing has find those that are one typo away, in every order,
// and that Exact does not.
func (c *corpus) testTypos(t *testing.T) {
	found := 0
	for i, text := range TypoQueries {
		q := parse(t, text)
		for _, project := range []string{"alpha", "gamma"} {
			r := search.Request{ProjectID: project, Query: q, WithFacet: true}
			if project == "gamma" {
				r.Sort = []search.Sort{search.SortRelevance, search.SortOldest}[i%2]
			}
			result := c.expect(t, r)
			want := c.oracle(r)
			exact := r
			exact.Exact = true
			typos := len(want) > 0 && len(c.oracle(exact)) == 0
			if typos {
				found++
			}
			if len(want) > 0 && result.Typos != typos {
				t.Errorf("%q: typos %v, want %v", text, result.Typos, typos)
			}
			c.checkFacets(t, r, result)
			for _, h := range result.Hits {
				if typos && len(h.Matches) == 0 {
					t.Errorf("%q finds %s by a typo and shows no match", text, h.ID)
				}
			}
			if result := c.expect(t, exact); result.Typos {
				t.Errorf("%q exactly: typos all the same", text)
			}
		}
	}
	if found < len(TypoQueries) {
		t.Errorf("the corpus is too thin: %d of %d searches find typos", found, 2*len(TypoQueries))
	}
}

// testExactFirst holds that typos are looked for only where nothing in the period has the word.
func testExactFirst(t *testing.T, open Open) {
	x := open(t)
	docs := []search.Document{
		{ID: "payment", ProjectID: "p", StartedAt: 10, Complaints: []string{"카드결제가 안 돼요", "checkout"}},
		{ID: "approval", ProjectID: "p", StartedAt: 20, Complaints: []string{"결재 서류"}},
		{ID: "mail", ProjectID: "p", StartedAt: 30, UserEmail: "checkuot@example.com", UserID: "chekcout", Release: "checkou", Tickets: []string{"CHECKOUTT"}},
		{ID: "other", ProjectID: "q", StartedAt: 40, Complaints: []string{"결쟈", "chekout"}},
	}
	put(t, x, docs)
	for _, want := range []struct {
		q     string
		r     search.Request
		ids   []string
		typos bool
	}{
		{"결재", search.Request{}, []string{"approval"}, false},
		{"결재", search.Request{To: 15}, []string{"payment"}, true},
		{"결재", search.Request{To: 15, Exact: true}, nil, false},
		{"결쟈", search.Request{}, []string{"approval", "payment"}, true},
		{"결쟈", search.Request{Exact: true}, nil, false},
		{"카드결재", search.Request{}, []string{"payment"}, true},
		{"가드결제가", search.Request{}, []string{"payment"}, true},
		{"카드겨제", search.Request{}, []string{"payment"}, true},
		{"카두겨제", search.Request{}, nil, false}, // two typos
		{"카드결체가", search.Request{}, []string{"payment"}, true},
		{"결쟈 돼요", search.Request{}, []string{"payment"}, true},
		{"결쟈 -결제", search.Request{}, []string{"approval"}, true},
		{"결쟈 -걸제", search.Request{}, []string{"approval", "payment"}, true},
		{`"결쟈"`, search.Request{}, nil, false},
		{"chekcout", search.Request{}, []string{"mail"}, false},
		{"chekout", search.Request{}, []string{"payment"}, true},
		{"checkou", search.Request{}, []string{"mail"}, false},
		{"user:chekout", search.Request{}, nil, false},
		{"exampel", search.Request{}, nil, false},
	} {
		r := want.r
		r.ProjectID, r.Query, r.WithTotal = "p", parse(t, want.q), true
		ids, result := find(t, x, r)
		if !slices.Equal(ids, want.ids) || result.Total != int64(len(want.ids)) || len(want.ids) > 0 && result.Typos != want.typos {
			t.Errorf("%q in %d–%d, exact %v: %v of %d, typos %v; want %v, typos %v", want.q, r.From, r.To, r.Exact, ids, result.Total, result.Typos, want.ids, want.typos)
		}
	}
}

// testTypoCursor holds that pages go on in the meaning that the first one had, whatever comes
// meanwhile.
func testTypoCursor(t *testing.T, open Open) {
	x := open(t)
	var docs []search.Document
	for i := range 5 {
		docs = append(docs, search.Document{ID: string(rune('a' + i)), ProjectID: "p", StartedAt: int64(100 - i), Complaints: []string{"쿠폰이 없어요"}})
	}
	put(t, x, docs)
	for _, sort := range []search.Sort{search.SortNewest, search.SortOldest, search.SortRelevance} {
		r := search.Request{ProjectID: "p", Query: parse(t, "쿠펀"), Sort: sort, Limit: 2}
		all, first := find(t, x, r)
		late := search.Document{ID: "z", ProjectID: "p", StartedAt: 1, Complaints: []string{"쿠펀"}}
		put(t, x, []search.Document{late})
		for r.Cursor = first.NextCursor; r.Cursor != ""; {
			ids, result := find(t, x, r)
			if !result.Typos {
				t.Errorf("sorted by %s, a later page has no typos", sort)
			}
			all, r.Cursor = append(all, ids...), result.NextCursor
		}
		all = slices.DeleteFunc(all, func(id string) bool { return id == "z" }) // it may be shown or not
		slices.Sort(all)
		if want := []string{"a", "b", "c", "d", "e"}; !slices.Equal(all, want) {
			t.Errorf("sorted by %s, pages show %v, want %v", sort, all, want)
		}
		if ids, result := find(t, x, search.Request{ProjectID: "p", Query: r.Query, Sort: sort}); !slices.Equal(ids, []string{"z"}) || result.Typos {
			t.Errorf("from the start: %v, typos %v, want what has the word", ids, result.Typos)
		}
		if err := x.Delete(context.Background(), []string{"z"}); err != nil {
			t.Fatal(err)
		}
	}
}
