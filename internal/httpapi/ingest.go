package httpapi

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/mileusna/useragent"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/replay"
)

// ingested is the answer to an upload that is stored.
type ingested struct {
	Session   string `json:"session"`
	Tab       string `json:"tab"`
	Seq       int64  `json:"seq"`
	Duplicate bool   `json:"duplicate"`
	Events    int    `json:"events"`
}

// ingest takes one upload. A 200 means that it is durable; see replay.Service.
func (s *Server) ingest(c *fiber.Ctx) error {
	began := time.Now()
	answer, size, err := s.takeIn(c)
	s.metrics.ingested(answer.Duplicate, err, size, time.Since(began))
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, answer)
}

func (s *Server) takeIn(c *fiber.Ctx) (ingested, int, error) {
	session, tab := c.Params("session"), c.Params("tab")
	seq, err := strconv.ParseInt(c.Params("seq"), 10, 64)
	if !validUUID(session) || !validUUID(tab) || err != nil || seq < 0 || seq > seqMax || c.Params("seq") != strconv.FormatInt(seq, 10) {
		return ingested{}, 0, newProblem(400, "invalid-upload", "Invalid upload",
			"The path is /ingest/v1/{key}/{session}/{tab}/{seq}: two lower-case UUIDs and a whole number from 0 to 2147483647.")
	}
	project, err := s.keys.project(c.UserContext(), c.Params("key"))
	if errors.Is(err, account.ErrNotFound) {
		return ingested{}, 0, errUnknownKey
	}
	if err != nil {
		return ingested{}, 0, err
	}
	// The body's own first bytes tell how it is compressed; a header that says something
	// we do not take, such as two layers, is refused before anything is unpacked.
	if e := strings.ToLower(c.Get(fiber.HeaderContentEncoding)); !slices.Contains([]string{"", "identity", "gzip", "zstd"}, e) {
		return ingested{}, 0, errEncoding
	}
	body := c.BodyRaw()
	receipt, err := s.Replay.Ingest(c.UserContext(), replay.Upload{ProjectID: project.ID, SessionID: session, TabID: tab, Seq: seq,
		Body: body, Client: s.client(c), ReceivedAt: s.Now().UnixMilli()})
	return ingested{session, tab, seq, receipt.Duplicate, receipt.Events}, len(body), err
}

// ingestPreflight answers browsers that ask first, which they do for a Content-Type
// that is not simple. Ours is; other recorders may send another.
func (s *Server) ingestPreflight(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowMethods, fiber.MethodPost)
	c.Set(fiber.HeaderAccessControlAllowHeaders, "Content-Type, Content-Encoding")
	c.Set(fiber.HeaderAccessControlMaxAge, "86400")
	return c.SendStatus(fiber.StatusNoContent)
}

// client is what the request tells of the browser.
func (s *Server) client(c *fiber.Ctx) replay.Client {
	ua := useragent.Parse(c.Get(fiber.HeaderUserAgent))
	return replay.Client{Browser: plain(ua.Name, 60), OS: plain(ua.OS, 60), Device: deviceOf(ua),
		Country: s.country(c), Language: languageOf(c.Get(fiber.HeaderAcceptLanguage))}
}

func deviceOf(ua useragent.UserAgent) string {
	switch {
	case ua.Bot:
		return "bot"
	case ua.Tablet:
		return "tablet"
	case ua.Mobile:
		return "mobile"
	case ua.Desktop:
		return "desktop"
	}
	return ""
}

// languageOf is the first language that a browser prefers ("ko-KR"), or empty.
func languageOf(header string) string {
	first, _, _ := strings.Cut(header, ",")
	tag, _, _ := strings.Cut(strings.TrimSpace(first), ";")
	if tag == "*" || len(tag) > 35 || !validID(tag) {
		return ""
	}
	return tag
}

// plain keeps printable ASCII of a header's word, at most bytesMax of it.
func plain(s string, bytesMax int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), bytesMax)]
}

// keyCache remembers projects by public key for a moment, so that a batch costs no
// query for them. Unknown keys are not remembered: a new project works at once.
type keyCache struct {
	store account.ProjectStore
	now   func() time.Time
	mu    sync.Mutex
	held  map[string]cachedProject
}

type cachedProject struct {
	account.Project
	until time.Time
}

func newKeyCache(store account.ProjectStore, now func() time.Time) *keyCache {
	return &keyCache{store: store, now: now, held: make(map[string]cachedProject)}
}

func (k *keyCache) project(ctx context.Context, key string) (account.Project, error) {
	if !validID(key) {
		return account.Project{}, account.ErrNotFound
	}
	k.mu.Lock()
	found, ok := k.held[key]
	k.mu.Unlock()
	if ok && k.now().Before(found.until) {
		return found.Project, nil
	}
	p, err := k.store.ProjectByKey(ctx, key)
	if err != nil {
		return account.Project{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.held) >= keyCacheMax {
		clear(k.held)
	}
	k.held[key] = cachedProject{p, k.now().Add(keyCacheAge)}
	return p, nil
}

// forget makes a change of a project hold at once in this process.
func (k *keyCache) forget(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.held, key)
}
