package worker

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// RebuildState is how far a rebuild of the search index is, or how the last one ended. The zero value:
// there was none since the process began.
type RebuildState struct {
	Running   bool
	Done      int64  // sessions in the new index
	Total     int64  // sessions there were when it began
	StartedAt int64  // unix ms
	EndedAt   int64  // unix ms; 0 while it goes on
	Error     string // why it failed; empty if it did not
}

// Rebuilder rebuilds the search index on demand while the service goes on, once at a time.
// Searches see the old index until the new one is complete.
type Rebuilder struct {
	indexer *Indexer
	asked   chan struct{}

	mu    sync.Mutex
	state RebuildState
}

// NewRebuilder makes one that works once Run is called.
func NewRebuilder(x *Indexer) *Rebuilder {
	return &Rebuilder{indexer: x, asked: make(chan struct{}, 1)}
}

// Start asks for a rebuild, and reports whether it begins: one that is under way goes on instead.
func (r *Rebuilder) Start() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.Running {
		return false
	}
	r.state = RebuildState{Running: true, StartedAt: r.indexer.Now().UnixMilli()}
	r.asked <- struct{}{} // has room: nobody asks while one runs
	return true
}

// State tells how far the rebuild is.
func (r *Rebuilder) State() RebuildState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// Run does what Start asks for until ctx ends, which cuts a rebuild off; the old index then stays.
func (r *Rebuilder) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.asked:
			begun := time.Now()
			err := r.rebuild(ctx)
			if err != nil {
				r.indexer.Log.Error("the search index was not rebuilt", "error", err)
			} else {
				r.indexer.Log.Info("search index rebuilt", "sessions", r.State().Done, "took", time.Since(begun))
			}
			r.end(err)
		}
	}
}

func (r *Rebuilder) rebuild(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil { // it must not take the service with it
			err = fmt.Errorf("rebuild panicked: %T", p)
		}
	}()
	total, err := r.indexer.Sessions(ctx)
	if err != nil {
		return err
	}
	r.update(func(s *RebuildState) { s.Total = total })
	_, err = r.indexer.Reindex(ctx, func(done int) {
		r.update(func(s *RebuildState) { s.Done = int64(done); s.Total = max(s.Total, s.Done) })
	})
	return err
}

func (r *Rebuilder) end(err error) {
	r.update(func(s *RebuildState) {
		s.Running, s.EndedAt = false, r.indexer.Now().UnixMilli()
		if err != nil {
			s.Error = err.Error()
		}
	})
}

func (r *Rebuilder) update(change func(*RebuildState)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.state)
}

// Sessions counts the sessions of all projects, by reading what each holds.
func (x *Indexer) Sessions(ctx context.Context) (int64, error) {
	usage, err := x.Store.Usage(ctx)
	if err != nil {
		return 0, fmt.Errorf("count sessions: %w", err)
	}
	n := int64(0)
	for _, u := range usage {
		n += u.Sessions
	}
	return n, nil
}
