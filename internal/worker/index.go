package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

const (
	// indexBatch is how many sessions are put into the index at a time: one commit of
	// the engine, and two of the database, for all of them.
	indexBatch = 256
	// indexLeaseMs is how long another process leaves them alone, far above what a
	// batch takes.
	indexLeaseMs = 60_000
	// A session that cannot be indexed is tried again after retryBaseMs, twice as long
	// each time, at most retryMaxMs.
	retryBaseMs = 1_000
	retryMaxMs  = 5 * 60_000
	// drainPatience is how long Drain waits for what others hold or go on changing.
	drainPatience = 30 * time.Second
)

// Indexer carries changed sessions from the outbox into the search index, and answers
// given inside of recordings into the store of responses.
type Indexer struct {
	Store     replay.Store
	Service   Service
	Responses feedback.Store
	Index     search.Index
	Now       func() time.Time
	Log       *slog.Logger
}

// RunOnce takes up to indexBatch sessions from the outbox and brings the index up to
// date with them. A session that exists no more leaves the index. What fails is noted
// with its entry and tried again later; an error means that the outbox or the index as
// a whole does not answer.
func (x *Indexer) RunOnce(ctx context.Context) (more bool, err error) {
	leased, err := x.Store.Lease(ctx, x.Now().UnixMilli(), indexLeaseMs, indexBatch)
	if err != nil {
		return false, fmt.Errorf("lease changed sessions: %w", err)
	}
	if len(leased) == 0 {
		return false, nil
	}
	var docs []search.Document
	var found []replay.Finding
	var gone []string
	var done []replay.Pending
	for _, p := range leased {
		doc, digest, err := x.document(ctx, p)
		switch {
		case errors.Is(err, replay.ErrErased), errors.Is(err, replay.ErrNotFound):
			gone = append(gone, p.SessionID)
		case err != nil:
			if err := x.fail(ctx, p, err); err != nil {
				return false, err
			}
			continue
		default:
			docs = append(docs, doc)
			if digest != nil {
				found = append(found, replay.Finding{SessionID: p.SessionID, Revision: p.Revision, Digest: *digest})
			}
		}
		done = append(done, p)
	}
	// Before the index: whoever finds a session by a signal is shown it.
	err = wrap("keep digests", x.Store.SaveDigests(ctx, found))
	if err == nil {
		err = x.write(ctx, docs, gone)
	}
	if err != nil {
		return false, errors.Join(err, x.failAll(ctx, done, err))
	}
	if err := x.Store.Done(ctx, done); err != nil {
		return false, fmt.Errorf("clear the outbox: %w", err)
	}
	return len(leased) == indexBatch, nil
}

// Drain runs until nothing waits in the outbox, and returns how many sessions still
// do: none, unless other processes go on recording or hold some of them. It returns
// the error that keeps sessions from getting into the index.
func (x *Indexer) Drain(ctx context.Context) (left int64, err error) {
	started := x.Now()
	for {
		more, err := x.RunOnce(ctx)
		if err != nil {
			return 0, err
		}
		state, err := x.Store.OutboxState(ctx)
		switch {
		case err != nil:
			return 0, fmt.Errorf("read the outbox: %w", err)
		case state.Pending == 0:
			return 0, nil
		case state.Failing == state.Pending:
			return state.Pending, fmt.Errorf("%d sessions could not be put into the search index; `afterimage serve` tries them again", state.Failing)
		case !more && x.Now().Sub(started) > drainPatience:
			return state.Pending, nil
		}
		if !more && !pause(ctx, indexEvery/10) { // another process holds what is left
			return state.Pending, ctx.Err()
		}
	}
}

func (x *Indexer) document(ctx context.Context, p replay.Pending) (search.Document, *replay.Digest, error) {
	s, err := x.Service.Session(ctx, p.ProjectID, p.SessionID)
	if err != nil {
		return search.Document{}, nil, fmt.Errorf("read session: %w", err)
	}
	return x.describe(ctx, &s)
}

// describe builds the document of a session and, on the way, keeps the answers that
// the recording holds. The digest is nil if it is not to be kept.
func (x *Indexer) describe(ctx context.Context, s *replay.Session) (search.Document, *replay.Digest, error) {
	moments, digest, err := x.Service.Review(ctx, s)
	damaged := errors.Is(err, replay.ErrDamaged)
	if damaged {
		// It is found by what its row says of it; verify tells what is damaged.
		x.Log.Warn("the moments of a session cannot be read; it is indexed without them", "session", s.ID)
		moments, digest, err = nil, s.Digest, nil
		if digest == nil {
			digest = &replay.Digest{}
		}
	}
	if err != nil {
		return search.Document{}, nil, fmt.Errorf("read moments: %w", err)
	}
	if err := x.keepResponses(ctx, s, moments); err != nil {
		return search.Document{}, nil, err
	}
	responses, err := x.Responses.OfSession(ctx, s.ID)
	if err != nil {
		return search.Document{}, nil, fmt.Errorf("read responses: %w", err)
	}
	doc := document(s, moments, digest, responses)
	if s.State == replay.StateSealed && s.Digest == nil && !damaged {
		digest = nil // an older version sealed it: sealing it anew brings the digest
	}
	return doc, digest, nil
}

func (x *Indexer) write(ctx context.Context, docs []search.Document, gone []string) error {
	if len(docs) > 0 {
		if err := x.Index.Put(ctx, docs); err != nil {
			return fmt.Errorf("put into the index: %w", err)
		}
	}
	if len(gone) > 0 {
		if err := x.Index.Delete(ctx, gone); err != nil {
			return fmt.Errorf("delete from the index: %w", err)
		}
	}
	return nil
}

// fail keeps an entry for later and tells the log, which learns nothing of its content.
func (x *Indexer) fail(ctx context.Context, p replay.Pending, why error) error {
	wait := int64(retryMaxMs)
	if p.Attempts < 9 {
		wait = min(wait, retryBaseMs<<max(0, p.Attempts))
	}
	x.Log.Error("cannot index a session", "session", p.SessionID, "attempts", p.Attempts+1, "error", why, "retryInMs", wait)
	if err := x.Store.Fail(ctx, p, why.Error(), x.Now().UnixMilli()+wait); err != nil {
		return fmt.Errorf("keep a session for later: %w", err)
	}
	return nil
}

func (x *Indexer) failAll(ctx context.Context, all []replay.Pending, why error) error {
	for _, p := range all {
		if err := x.fail(ctx, p, why); err != nil {
			return err
		}
	}
	return nil
}
