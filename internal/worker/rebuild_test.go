package worker

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/search"
)

// steered is an index whose rebuild does what the test says before it begins.
type steered struct {
	search.Index
	before func(ctx context.Context)
}

func (x *steered) Rebuild(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	x.before(ctx)
	return x.Index.Rebuild(ctx, fill)
}

// rebuilder runs one over the world's stores until its end is called.
func (w *world) rebuilder(before func(ctx context.Context)) (r *Rebuilder, end func()) {
	x := w.worker.Indexer()
	x.Index = &steered{x.Index, before}
	r = NewRebuilder(x)
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	ended := make(chan struct{})
	go func() { defer close(ended); r.Run(ctx) }()
	return r, func() { cancel(); <-ended }
}

func TestRebuilderEndsWithTheService(t *testing.T) {
	w := newWorld(t)
	w.send(uuid.NewString(), 0, w.page("https://shop.example/one"))
	w.index()
	begun := make(chan struct{})
	r, end := w.rebuilder(func(ctx context.Context) { close(begun); <-ctx.Done() })
	if r.State() != (RebuildState{}) || !r.Start() || r.Start() {
		t.Error("two rebuilds at once")
	}
	<-begun
	if s := r.State(); !s.Running || s.Total != 1 || s.Done != 0 || s.StartedAt == 0 {
		t.Errorf("meanwhile: %+v", s)
	}
	end()
	if s := r.State(); s.Running || !strings.Contains(s.Error, "canceled") || s.EndedAt == 0 {
		t.Errorf("cut off: %+v", s)
	}
	if w.found("url:/one") == "" {
		t.Error("the old index is gone")
	}
}

func TestRebuilderSurvivesAPanic(t *testing.T) {
	w := newWorld(t)
	times, done := 0, make(chan struct{})
	r, end := w.rebuilder(func(context.Context) {
		if times++; times == 1 {
			panic("secret words of a recording")
		}
		close(done)
	})
	defer end()
	r.Start()
	deadline := time.Now().Add(10 * time.Second)
	for r.State().Running && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if s := r.State(); !strings.Contains(s.Error, "panicked") || strings.Contains(s.Error+w.log.String(), "secret") {
		t.Errorf("%+v, log %s", s, w.log)
	}
	if !r.Start() {
		t.Error("no rebuild after a panic")
	}
	<-done
}
