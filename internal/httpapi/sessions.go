package httpapi

import (
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
	// Pending is how many changed sessions the index does not know yet.
	Pending int64 `json:"pending"`
}

func (s *Server) listSessions(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	text := q.text("q", queryBytesMax)
	r := search.Request{ProjectID: project.ID, From: q.millis("from"), To: q.millis("to"),
		Sort:  search.Sort(q.choice("sort", string(search.SortNewest), string(search.SortRelevance))),
		Limit: int(q.whole("limit", listDefault, 1, listMax)), Cursor: q.text("cursor", cursorBytesMax),
		WithTotal: q.flag("total"), WithFacet: q.flag("facets")}
	if q.err != nil {
		return q.err
	}
	if r.Query, err = search.Parse(text); err != nil {
		return err
	}
	answer, err := s.find(c, r)
	if err != nil {
		return err
	}
	waiting, err := s.Outbox.OutboxState(c.UserContext())
	if err != nil {
		return err
	}
	answer.Pending = waiting.Pending
	return respond(c, fiber.StatusOK, answer)
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
			answer.Facets = result.Facets
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

// existing loads the sessions of hits, in the order of the hits.
func (s *Server) existing(c *fiber.Ctx, projectID string, hits []search.Hit) ([]foundSession, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	sessions, err := s.Sessions.SessionsByID(c.UserContext(), projectID, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*replay.Session, len(sessions))
	for i := range sessions {
		byID[sessions[i].ID] = &sessions[i]
	}
	out := make([]foundSession, 0, len(hits))
	for _, h := range hits {
		session := byID[h.ID]
		if session == nil {
			continue
		}
		if h.Matches == nil {
			h.Matches = []search.Match{}
		}
		out = append(out, foundSession{sessionOf(session), h.Matches})
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
