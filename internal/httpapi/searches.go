package httpapi

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/afterimage/afterimage/search"
)

// savedJSON is a saved search as the API shows it.
type savedJSON struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	Query     string      `json:"query"`
	Period    string      `json:"period"`
	Sort      search.Sort `json:"sort"`
	CreatedBy string      `json:"createdBy"`
	CreatedAt int64       `json:"createdAt"`
	UpdatedAt int64       `json:"updatedAt"`
	Count     int64       `json:"count"` // -1: refused, or not counted in time
}

func savedOf(s *search.Saved, count int64) savedJSON {
	return savedJSON{ID: s.ID, Name: s.Name, Query: s.Query, Period: s.Period, Sort: s.Sort,
		CreatedBy: s.CreatedBy, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Count: count}
}

func (s *Server) listSearches(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	zone := q.zone("tz")
	if q.err != nil {
		return q.err
	}
	saved, err := s.Saved.SavedSearches(c.UserContext(), project.ID)
	if err != nil {
		return err
	}
	counts := s.counts.of(c.UserContext(), project.ID, saved, zone)
	items := make([]savedJSON, len(saved))
	for i := range saved {
		items[i] = savedOf(&saved[i], counts[i])
	}
	return respond(c, fiber.StatusOK, listOf(items, ""))
}

// savedBody is what a person says of a saved search.
type savedBody struct {
	Name   string      `json:"name"`
	Query  string      `json:"query"`
	Period string      `json:"period"`
	Sort   search.Sort `json:"sort"`
}

// read takes the body and refuses what nobody could use later, a query that cannot be understood too.
func (b *savedBody) read(c *fiber.Ctx) error {
	if err := decode(c, b); err != nil {
		return err
	}
	b.Name = strings.TrimSpace(b.Name)
	if b.Sort == "" {
		b.Sort = search.SortNewest
	}
	switch {
	case b.Name == "" || utf8.RuneCountInString(b.Name) > search.SavedNameRunesMax || strings.ContainsFunc(b.Name, unicode.IsControl):
		return badRequest(fmt.Sprintf("name: want one line of 1 to %d characters", search.SavedNameRunesMax))
	case b.Sort != search.SortNewest && b.Sort != search.SortOldest && b.Sort != search.SortRelevance:
		return badRequest("sort: not newest, oldest or relevance")
	}
	if _, ok := periodOf(b.Period); !ok {
		return badRequest(`period: want a number and m, h, d or w, such as "24h" or "7d", or nothing for all`)
	}
	_, err := search.ParseIn(b.Query, time.UTC)
	return err
}

var periodForm = regexp.MustCompile(`^([1-9][0-9]{0,4})([mhdw])$`)

// periodOf reads how far a saved search looks back; 0 for all.
func periodOf(text string) (time.Duration, bool) {
	if text == "" || text == "all" {
		return 0, true
	}
	parts := periodForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	n, err := strconv.Atoi(parts[1])
	units := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	return time.Duration(n) * units[parts[2]], err == nil
}

func (s *Server) createSearch(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	var body savedBody
	if err := body.read(c); err != nil {
		return err
	}
	there, err := s.Saved.SavedSearches(c.UserContext(), project.ID)
	if err != nil {
		return err
	}
	if len(there) >= search.SavedPerProjectMax {
		return newProblem(409, "too-many", "Too many saved searches",
			fmt.Sprintf("The project has %d saved searches, as many as it may; delete one first.", len(there)))
	}
	now, who := s.Now().UnixMilli(), whoOf(c)
	saved := search.Saved{ID: uuid.NewString(), ProjectID: project.ID, Name: body.Name, Query: body.Query, Period: body.Period, Sort: body.Sort,
		CreatedBy: who.user.ID, CreatedAt: now, UpdatedAt: now}
	if who.byToken {
		saved.CreatedBy = who.token.ID
	}
	if err := s.Saved.AddSavedSearch(c.UserContext(), saved); err != nil {
		return err
	}
	return s.respondSaved(c, fiber.StatusCreated, saved)
}

// savedInPath is the saved search that the path names, in the project of whoever asks.
func (s *Server) savedInPath(c *fiber.Ctx) (search.Saved, error) {
	project, err := s.projectOf(c)
	if err != nil {
		return search.Saved{}, err
	}
	id, err := pathID(c, "search")
	if err != nil {
		return search.Saved{}, err
	}
	return s.Saved.SavedSearch(c.UserContext(), project.ID, id)
}

func (s *Server) putSearch(c *fiber.Ctx) error {
	saved, err := s.savedInPath(c)
	if err != nil {
		return err
	}
	var body savedBody
	if err := body.read(c); err != nil {
		return err
	}
	saved.Name, saved.Query, saved.Period, saved.Sort = body.Name, body.Query, body.Period, body.Sort
	saved.UpdatedAt = s.Now().UnixMilli()
	if err := s.Saved.UpdateSavedSearch(c.UserContext(), saved); err != nil {
		return err
	}
	return s.respondSaved(c, fiber.StatusOK, saved)
}

func (s *Server) respondSaved(c *fiber.Ctx, status int, saved search.Saved) error {
	q := &query{c: c}
	zone := q.zone("tz")
	if q.err != nil {
		return q.err
	}
	return respond(c, status, savedOf(&saved, s.counts.of(c.UserContext(), saved.ProjectID, []search.Saved{saved}, zone)[0]))
}

func (s *Server) deleteSearch(c *fiber.Ctx) error {
	saved, err := s.savedInPath(c)
	if err != nil {
		return err
	}
	if err := s.Saved.DeleteSavedSearch(c.UserContext(), saved.ProjectID, saved.ID); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
