package searchtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/afterimage/afterimage/search"
)

func testReplace(t *testing.T, open Open) {
	x := open(t)
	docs := Documents(5, "p", 60)
	put(t, x, docs)
	g := rand.New(rand.NewPCG(9, 9))
	for i := range docs {
		id := docs[i].ID
		switch i % 3 {
		case 0: // other texts, same time
			started := docs[i].StartedAt
			docs[i] = document(g, "p", id)
			docs[i].StartedAt = started
		case 1: // another time
			docs[i] = document(g, "p", id)
		}
	}
	put(t, x, docs)
	put(t, x, docs) // and again: nothing changes
	for i, q := range Queries {
		if i%4 > 0 {
			continue // the rest is asked of an index that nothing was replaced in
		}
		expect(t, x, docs, search.Request{ProjectID: "p", Query: parse(t, q)})
	}
	// Twice in one batch: the last one counts.
	first, second := docs[0], docs[0]
	first.Complaints, second.Complaints = []string{"firstversion"}, []string{"secondversion"}
	put(t, x, []search.Document{first, second})
	docs[0] = second
	expect(t, x, docs, search.Request{ProjectID: "p", Query: parse(t, "firstversion")})
	expect(t, x, docs, search.Request{ProjectID: "p", Query: parse(t, "secondversion")})
	// To another project: it is gone from the first.
	docs[0].ProjectID = "other"
	put(t, x, docs[:1])
	expect(t, x, docs, search.Request{ProjectID: "p", Query: parse(t, "secondversion")})
	expect(t, x, docs, search.Request{ProjectID: "other", Query: parse(t, "secondversion")})
}

func testDelete(t *testing.T, open Open) {
	x, docs := fill(t, open)
	var gone []string
	var left []search.Document
	for i := range docs {
		if i%2 == 0 {
			gone = append(gone, docs[i].ID)
			continue
		}
		left = append(left, docs[i])
	}
	ctx := context.Background()
	for _, ids := range [][]string{gone, gone, {"never", "never", gone[0]}, nil} {
		if err := x.Delete(ctx, ids); err != nil {
			t.Fatalf("Delete of %d ids: %v", len(ids), err)
		}
	}
	for _, q := range []string{"", "결제", "-결제", "checkout", "nps:<=6", "browser:Chrome", "type*"} {
		expect(t, x, left, search.Request{ProjectID: "alpha", Query: parse(t, q)})
		expect(t, x, left, search.Request{ProjectID: "beta", Query: parse(t, q)})
	}
	put(t, x, docs) // what was deleted can come back
	expect(t, x, docs, search.Request{ProjectID: "alpha", Query: parse(t, "결제")})
}

func testIDs(t *testing.T, open Open) {
	x, docs := fill(t, open)
	for _, project := range []string{"", "alpha", "beta", "nobody"} {
		var got, want []string
		if err := x.IDs(context.Background(), project, func(id string) error { got = append(got, id); return nil }); err != nil {
			t.Fatal(err)
		}
		for i := range docs {
			if project == "" || docs[i].ProjectID == project {
				want = append(want, docs[i].ID)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("IDs of %q: %d, want %d", project, len(got), len(want))
		}
	}
	stop := errors.New("stop")
	calls := 0
	if err := x.IDs(context.Background(), "", func(string) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
		t.Errorf("IDs after an error: %v, %d calls", err, calls)
	}
	if n, err := x.Bytes(context.Background()); err != nil || n < 0 {
		t.Errorf("Bytes: %d, %v", n, err)
	}
}

// testConcurrent searches while others write: every answer must be right for the documents
// that nobody changes, and what Put returned for must be found.
func testConcurrent(t *testing.T, open Open) {
	x, docs := fill(t, open)
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for w := range 3 {
		writers.Go(func() {
			for i := range 8 {
				name := fmt.Sprintf("w%d", w)
				batch := Documents(uint64(100+w*10+i), name, 10)
				if err := x.Put(context.Background(), batch); err != nil {
					t.Errorf("Put: %v", err)
					return
				}
				r, err := x.Search(context.Background(), search.Request{ProjectID: name, Limit: 500, Now: Now})
				if err != nil || len(r.Hits) < 10 {
					t.Errorf("after Put: %d hits, %v", len(r.Hits), err)
				}
				if err := x.Delete(context.Background(), []string{batch[0].ID}); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
		})
	}
	q := parse(t, "결제 OR checkout")
	want := oracle(docs, search.Request{ProjectID: "alpha", Query: q, Now: Now})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r, err := x.Search(context.Background(), search.Request{ProjectID: "alpha", Query: q, Limit: 500, Now: Now, WithTotal: true})
				if err != nil || r.Total != int64(len(want)) || len(r.Hits) != len(want) {
					t.Errorf("while others write: %d hits, total %d, want %d: %v", len(r.Hits), r.Total, len(want), err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}

// testRebuild rebuilds while documents are put and deleted.
func testRebuild(t *testing.T, open Open) {
	x, old := fill(t, open)
	ctx := context.Background()
	fresh := Documents(21, "alpha", 200)
	changed, added := fresh[3], Documents(22, "alpha", 3)
	changed.Complaints = []string{"changedmeanwhile"}
	deleted := fresh[7].ID
	err := x.Rebuild(ctx, func(putNew func([]search.Document) error) error {
		if err := putNew(fresh[:100]); err != nil {
			return err
		}
		if err := x.Put(ctx, append([]search.Document{changed}, added...)); err != nil {
			return err
		}
		if err := x.Delete(ctx, []string{deleted, fresh[150].ID}); err != nil {
			return err
		}
		// Until fill returns, searches see the old index, with the changes.
		now := append(append([]search.Document{changed}, added...), old...)
		expect(t, x, now, search.Request{ProjectID: "alpha", Query: parse(t, "결제 OR changedmeanwhile")})
		// What was read before the changes comes late: it must not undo them.
		return putNew(fresh)
	})
	if err != nil {
		t.Fatalf("Rebuild: %v", err)
	}
	want := added
	for _, d := range fresh {
		switch d.ID {
		case deleted, fresh[150].ID:
		case changed.ID:
			want = append(want, changed)
		default:
			want = append(want, d)
		}
	}
	for _, q := range []string{"", "결제", "changedmeanwhile", "-checkout"} {
		expect(t, x, want, search.Request{ProjectID: "alpha", Query: parse(t, q)})
		expect(t, x, nil, search.Request{ProjectID: "beta", Query: parse(t, q)})
	}
	put(t, x, old) // and it goes on
	expect(t, x, append(want, old...), search.Request{ProjectID: "alpha", Query: parse(t, "checkout")})
}

func testRebuildFails(t *testing.T, open Open) {
	x, docs := fill(t, open)
	broken := errors.New("the store broke")
	err := x.Rebuild(context.Background(), func(putNew func([]search.Document) error) error {
		if err := putNew(Documents(30, "alpha", 20)); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("Rebuild: %v, want the error of fill", err)
	}
	expect(t, x, docs, search.Request{ProjectID: "alpha", Query: parse(t, "결제")})
	if err := x.Rebuild(context.Background(), func(putNew func([]search.Document) error) error { return putNew(docs[:10]) }); err != nil {
		t.Fatalf("Rebuild after one that failed: %v", err)
	}
	expect(t, x, docs[:10], search.Request{ProjectID: "alpha"})
}

func testCancelled(t *testing.T, open Open) {
	x, docs := fill(t, open)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := x.Search(ctx, search.Request{ProjectID: "alpha", Query: parse(t, "결제")})
	errs := map[string]error{
		"Search": err, "Put": x.Put(ctx, docs[:1]), "Delete": x.Delete(ctx, []string{docs[0].ID}),
		"Rebuild": x.Rebuild(ctx, func(putNew func([]search.Document) error) error { return putNew(docs[:1]) }),
	}
	for call, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context: %v", call, err)
		}
	}
	expect(t, x, docs, search.Request{ProjectID: "alpha", Query: parse(t, "결제")})
}
