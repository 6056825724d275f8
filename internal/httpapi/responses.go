package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/afterimage/afterimage/feedback"
)

// responseJSON is a response as the API shows it.
type responseJSON struct {
	feedback.Response
	Complaint bool `json:"complaint"`
}

func responseOf(r feedback.Response) responseJSON { return responseJSON{r, r.Complaint()} }

func (s *Server) listResponses(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	limit := int(q.whole("limit", listDefault, 1, listMax))
	f := feedback.Filter{ProjectID: project.ID, Text: q.text("q", queryBytesMax), From: q.millis("from"), To: q.millis("to"),
		Complaint: q.flag("complaint"), Limit: limit + 1,
		Status: feedback.Status(q.choice("status", "", string(feedback.StatusOpen), string(feedback.StatusResolved), string(feedback.StatusSpam)))}
	if cursor := q.text("cursor", cursorBytesMax); cursor != "" {
		var ok bool
		if f.AfterAt, f.AfterID, ok = parseResponseCursor(cursor); !ok && q.err == nil {
			q.err = badRequest("cursor: not one that a list gave")
		}
	}
	if q.err != nil {
		return q.err
	}
	found, err := s.Feedback.Responses(c.UserContext(), f)
	if err != nil {
		return err
	}
	next := ""
	if len(found) > limit { // one more was asked for, to know whether there is a next page
		found = found[:limit]
		next = responseCursor(found[limit-1])
	}
	items := make([]responseJSON, 0, len(found))
	for _, r := range found {
		items = append(items, responseOf(r))
	}
	return respond(c, fiber.StatusOK, listOf(items, next))
}

func responseCursor(r feedback.Response) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(r.At, 10) + " " + r.ID))
}

func parseResponseCursor(cursor string) (at int64, id string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, "", false
	}
	when, id, ok := strings.Cut(string(b), " ")
	at, err = strconv.ParseInt(when, 10, 64)
	return at, id, ok && err == nil && validID(id)
}

// createResponses adds one response, or the items of a list. Those whose id is there
// already stay as they are, so an import can be run again.
func (s *Server) createResponses(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	given, err := decodeResponses(c)
	if err != nil {
		return err
	}
	add := make([]feedback.Response, 0, len(given))
	for i, g := range given {
		r := s.filled(g.Response, project.ID)
		if err := checkResponse(&r); err != nil {
			return badRequest(fmt.Sprintf("items[%d].%v", i, err))
		}
		add = append(add, r)
	}
	if err := s.checkSessions(c, project.ID, add); err != nil {
		return err
	}
	added, err := s.Feedback.Add(c.UserContext(), add)
	if err != nil {
		return err
	}
	items := make([]responseJSON, 0, len(add))
	for _, r := range add {
		items = append(items, responseOf(r))
	}
	return respond(c, fiber.StatusCreated, struct {
		Added int            `json:"added"`
		Items []responseJSON `json:"items"`
	}{added, items})
}

// filled gives a response what its sender left out.
func (s *Server) filled(r feedback.Response, projectID string) feedback.Response {
	now := s.Now().UnixMilli()
	r.ProjectID, r.CreatedAt = projectID, now
	if r.ID == "" {
		r.ID = uuid.NewString()
	}
	if r.At == 0 {
		r.At = now
	}
	if r.Status == "" {
		r.Status = feedback.StatusOpen
	}
	return r
}

// decodeResponses takes one object or {"items": […]}. An answer of this API can be
// sent back as it is: what the server decides itself (project, complaint, times) is ignored.
func decodeResponses(c *fiber.Ctx) ([]responseJSON, error) {
	var many struct {
		Items []responseJSON `json:"items"`
	}
	var probe struct {
		Items json.RawMessage `json:"items"`
	}
	// Only whether there are items is asked here; what is wrong is found below.
	if json.Unmarshal(c.BodyRaw(), &probe) != nil || len(bytes.TrimSpace(probe.Items)) == 0 {
		var one responseJSON
		err := decode(c, &one)
		return []responseJSON{one}, err
	}
	if err := decode(c, &many); err != nil {
		return nil, err
	}
	if len(many.Items) == 0 || len(many.Items) > responsesPerPostMax {
		return nil, badRequest(fmt.Sprintf("items: none, or more than %d", responsesPerPostMax))
	}
	return many.Items, nil
}

// scoreRange is what each kind of question can be answered with.
var scoreRange = map[feedback.Kind][2]int{feedback.KindNPS: {0, 10}, feedback.KindCSAT: {1, 5}, feedback.KindCES: {1, 7}}

func checkResponse(r *feedback.Response) error {
	span, scored := scoreRange[r.Kind]
	switch {
	case !scored && r.Kind != feedback.KindText:
		return fmt.Errorf("kind: not nps, csat, ces or text")
	case scored && (r.Score == nil || *r.Score < span[0] || *r.Score > span[1]):
		return fmt.Errorf("score: a %s has one from %d to %d", r.Kind, span[0], span[1])
	case !scored && r.Score != nil:
		return fmt.Errorf("score: a text has none")
	case !scored && strings.TrimSpace(r.Text) == "":
		return fmt.Errorf("text: empty")
	case !validID(r.ID):
		return fmt.Errorf("id: longer than 64 letters, or with others than letters, digits, dots, - and _")
	case r.At < 0 || r.At > 1<<53:
		return fmt.Errorf("at: not a time in unix milliseconds")
	case !slices.Contains([]feedback.Status{feedback.StatusOpen, feedback.StatusResolved, feedback.StatusSpam}, r.Status):
		return fmt.Errorf("status: not open, resolved or spam")
	case utf8.RuneCountInString(r.Text) > responseTextMax:
		return fmt.Errorf("text: longer than %d characters", responseTextMax)
	}
	for name, value := range map[string]string{"survey": r.Survey, "category": r.Category, "url": r.URL, "userId": r.UserID, "tab": r.TabID} {
		if utf8.RuneCountInString(value) > responseFieldMax {
			return fmt.Errorf("%s: longer than %d characters", name, responseFieldMax)
		}
	}
	return nil
}

// checkSessions lets a response be linked only to a session of its own project.
func (s *Server) checkSessions(c *fiber.Ctx, projectID string, responses []feedback.Response) error {
	var ids []string
	for _, r := range responses {
		if r.SessionID != "" && !slices.Contains(ids, r.SessionID) {
			ids = append(ids, r.SessionID)
		}
	}
	known := map[string]bool{}
	for part := range slices.Chunk(ids, listMax) {
		sessions, err := s.Sessions.SessionsByID(c.UserContext(), projectID, part)
		if err != nil {
			return err
		}
		for i := range sessions {
			known[sessions[i].ID] = true
		}
	}
	for i, r := range responses {
		if r.SessionID != "" && !known[r.SessionID] {
			return badRequest(fmt.Sprintf("items[%d].sessionId: the project has no such session", i))
		}
	}
	return nil
}

func (s *Server) patchResponse(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	id, err := pathID(c, "response")
	if err != nil {
		return err
	}
	var p feedback.Patch
	if err := decode(c, &p); err != nil {
		return err
	}
	if p.Status == nil || !slices.Contains([]feedback.Status{feedback.StatusOpen, feedback.StatusResolved, feedback.StatusSpam}, *p.Status) {
		return badRequest("status: not open, resolved or spam")
	}
	r, err := s.Feedback.Triage(c.UserContext(), project.ID, id, p)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, responseOf(r))
}
