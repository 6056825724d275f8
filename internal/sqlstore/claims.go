package sqlstore

import (
	"context"
	"fmt"

	"github.com/afterimage/afterimage/replay"
)

// Claim implements [replay.IngestStore].
func (s *Store) Claim(ctx context.Context, c replay.Claim) (replay.Claim, error) {
	const what = "claim session"
	if c.SessionID == "" || c.ProjectID == "" {
		return replay.Claim{}, fmt.Errorf("sqlstore: %s: %w: it needs a session id and a project id", what, replay.ErrInvalid)
	}
	// Nearly every call is for a session that is claimed; that needs no transaction.
	holds, found, err := s.findClaim(ctx, what, c.SessionID)
	if err != nil || found {
		return holds, refused(err, replay.ErrInvalid)
	}
	err = s.writeIdempotent(ctx, what, func(tx conn) (err error) {
		holds, err = claim(ctx, tx, c)
		return err
	})
	return holds, refused(err, replay.ErrInvalid)
}

// claim inserts first and looks for the tombstone after: the insert waits for an erasure
// under way, whose tombstone is then seen.
func claim(ctx context.Context, tx conn, c replay.Claim) (replay.Claim, error) {
	client, err := toJSON(c.Client)
	if err != nil {
		return replay.Claim{}, err
	}
	_, err = tx.exec(ctx, `
		INSERT INTO sessions (id, project_id, secret_hash, wrapped_key, client, claimed_at, clock_offset_ms, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO NOTHING`,
		c.SessionID, c.ProjectID, c.SecretHash[:], notNil(c.WrappedKey), client, c.ClaimedAt, c.ClockOffsetMs, string(replay.StateLive))
	if err != nil {
		return replay.Claim{}, err
	}
	if _, erased, err := findTombstone(ctx, tx, c.SessionID); err != nil {
		return replay.Claim{}, err
	} else if erased {
		return replay.Claim{}, replay.ErrErased
	}
	holds, found, err := one(ctx, tx, scanClaim, selectClaim, c.SessionID)
	if err != nil {
		return replay.Claim{}, err
	}
	if !found {
		return replay.Claim{}, fmt.Errorf("the claim vanished while it was made: %w", replay.ErrChanged)
	}
	return holds, nil
}

// SessionClaim implements [replay.SessionStore].
func (s *Store) SessionClaim(ctx context.Context, sessionID string) (replay.Claim, error) {
	const what = "read claim"
	c, found, err := s.findClaim(ctx, what, sessionID)
	if err == nil && !found {
		err = fmt.Errorf("sqlstore: %s: session %w", what, replay.ErrNotFound)
	}
	return c, refused(err, replay.ErrNotFound)
}

func (s *Store) findClaim(ctx context.Context, what, sessionID string) (c replay.Claim, found bool, err error) {
	err = s.read(ctx, what, func(r conn) (err error) {
		c, found, err = one(ctx, r, scanClaim, selectClaim, sessionID)
		return err
	})
	return c, found, err
}

const selectClaim = `
	SELECT id, project_id, secret_hash, wrapped_key, client, claimed_at, clock_offset_ms
	FROM sessions WHERE id = $1`

func scanClaim(row scanner) (c replay.Claim, err error) {
	var hash []byte
	var client string
	err = row.Scan(&c.SessionID, &c.ProjectID, &hash, &c.WrappedKey, &client, &c.ClaimedAt, &c.ClockOffsetMs)
	if err != nil {
		return c, err
	}
	if err := toHash(&c.SecretHash, hash); err != nil {
		return c, fmt.Errorf("secret of session %s: %w", c.SessionID, err)
	}
	return c, fromJSON(client, &c.Client)
}

// DropEmptyClaims implements [replay.EraseStore]. A claim that a commit holds just now is
// passed over; it is no longer empty then.
func (s *Store) DropEmptyClaims(ctx context.Context, claimedBefore int64, limit int) ([]string, error) {
	var dropped []string
	err := s.write(ctx, "drop empty claims", func(tx conn) (err error) {
		// The list is made once, in the WITH: PostgreSQL may evaluate a subquery that locks
		// and limits more than once.
		dropped, err = list(ctx, tx, scanText, `
			WITH picked AS MATERIALIZED (
				SELECT id FROM sessions WHERE batches = 0 AND claimed_at < $1
				ORDER BY claimed_at, id LIMIT $2 `+tx.d.skipLocked+`
			)
			DELETE FROM sessions WHERE batches = 0 AND id IN (SELECT id FROM picked)
			RETURNING id`, claimedBefore, limit)
		return err
	})
	return dropped, err
}
