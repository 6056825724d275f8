package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// SaveDigests implements [replay.DigestStore]. A digest is no change of the session: its revision stays.
func (s *Store) SaveDigests(ctx context.Context, found []replay.Finding) error {
	sorted := slices.Clone(found)
	slices.SortFunc(sorted, func(a, b replay.Finding) int { return cmp.Compare(a.SessionID, b.SessionID) })
	err := s.writeIdempotent(ctx, "save digests", func(tx conn) error {
		for part := range chunks(tx.d, sorted) {
			var p params
			rows := make([]string, 0, len(part))
			for i := range part {
				digest, err := toJSON(part[i].Digest)
				if err != nil {
					return err
				}
				rows = append(rows, p.typedRow(part[i].SessionID, part[i].Revision, digest))
			}
			_, err := tx.exec(ctx, `
				WITH found (id, revision, digest) AS (VALUES `+strings.Join(rows, ", ")+`)
				UPDATE sessions SET digest = found.digest FROM found
				WHERE sessions.id = found.id AND sessions.revision = found.revision`, p...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return refused(err, replay.ErrInvalid)
}

// SetTags implements [replay.DigestStore].
func (s *Store) SetTags(ctx context.Context, projectID, sessionID string, tags []string, now int64) error {
	const what = "tag session"
	column := "[]"
	if len(tags) > 0 {
		var err error
		if column, err = toJSON(tags); err != nil {
			return fmt.Errorf("sqlstore: %s: %w", what, err)
		}
	}
	if _, err := s.Session(ctx, projectID, sessionID); err != nil {
		return err
	}
	err := s.writeIdempotent(ctx, what, func(tx conn) error {
		n, err := tx.exec(ctx, "UPDATE sessions SET team_tags = $1 WHERE id = $2 AND project_id = $3 AND batches > 0", column, sessionID, projectID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("session %w", replay.ErrNotFound)
		}
		return touch(ctx, tx, []string{sessionID}, now)
	})
	return refused(err, replay.ErrInvalid)
}
