package httpapi

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Demo is a site to try the recorder on, served under /demo/.
type Demo struct {
	// Page gives a page or file by its path below /demo/, with its content type; ok is
	// false where there is none.
	Page func(path string) (body []byte, contentType string, ok bool)
	// API answers the shop's own requests under /demo/api/.
	API func(method, path string) (status int, body []byte, contentType string)
}

func (s *Server) demo(c *fiber.Ctx) error {
	name := c.Params("*")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if strings.HasPrefix(name, "api/") {
		status, body, contentType := s.Demo.API(c.Method(), strings.TrimPrefix(name, "api/"))
		c.Status(status).Response().Header.SetContentType(contentType)
		c.Response().SetBodyRaw(body)
		return nil
	}
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		c.Set(fiber.HeaderAllow, "GET, HEAD")
		return fiber.ErrMethodNotAllowed
	}
	body, contentType, ok := s.Demo.Page(name)
	if !ok {
		return errNotFound
	}
	c.Response().Header.SetContentType(contentType)
	c.Response().SetBodyRaw(body)
	return nil
}
