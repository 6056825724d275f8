package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
)

// observe is around every request: it sets the headers that every answer has, bounds
// the work, turns errors and panics into problem documents, counts and logs. The log
// holds neither query strings nor bodies: both may carry content of recordings.
func (s *Server) observe(c *fiber.Ctx) error {
	began := time.Now()
	secureHeaders(c, c.Path())
	ctx, cancel := context.WithTimeout(s.base, requestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	if err := s.guarded(c); err != nil {
		if err := s.fail(c, err); err != nil {
			return err
		}
	}
	label, took := routeLabel(c), time.Since(began)
	s.metrics.request(label, c.Response().StatusCode(), took)
	s.Log.LogAttrs(ctx, slog.LevelDebug, "request", slog.String("method", c.Method()), slog.String("route", label),
		slog.Int("status", c.Response().StatusCode()), slog.Duration("took", took))
	return nil
}

// guarded runs the rest of the chain and turns a panic into an error: Fiber would let
// it end the process.
func (s *Server) guarded(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("handler panicked", slog.String("route", routeLabel(c)), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("http: handler panicked: %T", p)
		}
	}()
	return c.Next()
}

// routeLabel is the pattern of the route that answered, never the path itself, so that
// ids reach neither metrics nor logs.
func routeLabel(c *fiber.Ctx) string {
	if path := c.Route().Path; path != "/" {
		return path
	}
	return "other"
}
