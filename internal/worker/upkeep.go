package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/replay"
)

// upkeepBatch bounds one round of each duty.
const upkeepBatch = 200

func (w *Worker) sweepPacks(ctx context.Context) (more bool, err error) {
	removed, err := w.Service.SweepPacks(ctx)
	if err != nil {
		return false, fmt.Errorf("remove packs that hold nothing: %w", err)
	}
	if removed > 0 {
		w.Log.Debug("packs removed", "packs", removed)
	}
	return false, nil
}

func (w *Worker) dropDictionaries(ctx context.Context) (more bool, err error) {
	_, err = w.Service.DropDictionaries(ctx)
	return false, wrap("drop site dictionaries that no session needs", err)
}

func (w *Worker) finishErasures(ctx context.Context) (more bool, err error) {
	return false, wrap("finish erasures", w.Service.FinishErasures(ctx))
}

func (w *Worker) dropEmptyClaims(ctx context.Context) (more bool, err error) {
	_, err = w.Service.DropEmptyClaims(ctx)
	return false, wrap("drop empty claims", err)
}

// expire erases the sessions that are older than their project keeps them.
func (w *Worker) expire(ctx context.Context) (more bool, err error) {
	projects, err := w.Accounts.Projects(ctx)
	if err != nil {
		return false, fmt.Errorf("list projects: %w", err)
	}
	for _, p := range projects {
		if p.RetentionDays <= 0 {
			continue
		}
		before := w.Now().AddDate(0, 0, -p.RetentionDays).UnixMilli()
		ids, err := w.Sessions.Expired(ctx, p.ID, before, upkeepBatch)
		if err != nil {
			return false, fmt.Errorf("list expired sessions: %w", err)
		}
		for _, id := range ids {
			if err := w.Service.Erase(ctx, p.ID, id); err != nil && !errors.Is(err, replay.ErrNotFound) {
				return false, fmt.Errorf("erase expired session %s: %w", id, err)
			}
		}
		if len(ids) > 0 {
			w.Log.Info("expired sessions erased", "project", p.ID, "sessions", len(ids))
		}
		more = more || len(ids) == upkeepBatch
	}
	return more, nil
}

func (w *Worker) dropLogins(ctx context.Context) (more bool, err error) {
	return false, wrap("drop ended sign-ins", w.Accounts.DropLogins(ctx, "", w.Now().UnixMilli()))
}
