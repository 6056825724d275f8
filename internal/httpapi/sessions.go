package httpapi

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// sessionList is one page of sessions. Total and Facets stand only where asked for.
type sessionList struct {
	list[foundSession]
	Total  *int64                      `json:"total,omitempty"`
	Facets map[string]map[string]int64 `json:"facets,omitempty"`
	// Typos is true where these are the sessions of words that are one typo away.
	Typos bool `json:"typos"`
	// Notes are advice on the query.
	Notes []noteJSON `json:"notes"`
	// Pending is how many changed sessions the index does not know yet.
	Pending int64 `json:"pending"`
}

// noteJSON is advice on a query that is understood, but maybe not as it was meant.
type noteJSON struct {
	Position int      `json:"position"`
	End      int      `json:"end"`
	Code     string   `json:"code"`
	Args     []string `json:"args"`
	Text     string   `json:"text"`
}

func notesOf(q search.Query) []noteJSON {
	notes := make([]noteJSON, 0, len(q.Notes))
	for _, n := range q.Notes {
		if n.Args == nil {
			n.Args = []string{}
		}
		notes = append(notes, noteJSON{n.Pos, n.End, n.Code, n.Args, n.Text})
	}
	return notes
}

func (s *Server) listSessions(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	r := s.searchAsked(q, project.ID)
	r.Limit, r.Cursor = int(q.whole("limit", listDefault, 1, listMax)), q.text("cursor", cursorBytesMax)
	r.WithTotal, r.WithFacet = q.flag("total"), q.flag("facets")
	if q.err != nil {
		return q.err
	}
	answer, err := s.find(c, r)
	if err != nil {
		return err
	}
	answer.Notes = notesOf(r.Query)
	if answer.Pending, err = s.pending.count(c.UserContext(), s.Outbox); err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, answer)
}

// searchAsked reads the parameters that say which sessions, and in which order.
func (s *Server) searchAsked(q *query, projectID string) search.Request {
	text, zone := q.text("q", queryBytesMax), q.zone("tz")
	r := search.Request{ProjectID: projectID, From: q.millis("from"), To: q.millis("to"), Exact: q.flag("exact"), Now: s.Now().UnixMilli(),
		Sort: search.Sort(q.choice("sort", string(search.SortNewest), string(search.SortOldest), string(search.SortRelevance)))}
	if q.err == nil {
		r.Query, q.err = search.ParseIn(text, zone)
	}
	if r.Query.Sort != "" { // what was typed is what was meant
		r.Sort = r.Query.Sort
	}
	return r
}

// find asks the index and shows only what the store has: the index may lag, and a
// session that it still knows may be erased. Where that leaves a page short, it is
// filled from what follows.
func (s *Server) find(c *fiber.Ctx, r search.Request) (sessionList, error) {
	var answer sessionList
	items, want := []foundSession{}, r.Limit
	for round := 0; ; round++ {
		r.Limit = want - len(items)
		result, err := s.Index.Search(c.UserContext(), r)
		if err != nil {
			return answer, err
		}
		if round == 0 && r.WithTotal {
			answer.Total = &result.Total
		}
		if round == 0 {
			answer.Facets, answer.Typos = result.Facets, result.Typos
		}
		found, err := s.existing(c, r.ProjectID, result.Hits)
		if err != nil {
			return answer, err
		}
		items, r.Cursor = append(items, found...), result.NextCursor
		r.WithTotal, r.WithFacet = false, false
		if len(items) >= want || r.Cursor == "" || round+1 == staleRoundsMax {
			break
		}
	}
	answer.list = listOf(items, r.Cursor)
	return answer, nil
}

// existing shows the sessions of hits that there are, in the order of the hits.
func (s *Server) existing(c *fiber.Ctx, projectID string, hits []search.Hit) ([]foundSession, error) {
	sessions, err := s.sessionsOf(c.UserContext(), projectID, hits)
	if err != nil {
		return nil, err
	}
	out := make([]foundSession, 0, len(hits))
	for i, session := range sessions {
		if session == nil {
			continue
		}
		matches := hits[i].Matches
		if matches == nil {
			matches = []search.Match{}
		}
		out = append(out, foundSession{sessionOf(session), matches})
	}
	return out, nil
}

// sessionsOf loads the session of each hit; nil for one that is gone. One query, however many there are.
func (s *Server) sessionsOf(ctx context.Context, projectID string, hits []search.Hit) ([]*replay.Session, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]string, len(hits))
	place := make(map[string]int, len(hits))
	for i, h := range hits {
		ids[i], place[h.ID] = h.ID, i
	}
	sessions, err := s.Sessions.SessionsByID(ctx, projectID, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*replay.Session, len(hits))
	for i := range sessions {
		out[place[sessions[i].ID]] = &sessions[i]
	}
	return out, nil
}

// sessionInPath is the session that the path names, in the project of whoever asks.
func (s *Server) sessionInPath(c *fiber.Ctx) (account.Project, replay.Session, error) {
	project, err := s.projectOf(c)
	if err != nil {
		return project, replay.Session{}, err
	}
	id, err := pathID(c, "session")
	if err != nil {
		return project, replay.Session{}, err
	}
	session, err := s.Replay.Session(c.UserContext(), project.ID, id)
	return project, session, err
}

func (s *Server) getSession(c *fiber.Ctx) error {
	_, session, err := s.sessionInPath(c)
	if err != nil {
		return err
	}
	tabs, err := s.Replay.Tabs(c.UserContext(), &session)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, detailOf(&session, tabs))
}

func (s *Server) getMoments(c *fiber.Ctx) error {
	_, session, err := s.sessionInPath(c)
	if err != nil {
		return err
	}
	moments, err := s.Replay.Moments(c.UserContext(), &session)
	if err != nil {
		return err
	}
	if moments == nil {
		moments = []replay.Moment{}
	}
	return respond(c, fiber.StatusOK, moments)
}

// eraseSession may be called again and again: an erased session stays erased.
func (s *Server) eraseSession(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	id, err := pathID(c, "session")
	if err != nil {
		return err
	}
	if err := s.Replay.Erase(c.UserContext(), project.ID, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
