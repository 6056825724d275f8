package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/replay/blob"
)

// Erase removes a session for ever: its key first, so that copies of its bytes anywhere
// are only noise, then its rows, then its objects. Late batches are answered with
// [ErrErased]. Erasing twice is no error; [ErrNotFound] for a session the project never had.
func (s *Service) Erase(ctx context.Context, projectID, sessionID string) error {
	if err := s.store.Erase(ctx, projectID, sessionID, s.nowMs()); err != nil {
		return fmt.Errorf("replay: erase: %w", err)
	}
	s.claims.drop(sessionID)
	return s.finishErasure(ctx, sessionID)
}

// finishErasure deletes a session's objects, the claim, which holds the wrapped key, first.
// Blocks in packs stay as noise until their pack goes.
func (s *Service) finishErasure(ctx context.Context, sessionID string) error {
	if err := s.bucket.Delete(ctx, claimKey(sessionID)); err != nil {
		return fmt.Errorf("replay: delete claim of erased session: %w", err)
	}
	err := s.bucket.List(ctx, sessionPrefix(sessionID), func(o blob.Object) error {
		return s.bucket.Delete(ctx, o.Key)
	})
	if err != nil {
		return fmt.Errorf("replay: delete objects of erased session: %w", err)
	}
	return wrap("replay: note erasure", s.store.ErasureDone(ctx, sessionID, s.nowMs()))
}

// FinishErasures completes erasures that were cut short, by a crash or a bucket that was away.
func (s *Service) FinishErasures(ctx context.Context) error {
	ids, err := s.store.PendingErasures(ctx, listMax)
	if err != nil {
		return fmt.Errorf("replay: find pending erasures: %w", err)
	}
	var all error
	for _, id := range ids {
		all = errors.Join(all, s.finishErasure(ctx, id))
	}
	return all
}

// DropEmptyClaims forgets sessions that were claimed a day ago and never got a batch: the
// recorder, or this service, went away in between. It returns how many.
func (s *Service) DropEmptyClaims(ctx context.Context) (int, error) {
	ids, err := s.store.DropEmptyClaims(ctx, s.nowMs()-lengthMs, listMax)
	if err != nil {
		return 0, fmt.Errorf("replay: drop empty claims: %w", err)
	}
	for _, id := range ids {
		s.claims.drop(id)
		if err := s.bucket.Delete(ctx, claimKey(id)); err != nil {
			return 0, fmt.Errorf("replay: delete claim: %w", err)
		}
	}
	return len(ids), nil
}
