package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// listMax is the most rows of one listing: twice the API's largest page, so that a
// caller can always ask for one more to learn whether there is a next page.
const listMax = 1_000

// Session implements [replay.SessionStore].
func (s *Store) Session(ctx context.Context, projectID, id string) (replay.Session, error) {
	const what = "read session"
	var session replay.Session
	var found bool
	err := s.read(ctx, what, func(r conn) (err error) {
		session, found, err = one(ctx, r, scanSession, selectSession+" WHERE id = $1 AND batches > 0", id)
		return err
	})
	if err != nil {
		return replay.Session{}, refused(err, replay.ErrNotFound)
	}
	if found && (projectID == "" || session.ProjectID == projectID) {
		return session, nil
	}
	missing := replay.ErrNotFound
	err = s.read(ctx, what, func(r conn) error {
		t, erased, err := findTombstone(ctx, r, id)
		if erased && (projectID == "" || t.projectID == projectID) {
			missing = replay.ErrErased
		}
		return err
	})
	if err != nil {
		return replay.Session{}, err
	}
	return replay.Session{}, fmt.Errorf("sqlstore: %s: %w", what, missing)
}

// SessionsByID implements [replay.SessionStore].
func (s *Store) SessionsByID(ctx context.Context, projectID string, ids []string) ([]replay.Session, error) {
	const what = "read sessions by id"
	if len(ids) > listMax {
		return nil, fmt.Errorf("sqlstore: %s: %w: %d ids, at most %d", what, replay.ErrInvalid, len(ids), listMax)
	}
	var all []replay.Session
	for part := range slices.Chunk(unique(ids), inListMax) {
		var some []replay.Session
		err := s.read(ctx, what, func(r conn) (err error) {
			// Not by the project, too: SQLite would then read all of the project's sessions.
			var p params
			some, err = list(ctx, r, scanSession, selectSession+" WHERE batches > 0 AND id IN "+p.in(part), p...)
			return err
		})
		if err != nil {
			return nil, refused(err, replay.ErrInvalid)
		}
		all = append(all, slices.DeleteFunc(some, func(s replay.Session) bool { return s.ProjectID != projectID })...)
	}
	return all, nil
}

// Sessions implements [replay.SessionStore].
func (s *Store) Sessions(ctx context.Context, f replay.SessionFilter) ([]replay.Session, error) {
	const what = "list sessions"
	if f.Limit < 1 || f.Limit > listMax {
		return nil, fmt.Errorf("sqlstore: %s: %w: limit %d, want 1 to %d", what, replay.ErrInvalid, f.Limit, listMax)
	}
	var all []replay.Session
	err := s.read(ctx, what, func(r conn) (err error) {
		all, err = listSessions(ctx, r, f)
		return err
	})
	return all, refused(err, replay.ErrInvalid)
}

func listSessions(ctx context.Context, r conn, f replay.SessionFilter) ([]replay.Session, error) {
	var p params
	where := []string{"batches > 0"}
	if f.ProjectID != "" {
		where = append(where, "project_id = "+p.add(f.ProjectID))
	}
	if f.UserID != "" {
		where = append(where, "user_id <> '' AND user_id = "+p.add(f.UserID))
	}
	if f.From != 0 {
		where = append(where, "started_at >= "+p.add(f.From))
	}
	if f.To != 0 {
		where = append(where, "started_at < "+p.add(f.To))
	}
	if f.AfterID != "" {
		where = append(where, "(started_at, id) < "+p.row(f.AfterStarted, f.AfterID))
	}
	query := selectSession + " WHERE " + strings.Join(where, " AND ") +
		" ORDER BY started_at DESC, id DESC LIMIT " + p.add(f.Limit)
	return list(ctx, r, scanSession, query, p...)
}

const selectSession = `
	SELECT id, project_id, state, started_at, ended_at, received_at, clock_offset_ms,
		active_ms, last_active_at, user_id, user_email, user_traits, client, release, referrer,
		counts, vitals, events, raw_bytes, pack_bytes, sealed_key, sealed_bytes, seal_count, dictionary,
		tabs, digest, site_tags, team_tags, pages
	FROM sessions`

func scanSession(row scanner) (s replay.Session, err error) {
	var traits, client, counts, vitals, tabs, digest, siteTags, teamTags, pages string
	err = row.Scan(&s.ID, &s.ProjectID, &s.State, &s.StartedAt, &s.EndedAt, &s.ReceivedAt, &s.ClockOffsetMs,
		&s.ActiveMs, &s.LastActiveAt, &s.User.ID, &s.User.Email, &traits, &client, &s.Release, &s.Referrer,
		&counts, &vitals, &s.Events, &s.RawBytes, &s.StoredBytes, &s.SealedKey, &s.SealedBytes, &s.SealCount, &s.Dictionary,
		&tabs, &digest, &siteTags, &teamTags, &pages)
	if err != nil {
		return s, err
	}
	s.StoredBytes += s.SealedBytes // was: the bytes in packs
	if traits != "" {
		s.User.Traits = json.RawMessage(traits)
	}
	if tabs != "" {
		err = fromJSON(tabs, &s.Tabs)
	}
	if digest != "" {
		err = errors.Join(err, fromJSON(digest, &s.Digest))
	}
	err = errors.Join(err, tagsFrom(siteTags, &s.SiteTags), tagsFrom(teamTags, &s.TeamTags))
	err = errors.Join(err, fromJSON(client, &s.Client), fromJSON(counts, &s.Counts), fromJSON(vitals, &s.Vitals), fromJSON(pages, &s.Pages))
	if err != nil {
		return s, fmt.Errorf("session %s: %w", s.ID, err)
	}
	return s, nil
}

// tagsFrom decodes a column of labels; none is nil.
func tagsFrom(column string, tags *[]string) error {
	if column == "[]" {
		return nil
	}
	return fromJSON(column, tags)
}

// Usage implements [replay.SessionStore]. It reads every session.
func (s *Store) Usage(ctx context.Context) ([]replay.Usage, error) {
	var all []replay.Usage
	err := s.read(ctx, "sum usage", func(r conn) (err error) {
		all, err = list(ctx, r, func(row scanner) (u replay.Usage, err error) {
			return u, row.Scan(&u.ProjectID, &u.Sessions, &u.RawBytes, &u.PackBytes, &u.SealedBytes, &u.DictionaryBytes)
		}, `
			SELECT project_id, CAST(SUM(sessions) AS BIGINT), CAST(SUM(raw_bytes) AS BIGINT),
				CAST(SUM(pack_bytes) AS BIGINT), CAST(SUM(sealed_bytes) AS BIGINT), CAST(SUM(dictionary_bytes) AS BIGINT)
			FROM (
				SELECT project_id, COUNT(*) AS sessions, SUM(raw_bytes) AS raw_bytes,
					SUM(pack_bytes) AS pack_bytes, SUM(sealed_bytes) AS sealed_bytes, 0 AS dictionary_bytes
				FROM sessions WHERE batches > 0 GROUP BY project_id
				UNION ALL
				SELECT project_id, 0, 0, 0, 0, SUM(stored_bytes)
				FROM dictionaries WHERE name <> '' GROUP BY project_id
			) AS held
			GROUP BY project_id ORDER BY project_id`)
		return err
	})
	return all, err
}

// ProjectIDs implements [replay.SessionStore]. It asks the index for the next project after the one
// found last, so its time grows with the projects, not with the sessions.
func (s *Store) ProjectIDs(ctx context.Context) ([]string, error) {
	var ids []string
	err := s.read(ctx, "list projects of sessions", func(r conn) (err error) {
		ids, err = list(ctx, r, scanText, `
			WITH RECURSIVE found (id) AS (
				SELECT MIN(project_id) FROM sessions WHERE batches > 0
				UNION ALL
				SELECT (SELECT MIN(project_id) FROM sessions WHERE batches > 0 AND project_id > found.id)
				FROM found WHERE found.id IS NOT NULL
			)
			SELECT id FROM found WHERE id IS NOT NULL`)
		return err
	})
	slices.Sort(ids)
	return ids, err
}
