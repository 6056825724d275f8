package searchtest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
)

func (c *corpus) testFacets(t *testing.T) {
	for _, q := range []string{"", "결제", "-결제", "browser:Chrome", "nps:<=6 OR checkout", "없는말", "rage:* -tag:*"} {
		r := search.Request{ProjectID: "alpha", Query: parse(t, q), WithFacet: true, Limit: 1, Now: Now}
		_, result := find(t, c.x, r)
		if result.Total != -1 {
			t.Errorf("%q: total %d though it was not asked for", q, result.Total)
		}
		c.checkFacets(t, r, result)
	}
	if _, result := find(t, c.x, search.Request{ProjectID: "alpha", Limit: 1}); result.Facets != nil || result.Total != -1 {
		t.Errorf("facets %v and total %d though nobody asked", result.Facets, result.Total)
	}
}

// checkFacets holds the counts of a result against those over the plain documents.
func (c *corpus) checkFacets(t *testing.T, r search.Request, result search.Result) {
	t.Helper()
	found := map[string]bool{}
	for _, id := range c.oracle(r) {
		found[id] = true
	}
	for _, field := range search.FacetFields {
		want := map[string]int64{}
		for _, d := range c.prepared[r.ProjectID] {
			if found[d.doc.ID] {
				for _, value := range d.doc.FacetValues(field) {
					want[value]++
				}
			}
		}
		if !maps.Equal(result.Facets[field], want) {
			t.Errorf("%q: facet %s is %v, want %v", r.Query.String(), field, result.Facets[field], want)
		}
	}
}

// testMatches holds that each hit shows why it was found, inside the text of the field.
func (c *corpus) testMatches(t *testing.T) {
	docs := map[string]*search.Document{}
	for i := range c.docs {
		docs[c.docs[i].ID] = &c.docs[i]
	}
	for _, q := range []string{"결제", "제", "checkout", `"is not a function"`, "결제 OR type*", "complaint:결제 -browser:Safari", "url:/checkout*", "-결제", "cartTotal OR total", "결재", "카드결재", "chekcout", "tag:* vip", "enterprise"} {
		_, result := find(t, c.x, search.Request{ProjectID: "alpha", Query: parse(t, q), Limit: 200})
		if len(result.Hits) == 0 {
			t.Errorf("%q finds nothing to look at", q)
		}
		for _, h := range result.Hits {
			d := docs[h.ID]
			if d == nil || d.StartedAt != h.StartedAt {
				t.Fatalf("%q: hit %s at %d is no document", q, h.ID, h.StartedAt)
			}
			if want := !strings.HasPrefix(q, "-"); (len(h.Matches) > 0) != want || len(h.Matches) > search.MaxMatchesPerHit {
				t.Errorf("%q: %s has %d matches", q, h.ID, len(h.Matches))
			}
			for _, m := range h.Matches {
				checkMatch(t, q, d, m)
			}
		}
	}
	for _, q := range []string{"complaint:결제", "complaint:결재"} { // the second marks the same by a typo
		_, result := find(t, c.x, search.Request{ProjectID: "alpha", Query: parse(t, q), Limit: 200})
		for _, h := range result.Hits {
			m := h.Matches[0]
			if got := string([]rune(m.Text)[m.Spans[0]:m.Spans[1]]); m.Field != "complaints" || got != "결제" && got != decompose("결제") {
				t.Errorf("%s marks %q in %s", q, got, m.Field)
			}
		}
	}
}

func checkMatch(t *testing.T, q string, d *search.Document, m search.Match) {
	t.Helper()
	runes := []rune(m.Text)
	inside := slices.ContainsFunc(d.FieldTexts(m.Field), func(s string) bool { return strings.Contains(s, m.Text) })
	if !inside || len(runes) > search.MaxMatchRunes || len(m.Spans) == 0 || len(m.Spans)%2 != 0 {
		t.Errorf("%q: match %+v is no part of the document's %s %q", q, m, m.Field, d.FieldTexts(m.Field))
		return
	}
	last := 0
	for i := 0; i < len(m.Spans); i += 2 {
		if m.Spans[i] < last || m.Spans[i+1] <= m.Spans[i] || m.Spans[i+1] > len(runes) {
			t.Errorf("%q: spans %v of %q", q, m.Spans, m.Text)
		}
		last = m.Spans[i+1]
	}
}

// testOddTexts holds that no text that a page can hold breaks an engine.
func testOddTexts(t *testing.T, open Open) {
	x := open(t)
	long := strings.Repeat("가나다라 lorem ", 2000)
	docs := []search.Document{
		{ID: "empty", ProjectID: "p", StartedAt: 1},
		{ID: "long", ProjectID: "p", StartedAt: 2, Errors: []string{long + "behindthelimit"}},
		{ID: "word", ProjectID: "p", StartedAt: 3, Errors: []string{strings.Repeat("x", 5000)}},
		{ID: "bytes", ProjectID: "p", StartedAt: 4, Errors: []string{"bad\xff\xfebytes", "nul\x00inside", "\u202eright to left", "zero\u200bwidth"}},
		{ID: "emoji", ProjectID: "p", StartedAt: 5, Complaints: []string{"느려요😡👍🏽 ❤️"}},
		{ID: "syntax", ProjectID: "p", StartedAt: 6, Complaints: []string{`" OR 1=1 -- ' ) NOT tags : _project_ NEAR(a b) * ^ {`}},
		{ID: "scripts", ProjectID: "p", StartedAt: 7, Titles: []string{"東京の天気 ไทย Привет МИР ΣΊΣΥΦΟΣ straße İstanbul ﬁ ½ ①"}},
		{ID: "other-text", ProjectID: "p", StartedAt: 8, Errors: []string{"one two", "three four"}, Custom: []string{"five"}},
	}
	many := search.Document{ID: "many", ProjectID: "p", StartedAt: 9}
	for range 1000 {
		many.URLs = append(many.URLs, "https://shop.example/p/1")
	}
	many.URLs = append(many.URLs, "https://shop.example/beyond")
	docs = append(docs, many)
	put(t, x, docs)
	for _, q := range []string{"", "lorem", "behindthelimit", "나다라", strings.Repeat("x", 64), strings.Repeat("x", 5000/3), "xxx*", "bytes", "bad", "inside", "zerowidth", "😡",
		"❤", "👍", "NEAR", `"1=1"`, "_project_", "tags", "東京", "京の", "天", "привет", "σίσυφος", "strasse", "istanbul", "ไทย", "½", `"two three"`, `"one two"`, `"three four"`, `"four five"`,
		"two three", "beyond", "url:/beyond", "p", "right left", `"-"* x*`} {
		expect(t, x, docs, search.Request{ProjectID: "p", Query: parse(t, q)})
	}
}
