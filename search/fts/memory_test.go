package fts

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

func openIn(t testing.TB) *Index {
	t.Helper()
	x, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func ask(t testing.TB, x *Index, project, q string, r search.Request) search.Result {
	t.Helper()
	parsed, err := search.Parse(q)
	if err != nil {
		t.Fatal(q, err)
	}
	r.ProjectID, r.Query, r.Now = project, parsed, searchtest.Now
	result, err := x.Search(context.Background(), r)
	if err != nil {
		t.Fatal(q, err)
	}
	return result
}

// TestMemoryFollows holds that facets, counts and typos are those of the file after every write, though they
// come from memory.
func TestMemoryFollows(t *testing.T) {
	x := openIn(t)
	ctx := context.Background()
	g := rand.New(rand.NewPCG(5, 6))
	have := map[string]search.Document{}
	for round := range 30 {
		docs := searchtest.Documents(uint64(round%7), "p", 60)
		for i := range docs {
			docs[i].StartedAt -= int64(g.IntN(3)) << bucketShift // into earlier buckets
		}
		gone := make([]string, 0, 20)
		for id := range have {
			if len(gone) < 20 {
				gone = append(gone, id)
			}
		}
		if err := x.Put(ctx, docs); err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			have[d.ID] = d
		}
		if err := x.Delete(ctx, gone); err != nil {
			t.Fatal(err)
		}
		for _, id := range gone {
			delete(have, id)
		}
		for _, q := range []string{"", "checkout", "browser:s*", "-os:mac*", "nps:<=6 OR has:error"} {
			r := ask(t, x, "p", q, search.Request{WithFacet: true, WithTotal: true, Limit: 1})
			want := map[string]int64{}
			total := int64(0)
			parsed, _ := search.Parse(q)
			for _, d := range have {
				if search.Evaluate(parsed, &d, searchtest.Now) {
					total++
					for _, v := range d.FacetValues("os") {
						want[v]++
					}
				}
			}
			if r.Total != total || !maps.Equal(r.Facets["os"], want) {
				t.Fatalf("round %d, %q: %d, %v; want %d, %v", round, q, r.Total, r.Facets["os"], total, want)
			}
		}
	}
}

// TestTypoOfNewWord holds that a word is found by a typo as soon as it is stored, also where the words
// were read before.
func TestTypoOfNewWord(t *testing.T) {
	x := openIn(t)
	ctx := context.Background()
	for i, word := range []string{"alphabet", "bookshelf", "chandelier", "결제창"} {
		d := search.Document{ID: fmt.Sprint(i), ProjectID: "p", StartedAt: 5, Complaints: []string{word}}
		if err := x.Put(ctx, []search.Document{d}); err != nil {
			t.Fatal(err)
		}
		typo := []string{"alhpabet", "bookshef", "chanrelier", "결재창"}[i]
		if r := ask(t, x, "p", typo, search.Request{}); len(r.Hits) != 1 || r.Hits[0].ID != d.ID || !r.Typos {
			t.Errorf("%s: %+v, want the session of %s", typo, r, word)
		}
	}
	if x.cur.kept.words == nil {
		t.Error("the words are not in memory")
	}
	x.cur.kept.idle() // used since
	x.cur.kept.idle()
	if x.cur.kept.words != nil || x.cur.kept.columns != nil {
		t.Error("what nobody asks for stays in memory")
	}
}

// TestLateSessions holds the order of pages where sessions come in any order, in batches of all sizes, so that
// rows of a bucket are not in the order of time.
func TestLateSessions(t *testing.T) {
	x := openIn(t)
	ctx := context.Background()
	g := rand.New(rand.NewPCG(7, 8))
	var docs []search.Document
	for i := range 800 {
		docs = append(docs, search.Document{ID: fmt.Sprintf("s%03d", i), ProjectID: "p", Titles: []string{"page"},
			StartedAt: searchtest.Epoch + int64(i)*1_000_000/7 + int64(g.IntN(3))<<bucketShift})
	}
	g.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
	for rest := docs; len(rest) > 0; {
		n := min(1+g.IntN(40), len(rest))
		if err := x.Put(ctx, rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	slices.SortFunc(docs, func(a, b search.Document) int { return int(b.StartedAt - a.StartedAt) })
	for _, sort := range []search.Sort{search.SortNewest, search.SortOldest} {
		var want []string
		for _, d := range docs {
			want = append(want, d.ID)
		}
		if sort == search.SortOldest {
			slices.Reverse(want)
		}
		for _, q := range []string{"", "page"} {
			var got []string
			for r := (search.Request{Sort: sort, Limit: 17}); ; {
				result := ask(t, x, "p", q, r)
				for _, h := range result.Hits {
					got = append(got, h.ID)
				}
				if r.Cursor = result.NextCursor; r.Cursor == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q, %s: the pages are not in order: %d of %d", q, sort, len(got), len(want))
			}
		}
	}
}

// TestChangesWhilePacking holds that what is put and deleted while a rebuilt index is packed is in it.
func TestChangesWhilePacking(t *testing.T) {
	x := openIn(t)
	ctx := context.Background()
	if err := x.beginRebuild(ctx); err != nil {
		t.Fatal(err)
	}
	docs := searchtest.Documents(1, "p", 50)
	if err := x.putNext(ctx, docs); err != nil {
		t.Fatal(err)
	}
	if err := x.next.flush(ctx); err != nil {
		t.Fatal(err)
	}
	x.next.packing = true
	late := search.Document{ID: "late", ProjectID: "q", StartedAt: 9, Titles: []string{"latecomer"}}
	for _, err := range []error{x.Put(ctx, []search.Document{late}), x.Delete(ctx, []string{docs[0].ID})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := x.putNext(ctx, docs); err == nil {
		t.Error("documents are taken in behind the end")
	}
	if err := x.swap(ctx); err != nil {
		t.Fatal(err)
	}
	if r := ask(t, x, "q", "latecomer", search.Request{}); len(r.Hits) != 1 {
		t.Error("a session that was put meanwhile is not there")
	}
	if r := ask(t, x, "p", "", search.Request{WithTotal: true}); r.Total != 49 {
		t.Errorf("%d sessions, want 49: one was deleted meanwhile", r.Total)
	}
}

// FuzzProjects holds that no query reaches a session of another project.
func FuzzProjects(f *testing.F) {
	x := openIn(f)
	var docs []search.Document
	for _, project := range []string{"a", "b", "_1", "a\" OR \"b"} {
		for _, d := range searchtest.Documents(9, "x", 40) {
			d.ID, d.ProjectID = project+"/"+d.ID, project
			docs = append(docs, d)
		}
	}
	if err := x.Put(context.Background(), docs); err != nil {
		f.Fatal(err)
	}
	for _, q := range searchtest.Queries {
		f.Add(q)
	}
	for _, q := range []string{`_1_all`, `"_1_all"`, `tags:_1_all*`, `-x OR _2_has__error`, `browser:*" OR words MATCH "*`, `url:/*" OR "_2_all`, `id:b*`, `trait.plan:>0`} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		parsed, err := search.Parse(q)
		if err != nil {
			return
		}
		for _, project := range []string{"a", "b", "_1", "a\" OR \"b", "nobody"} {
			result, err := x.Search(context.Background(), search.Request{ProjectID: project, Query: parsed, Now: searchtest.Now, WithFacet: true, WithTotal: true, Limit: 500})
			if err != nil {
				t.Fatalf("%q: %v", q, err)
			}
			want := int64(0)
			for i := range docs {
				if docs[i].ProjectID == project && (search.Evaluate(parsed, &docs[i], searchtest.Now) || result.Typos && search.EvaluateTypos(parsed, &docs[i], searchtest.Now)) {
					want++
				}
			}
			if int64(len(result.Hits)) != want || result.Total != want {
				t.Fatalf("%q in %q: %d hits, total %d, want %d", q, project, len(result.Hits), result.Total, want)
			}
		}
	})
}
