package sqlstore

import (
	"context"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// notePacks makes sure that every pack of a group has a row.
func (s *Store) notePacks(ctx context.Context, tx conn, commits []replay.Commit) error {
	keys := make([]string, 0, len(commits))
	for i := range commits {
		keys = append(keys, commits[i].Batch.Pack)
	}
	for part := range chunks(tx.d, unique(keys)) {
		var p params
		rows := make([]string, 0, len(part))
		for _, key := range part {
			rows = append(rows, p.row(key, false, s.now().UnixMilli()))
		}
		_, err := tx.exec(ctx, "INSERT INTO packs (key, closed, created_at) VALUES "+strings.Join(rows, ", ")+
			" ON CONFLICT (key) DO NOTHING", p...)
		if err != nil {
			return err
		}
	}
	return nil
}

// ClosePacks implements [replay.SealStore]. The prefix is compared byte by byte; an
// empty one closes every pack.
func (s *Store) ClosePacks(ctx context.Context, prefix string) error {
	err := s.writeIdempotent(ctx, "close packs", func(tx conn) error {
		_, err := tx.exec(ctx, `
			UPDATE packs SET closed = TRUE
			WHERE closed = FALSE AND SUBSTR(key, 1, LENGTH(CAST($1 AS TEXT))) = $1`, prefix)
		return err
	})
	return refused(err, replay.ErrInvalid)
}

// EmptyPacks implements [replay.SealStore].
func (s *Store) EmptyPacks(ctx context.Context, limit int) ([]string, error) {
	var keys []string
	err := s.read(ctx, "list empty packs", func(r conn) (err error) {
		keys, err = list(ctx, r, scanText, `
			SELECT key FROM packs
			WHERE closed = TRUE AND NOT EXISTS (
				SELECT 1 FROM batches WHERE batches.pack = packs.key AND batches.pack <> '')
			ORDER BY key LIMIT $1`, limit)
		return err
	})
	return keys, err
}

// ForgetPack implements [replay.SealStore].
func (s *Store) ForgetPack(ctx context.Context, key string) error {
	err := s.writeIdempotent(ctx, "forget pack", func(tx conn) error {
		_, err := tx.exec(ctx, "DELETE FROM packs WHERE key = $1", key)
		return err
	})
	return refused(err, replay.ErrInvalid)
}
