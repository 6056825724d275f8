// Package worker does what happens behind the answers: it carries changed sessions
// into the search index, seals ended ones, removes what is no longer needed, and
// finishes erasures. Every duty can be run by any number of processes on the same
// stores at once: what two of them do twice changes nothing.
package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// How often each duty looks for work when it had none, or after it did all.
const (
	// indexEvery keeps the time from an ack to the session being found well below 2 s.
	indexEvery = 250 * time.Millisecond
	// finishWithin is far above what a batch of sessions takes, and below what an orchestrator waits
	// before it kills.
	finishWithin      = 5 * time.Second
	sealEvery         = 15 * time.Second
	packsEvery        = time.Minute
	dictionariesEvery = time.Hour
	eraseEvery        = 30 * time.Second
	claimsEvery       = 10 * time.Minute
	expireEvery       = 10 * time.Minute
	loginsEvery       = time.Hour
	retryFirst        = time.Second
	retryLongest      = time.Minute
)

// Stores is what the duties work on.
type Stores struct {
	Sessions  replay.Store
	Responses feedback.Store
	Accounts  account.Store
	Index     search.Index
}

// Service is the part of [replay.Service] that the duties call.
type Service interface {
	Session(ctx context.Context, projectID, id string) (replay.Session, error)
	Review(ctx context.Context, s *replay.Session) ([]replay.Moment, *replay.Digest, error)
	Sealing
	Upkeep
}

// Sealing is what makes ended sessions small.
type Sealing interface {
	Ended(ctx context.Context, all bool, limit int) ([]string, error)
	Seal(ctx context.Context, sessionID string, fast bool) error
	LearnDictionaries(ctx context.Context) (learned int, err error)
	DropDictionaries(ctx context.Context) (dropped int, err error)
}

// Upkeep is what keeps the stores small and true.
type Upkeep interface {
	Erase(ctx context.Context, projectID, sessionID string) error
	SweepPacks(ctx context.Context) (removed int, err error)
	FinishErasures(ctx context.Context) error
	DropEmptyClaims(ctx context.Context) (dropped int, err error)
}

// Worker runs the duties over one set of stores.
type Worker struct {
	Stores
	Service Service
	Now     func() time.Time
	Log     *slog.Logger
}

// duty is one thing to do again and again. Once does a bounded amount of it and tells
// whether more waits.
type duty struct {
	name  string
	every time.Duration
	once  func(ctx context.Context) (more bool, err error)
}

// Run does all duties until ctx ends, and returns when the last one has stopped.
func (w *Worker) Run(ctx context.Context) {
	sealer := &Sealer{Service: w.Service, Now: w.Now, Log: w.Log}
	duties := []duty{
		{"index", indexEvery, finishing(w.Indexer().RunOnce)},
		{"seal", sealEvery, sealer.RunOnce},
		{"packs", packsEvery, w.sweepPacks},
		{"dictionaries", dictionariesEvery, w.dropDictionaries},
		{"erasures", eraseEvery, w.finishErasures},
		{"empty claims", claimsEvery, w.dropEmptyClaims},
		{"retention", expireEvery, w.expire},
		{"logins", loginsEvery, w.dropLogins},
	}
	var all sync.WaitGroup
	for _, d := range duties {
		all.Go(func() { d.run(ctx, w.Log) })
	}
	all.Wait()
}

// finishing lets a duty that is told to stop end what it has begun, for at most finishWithin: sessions that
// were leased and not indexed would else be missing in the index until their lease ends.
func finishing(once func(ctx context.Context) (bool, error)) func(ctx context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		calm, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		stop := context.AfterFunc(ctx, func() { time.AfterFunc(finishWithin, cancel) })
		defer stop()
		return once(calm)
	}
}

// Indexer is the duty that keeps the search index up to date.
func (w *Worker) Indexer() *Indexer {
	return &Indexer{Store: w.Sessions, Service: w.Service, Responses: w.Responses, Index: w.Index, Now: w.Now, Log: w.Log}
}

// run repeats a duty: while more waits it works half of the time, so that what people and
// recorders wait for gets the other half; otherwise it looks again after every, and after
// ever longer while it fails.
func (d *duty) run(ctx context.Context, log *slog.Logger) {
	retry := retryFirst
	for ctx.Err() == nil {
		begun := time.Now()
		more, err := d.once(ctx)
		wait := d.every
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			wait = max(retry, d.every)
			retry = min(2*retry, retryLongest)
			log.Error("background duty failed", "duty", d.name, "error", err, "retryIn", wait)
		case more:
			wait, retry = min(time.Since(begun), d.every), retryFirst
		default:
			retry = retryFirst
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

// pause waits, or returns false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
