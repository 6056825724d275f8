package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// Commit implements [replay.IngestStore]. It is the hot path: a group of any size takes
// a handful of statements, not some per batch.
//
// It is repeated when the connection broke while committing. Had that commit gone
// through, the batches are Duplicate then, which is as good an answer: they are stored.
func (s *Store) Commit(ctx context.Context, commits []replay.Commit) ([]replay.Verdict, error) {
	const what = "commit batches"
	for i := range commits {
		if b := &commits[i].Batch; b.SessionID == "" || b.TabID == "" || b.Seq < 0 || b.Pack == "" {
			return nil, fmt.Errorf("sqlstore: %s: %w: batch %d of the group lacks its session, tab, number or pack", what, replay.ErrInvalid, i)
		}
	}
	if len(commits) == 0 {
		return nil, nil
	}
	var verdicts []replay.Verdict
	err := s.writeIdempotent(ctx, what, func(tx conn) (err error) {
		verdicts, err = s.commit(ctx, tx, commits)
		return err
	})
	if err != nil {
		return nil, refused(err, replay.ErrInvalid)
	}
	return verdicts, nil
}

func (s *Store) commit(ctx context.Context, tx conn, commits []replay.Commit) ([]replay.Verdict, error) {
	sessions, err := lockSessions(ctx, tx, commits)
	if err != nil {
		return nil, fmt.Errorf("lock sessions: %w", err)
	}
	// Packs are noted whatever the verdicts: one that holds nothing of use must be
	// found too, to be removed.
	if err := s.notePacks(ctx, tx, commits); err != nil {
		return nil, fmt.Errorf("note packs: %w", err)
	}
	verdicts, err := storeBatches(ctx, tx, sessions, commits)
	if err != nil {
		return nil, fmt.Errorf("store batches: %w", err)
	}
	for i := range commits {
		if verdicts[i] == replay.Stored {
			sessions[commits[i].Batch.SessionID].merge(&commits[i])
		}
	}
	changed := changedRows(sessions)
	if err := readPages(ctx, tx, changed); err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	if err := updateSessions(ctx, tx, changed); err != nil {
		return nil, fmt.Errorf("update sessions: %w", err)
	}
	changes := make([]change, 0, len(changed))
	for _, r := range changed {
		changes = append(changes, change{r.id, r.projectID, r.revision, r.receivedAt})
	}
	if err := enqueue(ctx, tx, changes); err != nil {
		return nil, fmt.Errorf("note for the search index: %w", err)
	}
	return verdicts, nil
}

// storeBatches inserts the batches of the sessions given and says what became of each.
// A batch of a session that is not there is Gone: it was erased, or its claim was
// dropped, and with it the key without which the block cannot be read.
func storeBatches(ctx context.Context, tx conn, sessions map[string]*sessionRow, commits []replay.Commit) ([]replay.Verdict, error) {
	hashes := make(map[batchKey][32]byte, len(commits)) // of what holds each number
	fresh := make([]*replay.Batch, 0, len(commits))
	for i := range commits {
		b := &commits[i].Batch
		if _, twice := hashes[keyOf(b)]; !twice && sessions[b.SessionID] != nil {
			hashes[keyOf(b)] = b.Hash
			fresh = append(fresh, b)
		}
	}
	inserted, err := insertBatches(ctx, tx, fresh)
	if err != nil {
		return nil, err
	}
	var taken []batchKey
	for _, b := range fresh {
		if !inserted[keyOf(b)] {
			taken = append(taken, keyOf(b))
		}
	}
	there, err := batchHashes(ctx, tx, taken)
	if err != nil {
		return nil, err
	}
	maps.Copy(hashes, there)

	verdicts := make([]replay.Verdict, len(commits))
	for i := range commits {
		b := &commits[i].Batch
		switch key := keyOf(b); {
		case sessions[b.SessionID] == nil:
			verdicts[i] = replay.Gone
		case inserted[key]:
			verdicts[i] = replay.Stored
			inserted[key] = false // the next of this number is not the one stored
		case hashes[key] == b.Hash:
			verdicts[i] = replay.Duplicate
		default:
			verdicts[i] = replay.Conflict
		}
	}
	return verdicts, nil
}

// lockSessions reads the sessions of a group, so that nobody else changes them until
// this transaction ends. Pages are left out; see readPages.
func lockSessions(ctx context.Context, tx conn, commits []replay.Commit) (map[string]*sessionRow, error) {
	ids := make([]string, 0, len(commits))
	for i := range commits {
		ids = append(ids, commits[i].Batch.SessionID)
	}
	rows := make(map[string]*sessionRow, len(ids))
	for part := range slices.Chunk(unique(ids), inListMax) {
		var p params
		query := `
			SELECT id, project_id, clock_offset_ms, batches, started_at, ended_at, received_at,
				active_ms, last_active_at, user_id, user_email, user_traits, release, referrer,
				counts, vitals, events, raw_bytes, pack_bytes, revision, site_tags
			FROM sessions WHERE id IN ` + p.in(part) + ` ORDER BY id ` + tx.d.forUpdate
		err := each(ctx, tx, func(row scanner) error {
			r, err := scanSessionRow(row)
			rows[r.id] = r
			return err
		}, query, p...)
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func scanSessionRow(row scanner) (*sessionRow, error) {
	var r sessionRow
	var traits, counts, vitals, tags string
	err := row.Scan(&r.id, &r.projectID, &r.clockOffsetMs, &r.batches, &r.startedAt, &r.endedAt, &r.receivedAt,
		&r.activeMs, &r.lastActiveAt, &r.user.ID, &r.user.Email, &traits, &r.release, &r.referrer,
		&counts, &vitals, &r.events, &r.rawBytes, &r.packBytes, &r.revision, &tags)
	if err != nil {
		return &r, err
	}
	r.user.Traits = json.RawMessage(traits)
	return &r, errors.Join(fromJSON(counts, &r.counts), fromJSON(vitals, &r.vitals), tagsFrom(tags, &r.tags))
}

// changedRows returns the rows that a batch was merged into, by id.
func changedRows(sessions map[string]*sessionRow) []*sessionRow {
	var changed []*sessionRow
	for _, id := range slices.Sorted(maps.Keys(sessions)) {
		if sessions[id].changed {
			changed = append(changed, sessions[id])
		}
	}
	return changed
}

// readPages reads the pages of the rows that get more. They can be long, and most
// batches bring none.
func readPages(ctx context.Context, tx conn, rows []*sessionRow) error {
	byID := make(map[string]*sessionRow)
	for _, r := range rows {
		if len(r.morePages) > 0 {
			byID[r.id] = r
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(byID)), inListMax) {
		var p params
		query := "SELECT id, pages FROM sessions WHERE id IN " + p.in(part)
		err := each(ctx, tx, func(row scanner) error {
			var id, pages string
			if err := row.Scan(&id, &pages); err != nil {
				return err
			}
			return fromJSON(pages, &byID[id].pages)
		}, query, p...)
		if err != nil {
			return err
		}
	}
	return nil
}

// updateSessions writes merged rows back, many per statement. A pages value of NULL
// leaves the column as it is.
func updateSessions(ctx context.Context, tx conn, rows []*sessionRow) error {
	for part := range chunks(tx.d, rows) {
		var p params
		values := make([]string, 0, len(part))
		for _, r := range part {
			value, err := r.values(&p)
			if err != nil {
				return err
			}
			values = append(values, value)
		}
		_, err := tx.exec(ctx, `
			WITH merged (id, state, batches, started_at, ended_at, received_at, active_ms, last_active_at,
				user_id, user_email, user_traits, release, referrer, counts, vitals, events, raw_bytes, pack_bytes,
				revision, site_tags, pages) AS (VALUES `+strings.Join(values, ", ")+`)
			UPDATE sessions SET state = merged.state, batches = merged.batches, started_at = merged.started_at,
				ended_at = merged.ended_at, received_at = merged.received_at, active_ms = merged.active_ms,
				last_active_at = merged.last_active_at, user_id = merged.user_id, user_email = merged.user_email,
				user_traits = merged.user_traits, release = merged.release, referrer = merged.referrer,
				counts = merged.counts, vitals = merged.vitals, events = merged.events, raw_bytes = merged.raw_bytes,
				pack_bytes = merged.pack_bytes, revision = merged.revision, site_tags = merged.site_tags,
				pages = COALESCE(merged.pages, sessions.pages)
			FROM merged WHERE sessions.id = merged.id`, p...)
		if err != nil {
			return err
		}
	}
	return nil
}

// values binds one merged row, with a new revision.
func (s *sessionRow) values(p *params) (string, error) {
	counts, err := toJSON(s.counts)
	if err != nil {
		return "", err
	}
	vitals, err := toJSON(s.vitals)
	if err != nil {
		return "", err
	}
	tags := "[]"
	if len(s.tags) > 0 {
		if tags, err = toJSON(s.tags); err != nil {
			return "", err
		}
	}
	var pages any
	if len(s.morePages) > 0 {
		if pages, err = toJSON(mergePages(s.pages, s.morePages)); err != nil {
			return "", err
		}
	}
	s.revision++
	return p.typedRow(s.id, string(replay.StateLive), s.batches, s.startedAt, s.endedAt, s.receivedAt, s.activeMs, s.lastActiveAt,
		s.user.ID, s.user.Email, string(s.user.Traits), s.release, s.referrer, counts, vitals, s.events, s.rawBytes, s.packBytes,
		s.revision, tags, pages), nil
}
