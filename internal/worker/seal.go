package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/afterimage/afterimage/replay"
)

const (
	// sealAtOnceMax bounds how many sessions are sealed at a time: each is held in
	// memory in parts, and compressing takes a core.
	sealAtOnceMax = 2
	sealBatch     = 100
	// sealRetry is when a session that could not be sealed is tried again.
	sealRetry = 10 * time.Minute
	// learnEvery is how often it is asked whether learning a site dictionary pays. A new site's first one
	// waits so long at most.
	learnEvery = 10 * time.Minute
)

// Sealer makes ended sessions into one object each.
type Sealer struct {
	Service Service
	Now     func() time.Time
	Log     *slog.Logger

	failed  map[string]time.Time // when they may be tried again
	learned time.Time            // when site dictionaries were last looked after
}

// RunOnce seals up to sealBatch ended sessions. One that fails is logged and left
// alone for a while; the others go on.
func (s *Sealer) RunOnce(ctx context.Context) (more bool, err error) {
	now := s.Now()
	if now.Sub(s.learned) >= learnEvery {
		s.learned = now
		if _, err := s.Service.LearnDictionaries(ctx); err != nil {
			s.Log.Error("cannot learn site dictionaries", "error", err, "retryIn", learnEvery)
		}
	}
	for id, at := range s.failed {
		if !at.After(now) {
			delete(s.failed, id)
		}
	}
	limit := sealBatch + len(s.failed)
	ids, err := s.Service.Ended(ctx, false, limit)
	if err != nil {
		return false, err
	}
	var todo []string
	for _, id := range ids {
		if _, wait := s.failed[id]; !wait {
			todo = append(todo, id)
		}
	}
	// A full run means that more sessions end than are sealed: a backlog grows.
	backlog := len(ids) == limit
	s.sealEach(ctx, todo, backlog, func(id string, err error) {
		s.Log.Error("cannot seal a session", "session", id, "error", err, "retryIn", sealRetry)
		if s.failed == nil {
			s.failed = map[string]time.Time{}
		}
		s.failed[id] = now.Add(sealRetry)
	})
	return backlog, nil
}

// SealAll seals every ended session, or with all every live one. It returns how many
// were sealed, and the errors of those that were not; progress is called on the way.
func (s *Sealer) SealAll(ctx context.Context, all bool, progress func(sealed int)) (int, error) {
	if _, err := s.Service.LearnDictionaries(ctx); err != nil {
		return 0, err
	}
	var failures []error
	failed := map[string]bool{}
	for sealed := 0; ; {
		ids, err := s.Service.Ended(ctx, all, sealBatch+len(failed))
		if err != nil {
			return sealed, err
		}
		var todo []string
		for _, id := range ids {
			if !failed[id] {
				todo = append(todo, id)
			}
		}
		if len(todo) == 0 || ctx.Err() != nil {
			return sealed, errors.Join(append(failures, ctx.Err())...)
		}
		before := len(failed)
		s.sealEach(ctx, todo, false, func(id string, err error) {
			failed[id] = true
			failures = append(failures, fmt.Errorf("seal session %s: %w", id, err))
		})
		sealed += len(todo) - (len(failed) - before)
		progress(sealed)
	}
}

// sealEach seals sessions, some at a time, and calls fail, one call at a time, for each
// that could not be. One that changed meanwhile, or is gone, is no failure: it is met
// again if it is still to be sealed.
func (s *Sealer) sealEach(ctx context.Context, ids []string, fast bool, fail func(id string, err error)) {
	var all sync.WaitGroup
	var mu sync.Mutex
	free := make(chan struct{}, sealAtOnceMax)
	for _, id := range ids {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			err := s.Service.Seal(ctx, id, fast)
			if err == nil || ctx.Err() != nil || passed(err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			fail(id, err)
		})
	}
	all.Wait()
}

func passed(err error) bool {
	return errors.Is(err, replay.ErrChanged) || errors.Is(err, replay.ErrErased) || errors.Is(err, replay.ErrNotFound)
}
