package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob"
)

const (
	// claimAge is how long a session may stay claimed without a batch; a recorder sends
	// the first within seconds, or after the network came back.
	claimAge = 24 * time.Hour
	// upkeepBatch bounds one round of each duty.
	upkeepBatch = 200
)

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

func (w *Worker) finishErasures(ctx context.Context) (more bool, err error) {
	return false, wrap("finish erasures", w.Service.FinishErasures(ctx))
}

// dropEmptyClaims forgets sessions that were claimed and never got a batch.
func (w *Worker) dropEmptyClaims(ctx context.Context) (more bool, err error) {
	ids, err := w.Sessions.DropEmptyClaims(ctx, w.Now().Add(-claimAge).UnixMilli(), upkeepBatch)
	if err != nil {
		return false, fmt.Errorf("drop empty claims: %w", err)
	}
	for _, id := range ids {
		if err := w.removeObjects(ctx, "sessions/"+id+"/"); err != nil {
			return false, fmt.Errorf("remove the objects of an empty claim: %w", err)
		}
	}
	return len(ids) == upkeepBatch, nil
}

func (w *Worker) removeObjects(ctx context.Context, prefix string) error {
	var keys []string
	err := w.Bucket.List(ctx, prefix, func(o blob.Object) error {
		keys = append(keys, o.Key)
		return nil
	})
	for _, key := range keys {
		err = errors.Join(err, w.Bucket.Delete(ctx, key))
	}
	return err
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
