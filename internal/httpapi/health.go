package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/search"
)

// getHealth says that the process runs, whatever its stores do.
func (s *Server) getHealth(c *fiber.Ctx) error {
	return respond(c, fiber.StatusOK, map[string]string{"status": "ok"})
}

// readiness remembers the last answer for a moment.
type readiness struct {
	mu     sync.Mutex
	at     time.Time
	status int
	report readyReport
}

type readyReport struct {
	Status string            `json:"status"` // ok, degraded or unavailable
	Parts  map[string]string `json:"parts"`  // ok or unavailable
}

// getReady says whether requests should come here: 503 while the database or the
// bucket does not answer. Without the search engine recording and playing go on, so
// that alone is degraded and still 200.
func (s *Server) getReady(c *fiber.Ctx) error {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	if now := s.Now(); now.Sub(s.ready.at) >= readyCacheAge || s.ready.status == 0 {
		s.ready.status, s.ready.report = s.askParts(c.UserContext())
		s.ready.at = now
	}
	return respond(c, s.ready.status, s.ready.report)
}

func (s *Server) askParts(ctx context.Context) (int, readyReport) {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	report := readyReport{Status: "ok", Parts: map[string]string{}}
	status := fiber.StatusOK
	ask := func(part string, needed bool, err error) {
		report.Parts[part] = "ok"
		if err == nil {
			return
		}
		s.Log.Warn("part not ready", slog.String("part", part), slog.Any("error", err))
		report.Parts[part] = "unavailable"
		if needed {
			report.Status, status = "unavailable", fiber.StatusServiceUnavailable
		} else if status == fiber.StatusOK {
			report.Status = "degraded"
		}
	}
	_, err := s.Outbox.OutboxState(ctx)
	ask("database", true, err)
	if s.Bucket != nil {
		_, err := s.Bucket.Stat(ctx, "ready")
		if errors.Is(err, blob.ErrNotFound) {
			err = nil // the bucket answered; there is no such object
		}
		ask("bucket", true, err)
	}
	_, err = s.Index.Search(ctx, search.Request{ProjectID: "ready", Limit: 1}) // of no project: nothing to read, but an answer
	ask("search", false, err)
	return status, report
}
