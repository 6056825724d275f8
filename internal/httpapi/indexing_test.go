package httpapi_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/search"
)

type indexing struct {
	Pending, Failing, OldestAt int64
	Items                      []struct {
		SessionID, Error         string
		Attempts, RetryAt, Since int64
	}
	Rebuild struct {
		Running            bool
		Done, Total        int64
		StartedAt, EndedAt int64
		Error              string
	}
}

// brokenIndex takes no documents while it is broken, and holds a rebuild until it is let go.
type brokenIndex struct {
	search.Index
	mu     sync.Mutex
	broken bool
	hold   chan struct{}
}

func (x *brokenIndex) Put(ctx context.Context, docs []search.Document) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.broken {
		return errors.New("the disk is full")
	}
	return x.Index.Put(ctx, docs)
}

func (x *brokenIndex) Rebuild(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	return x.Index.Rebuild(ctx, func(put func([]search.Document) error) error {
		if x.hold != nil {
			<-x.hold
		}
		return fill(put)
	})
}

func (w *world) indexing(as string) indexing {
	w.t.Helper()
	var got indexing
	w.want(200, call{method: "GET", path: "/api/v1/indexing", as: as}, &got)
	return got
}

func TestIndexingFailures(t *testing.T) {
	w := newWorld(t)
	if got := w.indexing("shop/admin"); got.Pending != 0 || got.Failing != 0 || got.OldestAt != 0 || got.Items == nil || got.Rebuild.StartedAt != 0 {
		t.Errorf("at first: %+v", got)
	}
	index := &brokenIndex{Index: w.index, broken: true}
	w.worker.Index = index
	r := w.record("shop")
	w.record("other")
	if _, err := w.worker.Indexer().RunOnce(t.Context()); err == nil {
		t.Fatal("the broken index took documents")
	}
	got := w.indexing("shop/admin")
	if got.Pending != 2 || got.Failing != 2 || got.OldestAt == 0 || len(got.Items) != 1 || got.Items[0].SessionID != r.session || got.Items[0].Attempts != 1 ||
		!strings.Contains(got.Items[0].Error, "disk is full") || got.Items[0].RetryAt == 0 || got.Items[0].Since == 0 {
		t.Errorf("after a failure: %+v", got)
	}
	index.broken = false
	if _, err := w.worker.Indexer().RunOnce(t.Context()); err != nil || w.indexing("shop/admin").Pending != 2 {
		t.Errorf("tried before its time: %v", err)
	}
	var retried struct{ Retried int }
	w.want(202, call{method: "POST", path: "/api/v1/indexing/retry", as: "shop/admin"}, &retried)
	if retried.Retried != 2 {
		t.Errorf("%d are tried again", retried.Retried)
	}
	w.indexed()
	if got := w.indexing("shop/admin"); got.Pending != 0 || len(got.Items) != 0 {
		t.Errorf("after the retry: %+v", got)
	}
}

// rebuilt waits for the end of a rebuild.
func (w *world) rebuilt() indexing {
	w.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-look.C {
		got := w.indexing("shop/admin")
		if !got.Rebuild.Running {
			return got
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("still rebuilding: %+v", got)
		}
	}
}

func TestRebuild(t *testing.T) {
	w := newWorld(t)
	w.fill(crowd(450, time.Now().UnixMilli())...)
	w.indexed()
	rebuild := call{method: "POST", path: "/api/v1/indexing/rebuild", as: "shop/admin"}
	index := &brokenIndex{Index: w.index, hold: make(chan struct{})}
	w.rebuilds.Index = index
	var begun indexing
	w.want(202, rebuild, &begun)
	if !begun.Rebuild.Running || begun.Rebuild.StartedAt == 0 || begun.Rebuild.EndedAt != 0 {
		t.Errorf("begun: %+v", begun)
	}
	w.refused(409, "rebuilding", rebuild)
	if got := w.found("limit=200"); len(got) != 450 { // meanwhile, the old index answers
		t.Errorf("%d sessions are found during the rebuild", len(got))
	}
	close(index.hold)
	if got := w.rebuilt().Rebuild; got.Done != 450 || got.Total != 450 || got.EndedAt < got.StartedAt || got.Error != "" {
		t.Errorf("rebuilt: %+v", got)
	}
	if got := w.found("limit=200"); len(got) != 450 {
		t.Errorf("%d sessions are found after the rebuild", len(got))
	}
	w.check(w.index.Close())
	w.want(202, rebuild, nil)
	if got := w.rebuilt().Rebuild; got.Error == "" || got.EndedAt == 0 {
		t.Errorf("of a broken index: %+v", got)
	}
}
