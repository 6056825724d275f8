package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

const problemBase = "https://afterimage.dev/problems/"

// problem is an RFC 9457 problem document, and the error that leads to it.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Where a search query is wrong (rune offsets), why, by a name that apps have words for, and what to
	// write instead.
	Position   *int     `json:"position,omitempty"`
	End        *int     `json:"end,omitempty"`
	Code       string   `json:"code,omitempty"`
	Args       []string `json:"args,omitempty"` // what the words for the code speak of
	Hint       string   `json:"hint,omitempty"`
	Unfinished bool     `json:"unfinished,omitempty"` // it only ends too early

	retryAfter int // seconds; 0: not told
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

// The problems that arise in this package itself.
var (
	errUnknownKey = newProblem(401, "unknown-key", "Unknown project key", "No project has this public key.")
	errEncoding   = newProblem(415, "unsupported-encoding", "Unsupported encoding", "Send JSON as it is, or compressed once with gzip or zstd.")
	errSignIn     = newProblem(401, "unauthenticated", "Sign in first", "Send a bearer token, or sign in.")
	errRole       = newProblem(403, "not-allowed", "Not allowed", "Your role does not allow this.")
	errOneProject = newProblem(403, "not-allowed", "Not allowed", "A token belongs to one project; sign in to do this.")
	errCrossSite  = newProblem(403, "cross-site", "Request from another site", "A change made with the cookie must come from this site's own pages.")
	errNotFound   = newProblem(404, "not-found", "Not found", "There is nothing here, or not in this project.")
	errStreams    = &problem{Type: problemBase + "busy", Title: "Busy", Status: 503, Detail: "Too many streams are open.", retryAfter: retryAfterSeconds}
)

func newProblem(status int, slug, title, detail string) *problem {
	return &problem{Type: problemBase + slug, Title: title, Status: status, Detail: detail}
}

// badRequest is a parameter or body that cannot be used; detail says which and why.
func badRequest(detail string) *problem { return newProblem(400, "invalid", "Invalid request", detail) }

// problems maps the domains' sentinels to answers; the first that matches holds.
// Where detail is empty, the error's own words are shown: they are written for that.
var problems = []struct {
	err         error
	status      int
	slug, title string
	detail      string
}{
	{replay.ErrErased, 410, "erased", "Session erased", "This session was erased; nothing of it is kept or will be stored."},
	{replay.ErrWrongSecret, 403, "wrong-secret", "Wrong session secret", "The batch does not bring the secret that began the session."},
	{replay.ErrConflict, 409, "conflict", "Batch number taken", "Other events were stored under this number."},
	{replay.ErrTooLarge, 413, "too-large", "Too large", ""},
	{replay.ErrInvalid, 400, "invalid-upload", "Invalid upload", ""},
	{replay.ErrBusy, 503, "busy", "Busy", "Storage does not keep up; send it again later."},
	{replay.ErrChanged, 503, "busy", "Busy", "The session changed meanwhile; try again."},
	{replay.ErrDamaged, 500, "damaged", "Stored bytes damaged", "A part of this recording cannot be read; run afterimage verify."},
	{replay.ErrNotFound, 404, "not-found", "Not found", errNotFound.Detail},
	{feedback.ErrNotFound, 404, "not-found", "Not found", errNotFound.Detail},
	{feedback.ErrInvalid, 400, "invalid", "Invalid request", ""},
	{account.ErrNotFound, 404, "not-found", "Not found", errNotFound.Detail},
	{account.ErrExists, 409, "exists", "Already exists", "The id, key or e-mail is taken."},
	{account.ErrInvalid, 400, "invalid", "Invalid request", ""},
	{account.ErrDenied, 401, "denied", "Denied", ""},
	{account.ErrExpired, 401, "expired", "Expired", ""},
	{search.ErrSavedNotFound, 404, "not-found", "Not found", errNotFound.Detail},
	{search.ErrSavedName, 409, "exists", "Already exists", "The project has another saved search of this name."},
	{search.ErrCursor, 400, "invalid", "Invalid request", ""},
	{search.ErrUnavailable, 503, "search-unavailable", "Search unavailable", "The search engine does not answer now; recording goes on. Try again in a moment."},
	{context.DeadlineExceeded, 503, "busy", "Busy", "This took too long; try again later."},
	{context.Canceled, 503, "busy", "Busy", "The server is stopping; try again."},
}

// problemFor turns any error into the problem to show. What is not known is a 500
// that says nothing of the cause.
func problemFor(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if t, ok := errors.AsType[*auth.ThrottledError](err); ok {
		return &problem{Type: problemBase + "throttled", Title: "Too many tries", Status: 429, Detail: t.Error(),
			retryAfter: int(math.Ceil(t.Wait.Seconds()))}
	}
	if q, ok := errors.AsType[*search.QueryError](err); ok {
		p := newProblem(400, "bad-query", "The query cannot be understood", q.Why)
		p.Position, p.End, p.Code, p.Args, p.Hint, p.Unfinished = &q.Pos, &q.End, q.Code, q.Args, q.Hint, q.Unfinished
		return p
	}
	if f, ok := errors.AsType[*fiber.Error](err); ok {
		return problemOf(f.Code)
	}
	for _, k := range problems {
		if !errors.Is(err, k.err) {
			continue
		}
		p := newProblem(k.status, k.slug, k.title, k.detail)
		if k.detail == "" {
			p.Detail = inWords(err, k.err)
		}
		if k.status == 503 {
			p.retryAfter = retryAfterSeconds
		}
		return p
	}
	return problemOf(500)
}

// inWords is what an error says, without the package's and the sentinel's own name: the
// title says that already.
func inWords(err, sentinel error) string {
	text := strings.TrimSuffix(err.Error(), ": "+sentinel.Error())
	return strings.TrimPrefix(strings.TrimPrefix(text, sentinel.Error()+": "), "auth: ")
}

// problemOf is the problem of a bare HTTP status, as the server itself gives.
func problemOf(status int) *problem {
	switch status {
	case 404:
		return errNotFound
	case 405:
		return newProblem(405, "method-not-allowed", "Method not allowed", "See the Allow header for what can be done here.")
	case 408:
		return newProblem(408, "timeout", "Request timeout", "The request did not come in whole in time.")
	case 413:
		return newProblem(413, "too-large", "Too large", "The body is larger than this route takes.")
	case 431:
		return newProblem(431, "headers-too-large", "Headers too large", "The request's headers are larger than 16 KiB.")
	case 500:
		return newProblem(500, "internal", "Internal error", "Something failed here; the server's log says what.")
	case 501:
		return newProblem(501, "method-unknown", "Unknown method", "The server does not know this method.")
	}
	return newProblem(status, "bad-request", "Bad request", "The request is not valid HTTP.")
}

// fail answers with the problem of err, and logs what is the server's own fault.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	p := problemFor(err)
	if p.Status >= 500 {
		level := slog.LevelError
		if p.Status == 503 { // told to come back: under load there may be many
			level = slog.LevelWarn
		}
		s.Log.Log(c.UserContext(), level, "request failed", slog.String("route", routeLabel(c)), slog.Int("status", p.Status), slog.Any("error", err))
	}
	secureHeaders(c, c.Path())
	writeProblem(c.Context(), p)
	return nil
}

func writeProblem(c *fasthttp.RequestCtx, p *problem) {
	body, err := json.Marshal(p)
	if err != nil { // a problem holds nothing that cannot be encoded
		body = []byte(`{"status":500}`)
	}
	c.Response.ResetBody()
	c.Response.SetStatusCode(p.Status)
	c.Response.Header.SetContentType("application/problem+json")
	c.Response.Header.Set(fiber.HeaderCacheControl, "no-store")
	c.Response.Header.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	if p.retryAfter > 0 {
		c.Response.Header.Set(fiber.HeaderRetryAfter, strconv.Itoa(p.retryAfter))
	}
	if p.Status == 401 && !strings.HasPrefix(string(c.Path()), "/ingest/") {
		c.Response.Header.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	c.Response.SetBodyRaw(body)
}
