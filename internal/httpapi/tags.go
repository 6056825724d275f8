package httpapi

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/replay"
)

// patchSession replaces the labels that the team gave a session. Those that the site gave it stay,
// whether they are sent or not: so the tags of an answer can be changed and sent back.
func (s *Server) patchSession(c *fiber.Ctx) error {
	project, session, err := s.sessionInPath(c)
	if err != nil {
		return err
	}
	var body struct {
		Tags *[]string `json:"tags"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	if body.Tags == nil {
		return badRequest("tags: missing; send [] to remove them all")
	}
	tags := slices.DeleteFunc(*body.Tags, func(tag string) bool { return slices.Contains(session.SiteTags, tag) })
	if err := s.Replay.Tag(c.UserContext(), project.ID, session.ID, tags); errors.Is(err, replay.ErrInvalid) {
		return badRequest("tags: " + inWords(err, replay.ErrInvalid))
	} else if err != nil {
		return err
	}
	return s.getSession(c)
}
