package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// failureBytesMax bounds the reason kept of a failure: enough for an engine's message,
// and no room for a document that it quotes.
const failureBytesMax = 1_000

// change is one session whose search document is out of date.
type change struct {
	sessionID, projectID string
	revision             int64
	at                   int64 // unix ms
}

// enqueue puts changes into the outbox, each session once, sorted by id. An entry that
// waits already only gets the new revision: it keeps its place, its lease and, after
// failures, the time of its next try.
func enqueue(ctx context.Context, tx conn, changes []change) error {
	for part := range chunks(tx.d, changes) {
		var p params
		rows := make([]string, 0, len(part))
		for _, c := range part {
			rows = append(rows, p.row(c.sessionID, c.projectID, c.revision, c.at, c.at))
		}
		_, err := tx.exec(ctx, `
			INSERT INTO outbox (session_id, project_id, revision, changed_at, latest_at)
			VALUES `+strings.Join(rows, ", ")+`
			ON CONFLICT (session_id) DO UPDATE SET revision = excluded.revision, latest_at = excluded.latest_at`, p...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Touch implements [replay.Outbox]. Erased sessions are put in as well, so that they
// leave the index; ids that never were are passed over.
func (s *Store) Touch(ctx context.Context, sessionIDs []string, now int64) error {
	err := s.writeIdempotent(ctx, "touch sessions", func(tx conn) error {
		return touch(ctx, tx, sessionIDs, now)
	})
	return refused(err, replay.ErrInvalid)
}

func touch(ctx context.Context, tx conn, sessionIDs []string, now int64) error {
	for part := range slices.Chunk(unique(sessionIDs), inListMax) {
		if _, err := lockIDs(ctx, tx, part); err != nil {
			return err
		}
		var changes []change
		scan := func(row scanner) error {
			c := change{at: now}
			err := row.Scan(&c.sessionID, &c.projectID, &c.revision)
			changes = append(changes, c)
			return err
		}
		var p, q params
		err := each(ctx, tx, scan, "UPDATE sessions SET revision = revision + 1 WHERE batches > 0 AND id IN "+p.in(part)+
			" RETURNING id, project_id, revision", p...)
		if err != nil {
			return err
		}
		err = each(ctx, tx, scan, "UPDATE tombstones SET revision = revision + 1 WHERE session_id IN "+q.in(part)+
			" RETURNING session_id, project_id, revision", q...)
		if err != nil {
			return err
		}
		slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.sessionID, b.sessionID) })
		if err := enqueue(ctx, tx, changes); err != nil {
			return err
		}
	}
	return nil
}

// lockIDs locks the sessions of sorted ids that exist and returns the project of each.
func lockIDs(ctx context.Context, tx conn, ids []string) (map[string]string, error) {
	projects := make(map[string]string, len(ids))
	for part := range slices.Chunk(ids, inListMax) {
		var p params
		err := each(ctx, tx, func(row scanner) error {
			var id, project string
			err := row.Scan(&id, &project)
			projects[id] = project
			return err
		}, "SELECT id, project_id FROM sessions WHERE id IN "+p.in(part)+" ORDER BY id "+tx.d.forUpdate, p...)
		if err != nil {
			return nil, err
		}
	}
	return projects, nil
}

// Lease implements [replay.Outbox]. Entries come oldest change first.
func (s *Store) Lease(ctx context.Context, now, leaseMs int64, limit int) ([]replay.Pending, error) {
	type leased struct {
		replay.Pending
		changedAt int64
	}
	var all []leased
	err := s.write(ctx, "lease outbox", func(tx conn) (err error) {
		// The list is made once, in the WITH; see DropEmptyClaims.
		all, err = list(ctx, tx, func(row scanner) (l leased, err error) {
			return l, row.Scan(&l.SessionID, &l.ProjectID, &l.Revision, &l.Attempts, &l.changedAt)
		}, `
			WITH picked AS MATERIALIZED (
				SELECT session_id FROM outbox WHERE due_at <= $1 AND leased_until <= $1
				ORDER BY changed_at, session_id LIMIT $2 `+tx.d.skipLocked+`
			)
			UPDATE outbox SET leased_until = $3, leased_revision = revision
			WHERE session_id IN (SELECT session_id FROM picked)
			RETURNING session_id, project_id, revision, attempts, changed_at`, now, limit, now+leaseMs)
		return err
	})
	slices.SortFunc(all, func(a, b leased) int {
		return cmp.Or(cmp.Compare(a.changedAt, b.changedAt), cmp.Compare(a.SessionID, b.SessionID))
	})
	pending := make([]replay.Pending, 0, len(all))
	for _, l := range all {
		pending = append(pending, l.Pending)
	}
	return pending, err
}

// Done implements [replay.Outbox]. An entry that changed meanwhile is freed only if the
// caller's lease still holds it, so that a worker who comes late disturbs nobody.
func (s *Store) Done(ctx context.Context, done []replay.Pending) error {
	sorted := slices.Clone(done)
	slices.SortFunc(sorted, func(a, b replay.Pending) int { return cmp.Compare(a.SessionID, b.SessionID) })
	err := s.writeIdempotent(ctx, "finish outbox", func(tx conn) error {
		for part := range chunks(tx.d, sorted) {
			var p, q params
			_, err := tx.exec(ctx, "DELETE FROM outbox WHERE "+matching(&p, "revision", part), p...)
			if err != nil {
				return err
			}
			_, err = tx.exec(ctx, "UPDATE outbox SET leased_until = 0, attempts = 0, error = '', changed_at = latest_at WHERE "+
				matching(&q, "leased_revision", part), q...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return refused(err, replay.ErrInvalid)
}

// matching is the condition that picks entries by session and the revision in a column.
func matching(p *params, column string, part []replay.Pending) string {
	which := make([]string, 0, len(part))
	for _, e := range part {
		which = append(which, fmt.Sprintf("(session_id = %s AND %s = %s)", p.add(e.SessionID), column, p.add(e.Revision)))
	}
	return strings.Join(which, " OR ")
}

// Fail implements [replay.Outbox]. It does nothing if the lease is somebody else's now.
func (s *Store) Fail(ctx context.Context, p replay.Pending, why string, retryAt int64) error {
	why = clean(why)
	why = clean(why[:min(len(why), failureBytesMax)]) // the cut may split a rune
	err := s.write(ctx, "note outbox failure", func(tx conn) error {
		_, err := tx.exec(ctx, `
			UPDATE outbox SET attempts = attempts + 1, error = $1, due_at = $2, leased_until = 0
			WHERE session_id = $3 AND leased_revision = $4 AND leased_until > 0`, why, retryAt, p.SessionID, p.Revision)
		return err
	})
	return refused(err, replay.ErrInvalid)
}

// Failures implements [replay.Outbox].
func (s *Store) Failures(ctx context.Context, limit int) ([]replay.Failure, error) {
	var all []replay.Failure
	err := s.read(ctx, "list outbox failures", func(r conn) (err error) {
		all, err = list(ctx, r, func(row scanner) (f replay.Failure, err error) {
			return f, row.Scan(&f.SessionID, &f.ProjectID, &f.Attempts, &f.Why, &f.Since, &f.RetryAt)
		}, `
			SELECT session_id, project_id, attempts, error, changed_at, due_at FROM outbox
			WHERE attempts > 0 ORDER BY changed_at, session_id LIMIT $1`, limit)
		return err
	})
	return all, err
}

// RetryFailures implements [replay.Outbox].
func (s *Store) RetryFailures(ctx context.Context, now int64) (int64, error) {
	n := int64(0)
	err := s.writeIdempotent(ctx, "retry outbox failures", func(tx conn) (err error) {
		n, err = tx.exec(ctx, "UPDATE outbox SET due_at = $1 WHERE attempts > 0 AND due_at > $1", now)
		return err
	})
	return n, err
}

// OutboxState implements [replay.Outbox].
func (s *Store) OutboxState(ctx context.Context) (replay.OutboxState, error) {
	var state replay.OutboxState
	err := s.read(ctx, "count outbox", func(r conn) (err error) {
		state, _, err = one(ctx, r, func(row scanner) (o replay.OutboxState, err error) {
			return o, row.Scan(&o.Pending, &o.Failing, &o.OldestAt)
		}, "SELECT COUNT(*), COUNT(*) FILTER (WHERE attempts > 0), COALESCE(MIN(changed_at), 0) FROM outbox")
		return err
	})
	return state, err
}
