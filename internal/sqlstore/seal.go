package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/afterimage/afterimage/replay"
)

// Ended implements [replay.SealStore].
func (s *Store) Ended(ctx context.Context, idleBefore, startedBefore int64, limit int) ([]string, error) {
	var ids []string
	err := s.read(ctx, "list ended sessions", func(r conn) (err error) {
		ids, err = list(ctx, r, scanText, `
			SELECT id FROM sessions
			WHERE state = 'live' AND batches > 0 AND (received_at < $1 OR started_at < $2)
			ORDER BY received_at, id LIMIT $3`, idleBefore, startedBefore, limit)
		return err
	})
	return ids, err
}

// Outdated implements [replay.SealStore].
func (s *Store) Outdated(ctx context.Context, limit int) ([]string, error) {
	var ids []string
	err := s.read(ctx, "list outdated sessions", func(r conn) (err error) {
		ids, err = list(ctx, r, scanText, `
			SELECT id FROM sessions WHERE state = 'sealed' AND digest = '' ORDER BY received_at, id LIMIT $1`, limit)
		return err
	})
	return ids, err
}

// CommitSeal implements [replay.SealStore]. Besides [replay.ErrChanged] it returns
// [replay.ErrErased] and [replay.ErrNotFound] for a session that is no longer there.
// It is not repeated when it is unknown whether it was committed: the repetition would
// be told ErrChanged, and its caller would remove the object that is now the place.
func (s *Store) CommitSeal(ctx context.Context, seal replay.Sealing, now int64) error {
	const what = "commit seal"
	if seal.SessionID == "" || seal.Key == "" {
		return fmt.Errorf("sqlstore: %s: %w: it needs a session and an object key", what, replay.ErrInvalid)
	}
	err := s.write(ctx, what, func(tx conn) error { return commitSeal(ctx, tx, seal, now) })
	return refused(err, replay.ErrInvalid)
}

func commitSeal(ctx context.Context, tx conn, seal replay.Sealing, now int64) error {
	row, err := lockForSeal(ctx, tx, seal.SessionID)
	if err != nil {
		return err
	}
	if row.sealCount != seal.SealCount {
		return fmt.Errorf("sealed %d times, not %d: %w", row.sealCount, seal.SealCount, replay.ErrChanged)
	}
	if err := leavePacks(ctx, tx, seal); err != nil {
		return err
	}
	tabs, err := optionalJSON(seal.Tabs, seal.Tabs != nil)
	if err != nil {
		return err
	}
	digest, err := optionalJSON(seal.Digest, seal.Digest != nil)
	if err != nil {
		return err
	}
	if seal.Dictionary != "" {
		if err := lockDictionary(ctx, tx, row.projectID, seal.Dictionary); err != nil {
			return err
		}
	}
	type rest struct{ batches, bytes int64 }
	left, _, err := one(ctx, tx, func(row scanner) (r rest, err error) {
		return r, row.Scan(&r.batches, &r.bytes)
	}, `
		SELECT COUNT(*), CAST(COALESCE(SUM(byte_length), 0) AS BIGINT)
		FROM batches WHERE session_id = $1 AND pack <> ''`, seal.SessionID)
	if err != nil {
		return err
	}
	state := replay.StateSealed
	if left.batches > 0 {
		state = replay.StateLive
	}
	_, err = tx.exec(ctx, `
		UPDATE sessions SET state = $1, sealed_key = $2, sealed_bytes = $3, seal_count = $4,
			pack_bytes = $5, revision = $6, tabs = $7, dictionary = $8, digest = $9
		WHERE id = $10`, string(state), seal.Key, seal.Bytes, int64(seal.SealCount)+1, left.bytes, row.revision+1,
		tabs, seal.Dictionary, digest, seal.SessionID)
	if err != nil {
		return err
	}
	return enqueue(ctx, tx, []change{{seal.SessionID, row.projectID, row.revision + 1, now}})
}

type sealRow struct {
	projectID string
	sealCount int
	revision  int64
}

func lockForSeal(ctx context.Context, tx conn, sessionID string) (sealRow, error) {
	row, found, err := one(ctx, tx, func(row scanner) (r sealRow, err error) {
		return r, row.Scan(&r.projectID, &r.sealCount, &r.revision)
	}, "SELECT project_id, seal_count, revision FROM sessions WHERE id = $1 AND batches > 0 "+tx.d.forUpdate, sessionID)
	if err != nil || found {
		return row, err
	}
	if _, erased, err := findTombstone(ctx, tx, sessionID); err != nil {
		return row, err
	} else if erased {
		return row, replay.ErrErased
	}
	return row, fmt.Errorf("session %w", replay.ErrNotFound)
}

// leavePacks takes the batches of a sealing out of their packs, a run of numbers per
// statement. One that is not in the index is ErrChanged: the object then holds
// something else than what the index knows.
func leavePacks(ctx context.Context, tx conn, seal replay.Sealing) error {
	batches := slices.Clone(seal.Batches)
	slices.SortFunc(batches, func(a, b replay.BatchID) int {
		return cmp.Or(cmp.Compare(a.TabID, b.TabID), cmp.Compare(a.Seq, b.Seq))
	})
	batches = slices.Compact(batches)
	for len(batches) > 0 {
		run := 1
		for run < len(batches) && batches[run] == (replay.BatchID{TabID: batches[0].TabID, Seq: batches[0].Seq + int64(run)}) {
			run++
		}
		first, last := batches[0], batches[run-1]
		const of = " session_id = $1 AND tab_id = $2 AND seq >= $3 AND seq <= $4"
		args := []any{seal.SessionID, first.TabID, first.Seq, last.Seq}
		n, _, err := one(ctx, tx, scanInt, "SELECT COUNT(*) FROM batches WHERE"+of, args...)
		if err != nil {
			return err
		}
		if n != int64(run) {
			return fmt.Errorf("batches %d to %d of a tab: %d of %d in the index: %w", first.Seq, last.Seq, n, run, replay.ErrChanged)
		}
		if _, err := tx.exec(ctx, "UPDATE batches SET pack = '', moments = '[]', facts = '' WHERE"+of, args...); err != nil {
			return err
		}
		batches = batches[run:]
	}
	return nil
}
