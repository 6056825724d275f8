package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// Headers of an export.
const (
	headerTotal     = "Afterimage-Total"     // how many sessions match
	headerTruncated = "Afterimage-Truncated" // "true" where that is more than an export holds
)

// sheet is a file of sessions that is being written.
type sheet interface {
	begin() error
	row(s *replay.Session) error
	// end closes a file of so many sessions; cut: there are more.
	end(rows int64, cut bool) error
}

// exportSessions streams every session that matches, page by page: what it holds in memory
// is one page, however many there are.
func (s *Server) exportSessions(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	format := q.choice("format", "csv", "ndjson")
	r, zone := s.searchAsked(q, project.ID), q.zone("tz")
	if q.err != nil {
		return q.err
	}
	// Asked before the stream begins, so that what is wrong with it becomes a problem document.
	r.Limit, r.WithTotal = exportPage, true
	first, err := s.Index.Search(c.UserContext(), r)
	if err != nil {
		return err
	}
	select {
	case s.exportSlots <- struct{}{}:
	default:
		return errStreams
	}
	x := &export{s: s, r: r, first: first, total: max(0, first.Total), origin: s.origin(c), project: project.ID, zone: zone}
	encoding := encodingFor(c.Get(fiber.HeaderAcceptEncoding))
	produce := func(ctx context.Context, w io.Writer) error { return x.write(ctx, w, format, encoding) }
	if err := s.streamBody(c, produce, func() { <-s.exportSlots }); err != nil {
		return err
	}
	h := &c.Response().Header
	h.SetContentType(map[string]string{"csv": "text/csv; charset=utf-8; header=present", "ndjson": "application/x-ndjson"}[format])
	h.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="sessions-%s-%s.%s"`, project.ID, s.Now().In(zone).Format(time.DateOnly), format))
	h.Set(headerTotal, strconv.FormatInt(x.total, 10))
	if x.total > exportRowsMax {
		h.Set(headerTruncated, "true")
	}
	h.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if encoding != "" {
		h.Set(fiber.HeaderContentEncoding, encoding)
	}
	return nil
}

// origin is where the browser that asks reaches the app.
func (s *Server) origin(c *fiber.Ctx) string {
	if s.Config.PublicURL != "" {
		return s.Config.PublicURL
	}
	if s.https(c) {
		return "https://" + string(c.Context().Host())
	}
	return "http://" + string(c.Context().Host())
}

// export is one file on its way.
type export struct {
	s       *Server
	r       search.Request
	first   search.Result // the page that was asked for beforehand
	total   int64
	origin  string
	project string
	zone    *time.Location
}

func (x *export) write(ctx context.Context, w io.Writer, format, encoding string) error {
	out := compressor(w, encoding)
	var to sheet = newCSVSheet(out, x)
	if format == "ndjson" {
		to = &linesSheet{w: out}
	}
	if err := to.begin(); err != nil {
		return err
	}
	rows, cut, err := x.rows(ctx, to)
	if err != nil {
		return err
	}
	if err := to.end(rows, cut); err != nil {
		return err
	}
	// Not after an error: what is broken must not end like what is whole.
	if err := out.Close(); err != nil {
		return err
	}
	giveBack(out, encoding)
	return nil
}

// rows writes page after page and returns how many sessions there were, and whether there are more
// than an export may hold. Those that the index still knows and the store does not are left out.
func (x *export) rows(ctx context.Context, to sheet) (n int64, cut bool, err error) {
	for page := x.first; ; {
		sessions, err := x.s.sessionsOf(ctx, x.r.ProjectID, page.Hits)
		if err != nil {
			return n, false, err
		}
		for _, session := range sessions {
			if session == nil {
				continue
			}
			if n == exportRowsMax {
				return n, true, nil
			}
			if err := to.row(session); err != nil {
				return n, false, err
			}
			n++
		}
		if page.NextCursor == "" {
			return n, false, nil
		}
		x.r.Cursor, x.r.WithTotal = page.NextCursor, false
		if page, err = x.s.Index.Search(ctx, x.r); err != nil {
			return n, false, err
		}
	}
}

// linesSheet is NDJSON: one session a line, as GET /sessions/{id} shows it without its tabs.
type linesSheet struct{ w io.Writer }

func (l *linesSheet) begin() error { return nil }

func (l *linesSheet) row(s *replay.Session) error { return l.line(sessionOf(s)) }

func (l *linesSheet) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("http: encode a line: %w", err)
	}
	_, err = l.w.Write(append(text, '\n'))
	return err
}

// end says in a last line that the file is not all there is; a whole one has no such line.
func (l *linesSheet) end(rows int64, cut bool) error {
	if !cut {
		return nil
	}
	return l.line(struct {
		Truncated bool  `json:"truncated"`
		Rows      int64 `json:"rows"`
	}{true, rows})
}
