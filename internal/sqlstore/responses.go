package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/afterimage/afterimage/feedback"
)

// Add implements [feedback.Store]. If one response cannot be kept, none is stored. A link
// to a session that was erased, or is another project's, is cut; one to a session that
// is not known yet stays.
func (s *Store) Add(ctx context.Context, responses []feedback.Response) (int, error) {
	const what = "add responses"
	kept := slices.Clone(responses)
	for i := range kept {
		r := &kept[i]
		if r.Status == "" {
			r.Status = feedback.StatusOpen
		}
		if r.CreatedAt == 0 {
			r.CreatedAt = s.now().UnixMilli()
		}
		if err := checkResponse(r); err != nil {
			return 0, fmt.Errorf("sqlstore: %s: response %d: %w", what, i, err)
		}
	}
	added := 0
	err := s.write(ctx, what, func(tx conn) (err error) {
		added, err = addResponses(ctx, tx, kept, s.now().UnixMilli())
		return err
	})
	if err != nil {
		return 0, refused(err, feedback.ErrInvalid)
	}
	return added, nil
}

// checkResponse returns [feedback.ErrInvalid] for what must not be stored.
func checkResponse(r *feedback.Response) error {
	least, most := 0, 0
	switch r.Kind {
	case feedback.KindNPS:
		most = 10
	case feedback.KindCSAT:
		least, most = 1, 5
	case feedback.KindCES:
		least, most = 1, 7
	case feedback.KindText:
	default:
		return fmt.Errorf("%w: kind: want nps, csat, ces or text", feedback.ErrInvalid)
	}
	switch {
	case r.ID == "":
		return fmt.Errorf("%w: id: missing", feedback.ErrInvalid)
	case r.ProjectID == "":
		return fmt.Errorf("%w: projectId: missing", feedback.ErrInvalid)
	case r.Score != nil && r.Kind == feedback.KindText:
		return fmt.Errorf("%w: score: a text has none", feedback.ErrInvalid)
	case r.Score != nil && (*r.Score < least || *r.Score > most):
		return fmt.Errorf("%w: score: %d, want %d to %d for %s", feedback.ErrInvalid, *r.Score, least, most, r.Kind)
	}
	return checkStatus(r.Status)
}

func checkStatus(status feedback.Status) error {
	switch status {
	case feedback.StatusOpen, feedback.StatusResolved, feedback.StatusSpam:
		return nil
	}
	return fmt.Errorf("%w: status: want open, resolved or spam", feedback.ErrInvalid)
}

// addResponses locks the sessions concerned first, so that an erasure comes before, and
// is seen, or after, and cuts the links.
func addResponses(ctx context.Context, tx conn, responses []feedback.Response, now int64) (int, error) {
	if err := cutLinks(ctx, tx, responses); err != nil {
		return 0, err
	}
	added := 0
	var touched []string
	for part := range chunks(tx.d, responses) {
		var p params
		rows := make([]string, 0, len(part))
		for i := range part {
			rows = append(rows, responseValues(&p, &part[i]))
		}
		err := each(ctx, tx, func(row scanner) error {
			session, err := scanText(row)
			added++
			if session != "" {
				touched = append(touched, session)
			}
			return err
		}, `
			INSERT INTO responses (project_id, id, session_id, tab_id, at, kind, survey, score, text, text_folded,
				category, url, user_id, status, complaint, created_at)
			VALUES `+strings.Join(rows, ", ")+`
			ON CONFLICT (project_id, id) DO NOTHING
			RETURNING session_id`, p...)
		if err != nil {
			return 0, err
		}
	}
	return added, touch(ctx, tx, touched, now)
}

func responseValues(p *params, r *feedback.Response) string {
	var score any
	if r.Score != nil {
		score = int64(*r.Score)
	}
	return p.row(r.ProjectID, r.ID, r.SessionID, r.TabID, r.At, string(r.Kind), r.Survey, score, r.Text, fold(r.Text),
		r.Category, r.URL, r.UserID, string(r.Status), r.Complaint(), r.CreatedAt)
}

// cutLinks locks the sessions that responses are linked to, and unlinks those that were
// erased or are another project's.
func cutLinks(ctx context.Context, tx conn, responses []feedback.Response) error {
	var ids []string
	for i := range responses {
		if responses[i].SessionID != "" {
			ids = append(ids, responses[i].SessionID)
		}
	}
	ids = unique(ids)
	projects, err := lockIDs(ctx, tx, ids)
	if err != nil {
		return err
	}
	erased := make(map[string]bool)
	for part := range slices.Chunk(ids, inListMax) {
		var p params
		err := each(ctx, tx, func(row scanner) error {
			id, err := scanText(row)
			erased[id] = true
			return err
		}, "SELECT session_id FROM tombstones WHERE session_id IN "+p.in(part), p...)
		if err != nil {
			return err
		}
	}
	for i := range responses {
		r := &responses[i]
		if project, known := projects[r.SessionID]; erased[r.SessionID] || (known && project != r.ProjectID) {
			r.SessionID, r.TabID = "", ""
		}
	}
	return nil
}

// fold makes texts that differ in case, or in how their letters are composed, the same.
func fold(text string) string { return norm.NFC.String(strings.ToLower(text)) }

// Response implements [feedback.Store].
func (s *Store) Response(ctx context.Context, projectID, id string) (feedback.Response, error) {
	const what = "read response"
	var r feedback.Response
	var found bool
	err := s.read(ctx, what, func(c conn) (err error) {
		r, found, err = one(ctx, c, scanResponse, selectResponse+" WHERE project_id = $1 AND id = $2", projectID, id)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("sqlstore: %s: %w", what, feedback.ErrNotFound)
	}
	return r, refused(err, feedback.ErrNotFound)
}

// Responses implements [feedback.Store].
func (s *Store) Responses(ctx context.Context, f feedback.Filter) ([]feedback.Response, error) {
	const what = "list responses"
	if f.Limit < 1 || f.Limit > listMax {
		return nil, fmt.Errorf("sqlstore: %s: %w: limit: %d, want 1 to %d", what, feedback.ErrInvalid, f.Limit, listMax)
	}
	var all []feedback.Response
	err := s.read(ctx, what, func(c conn) (err error) {
		all, err = listResponses(ctx, c, f)
		return err
	})
	return all, refused(err, feedback.ErrInvalid)
}

// likeEscaper makes a text match itself in LIKE … ESCAPE '!'.
var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func listResponses(ctx context.Context, c conn, f feedback.Filter) ([]feedback.Response, error) {
	var p params
	where := []string{"project_id = " + p.add(f.ProjectID)}
	if f.Status == "" {
		where = append(where, "status <> 'spam'")
	} else {
		where = append(where, "status = "+p.add(string(f.Status)))
	}
	if f.Complaint {
		where = append(where, "complaint = TRUE")
	}
	if f.Text != "" {
		where = append(where, "text_folded LIKE "+p.add("%"+likeEscaper.Replace(fold(f.Text))+"%")+" ESCAPE '!'")
	}
	if f.From != 0 {
		where = append(where, "at >= "+p.add(f.From))
	}
	if f.To != 0 {
		where = append(where, "at < "+p.add(f.To))
	}
	if f.AfterID != "" {
		where = append(where, "(at, id) < "+p.row(f.AfterAt, f.AfterID))
	}
	query := selectResponse + " WHERE " + strings.Join(where, " AND ") + " ORDER BY at DESC, id DESC LIMIT " + p.add(f.Limit)
	return list(ctx, c, scanResponse, query, p...)
}

// OfSession implements [feedback.Store].
func (s *Store) OfSession(ctx context.Context, sessionID string) ([]feedback.Response, error) {
	var all []feedback.Response
	err := s.read(ctx, "list responses of session", func(c conn) (err error) {
		all, err = list(ctx, c, scanResponse, selectResponse+" WHERE session_id = $1 AND session_id <> '' ORDER BY at, id", sessionID)
		return err
	})
	return all, refused(err, feedback.ErrNotFound)
}

// Triage implements [feedback.Store]. A change puts the session into the outbox, for what
// the team calls spam leaves its search document.
func (s *Store) Triage(ctx context.Context, projectID, id string, patch feedback.Patch) (feedback.Response, error) {
	const what = "triage response"
	if patch.Status == nil {
		return s.Response(ctx, projectID, id)
	}
	if err := checkStatus(*patch.Status); err != nil {
		return feedback.Response{}, fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	var r feedback.Response
	err := s.writeIdempotent(ctx, what, func(tx conn) (err error) {
		r, err = setStatus(ctx, tx, projectID, id, *patch.Status, s.now().UnixMilli())
		return err
	})
	if err != nil {
		return feedback.Response{}, refused(err, feedback.ErrNotFound)
	}
	return r, nil
}

func setStatus(ctx context.Context, tx conn, projectID, id string, status feedback.Status, now int64) (feedback.Response, error) {
	r, found, err := one(ctx, tx, scanResponse, selectResponse+" WHERE project_id = $1 AND id = $2", projectID, id)
	if err == nil && !found {
		err = feedback.ErrNotFound
	}
	if err != nil || r.Status == status {
		return r, err
	}
	// The session comes before the response in every transaction that takes both.
	if err := touch(ctx, tx, slices.DeleteFunc([]string{r.SessionID}, func(id string) bool { return id == "" }), now); err != nil {
		return r, err
	}
	changed, err := tx.exec(ctx, "UPDATE responses SET status = $1 WHERE project_id = $2 AND id = $3", string(status), projectID, id)
	if err == nil && changed == 0 {
		err = feedback.ErrNotFound
	}
	r.Status = status
	return r, err
}

const selectResponse = `
	SELECT id, project_id, session_id, tab_id, at, kind, survey, score, text, category, url, user_id, status, created_at
	FROM responses`

func scanResponse(row scanner) (r feedback.Response, err error) {
	err = row.Scan(&r.ID, &r.ProjectID, &r.SessionID, &r.TabID, &r.At, &r.Kind, &r.Survey, &r.Score, &r.Text,
		&r.Category, &r.URL, &r.UserID, &r.Status, &r.CreatedAt)
	return r, err
}
