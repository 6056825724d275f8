package fts

import (
	"context"
	"testing"

	"github.com/afterimage/afterimage/search"
)

func TestSearchFindsPieces(t *testing.T) {
	x, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	ctx := context.Background()
	err = x.Put(ctx, []search.Document{
		{ID: "a", ProjectID: "p", StartedAt: 1000, EndedAt: 2000, NPS: -1, Browser: "Chrome", Complaints: []string{"결제가 안 돼요"}},
		{ID: "b", ProjectID: "p", StartedAt: 2000, EndedAt: 3000, NPS: 3, Browser: "Safari", Errors: []string{"TypeError: x is not a function"}, URLs: []string{"https://shop.kr/checkout/pay"}},
		{ID: "c", ProjectID: "q", StartedAt: 3000, EndedAt: 3000, Complaints: []string{"결제"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]string{
		"결제": "a", "제": "a", `"결제가 안"`: "a", "typeerror": "b", "type error": "b", "type*": "b", "-결제": "b", "": "ba",
		"결제 OR function": "ba", "browser:safari": "b", "-browser:saf*": "a", "nps:<=6": "b", "-nps:<=6": "a", "url:/checkout*": "b",
		"has:complaint": "a", "nps:3 OR 결제": "ba", "url:checkout": "b", "is:live": "", "\"error function\"": "",
	} {
		parsed, err := search.Parse(q)
		if err != nil {
			t.Fatal(q, err)
		}
		for _, sort := range []search.Sort{search.SortNewest, search.SortRelevance} {
			r, err := x.Search(ctx, search.Request{ProjectID: "p", Query: parsed, WithTotal: true, WithFacet: true, Sort: sort, Now: 1e10})
			if err != nil {
				t.Fatal(q, err)
			}
			got := ""
			for _, h := range r.Hits {
				got += h.ID
			}
			if len(got) != len(want) || sort == search.SortNewest && got != want || r.Total != int64(len(want)) {
				t.Errorf("%q %s: got %q, want %q, total %d, facets %v", q, sort, got, want, r.Total, r.Facets)
			}
		}
	}
}
