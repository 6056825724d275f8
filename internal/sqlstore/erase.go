package sqlstore

import (
	"context"
	"fmt"

	"github.com/afterimage/afterimage/replay"
)

// tombstone is what is left of an erased session.
type tombstone struct{ projectID string }

func findTombstone(ctx context.Context, c conn, sessionID string) (tombstone, bool, error) {
	return one(ctx, c, func(row scanner) (t tombstone, err error) {
		return t, row.Scan(&t.projectID)
	}, "SELECT project_id FROM tombstones WHERE session_id = $1", sessionID)
}

// Erase implements [replay.EraseStore]. An empty project is any.
func (s *Store) Erase(ctx context.Context, projectID, sessionID string, now int64) error {
	err := s.writeIdempotent(ctx, "erase session", func(tx conn) error {
		return erase(ctx, tx, projectID, sessionID, now)
	})
	return refused(err, replay.ErrNotFound)
}

func erase(ctx context.Context, tx conn, projectID, sessionID string, now int64) error {
	type held struct {
		projectID string
		revision  int64
	}
	row, found, err := one(ctx, tx, func(row scanner) (h held, err error) {
		return h, row.Scan(&h.projectID, &h.revision)
	}, "SELECT project_id, revision FROM sessions WHERE id = $1 "+tx.d.forUpdate, sessionID)
	if err != nil {
		return err
	}
	if !found {
		t, erased, err := findTombstone(ctx, tx, sessionID)
		if err == nil && (!erased || (projectID != "" && t.projectID != projectID)) {
			err = fmt.Errorf("session %w", replay.ErrNotFound)
		}
		return err
	}
	if projectID != "" && row.projectID != projectID {
		return fmt.Errorf("session %w", replay.ErrNotFound)
	}
	_, err = tx.exec(ctx, `
		INSERT INTO tombstones (session_id, project_id, erased_at, revision) VALUES ($1, $2, $3, $4)`,
		sessionID, row.projectID, now, row.revision+1)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM batches WHERE session_id = $1",
		"DELETE FROM sessions WHERE id = $1",
		"UPDATE responses SET session_id = '', tab_id = '' WHERE session_id = $1 AND session_id <> ''",
	} {
		if _, err := tx.exec(ctx, statement, sessionID); err != nil {
			return err
		}
	}
	return enqueue(ctx, tx, []change{{sessionID, row.projectID, row.revision + 1, now}})
}

// PendingErasures implements [replay.EraseStore]. They come oldest first.
func (s *Store) PendingErasures(ctx context.Context, limit int) ([]string, error) {
	var ids []string
	err := s.read(ctx, "list pending erasures", func(r conn) (err error) {
		ids, err = list(ctx, r, scanText, `
			SELECT session_id FROM tombstones WHERE objects_gone_at = 0
			ORDER BY erased_at, session_id LIMIT $1`, limit)
		return err
	})
	return ids, err
}

// ErasureDone implements [replay.EraseStore].
func (s *Store) ErasureDone(ctx context.Context, sessionID string, now int64) error {
	err := s.writeIdempotent(ctx, "finish erasure", func(tx conn) error {
		_, err := tx.exec(ctx, "UPDATE tombstones SET objects_gone_at = $1 WHERE session_id = $2 AND objects_gone_at = 0", now, sessionID)
		return err
	})
	return refused(err, replay.ErrInvalid)
}

// Expired implements [replay.EraseStore].
func (s *Store) Expired(ctx context.Context, projectID string, receivedBefore int64, limit int) ([]string, error) {
	var ids []string
	err := s.read(ctx, "list expired sessions", func(r conn) (err error) {
		ids, err = list(ctx, r, scanText, `
			SELECT id FROM sessions
			WHERE batches > 0 AND project_id = $1 AND received_at < $2
			ORDER BY received_at, id LIMIT $3`, projectID, receivedBefore, limit)
		return err
	})
	return ids, refused(err, replay.ErrInvalid)
}
