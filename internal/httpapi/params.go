package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	_ "time/tzdata" // so that time zones are known wherever the binary runs
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// cookieDropped makes a browser drop a cookie.
var cookieDropped = fasthttp.CookieExpireDelete

// validUUID reports whether s is a UUID in its canonical lower-case form.
func validUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || (!dash && !(s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f')) {
			return false
		}
	}
	return true
}

// validID reports whether s can be an id of anything of ours: short and of plain
// letters, so that it needs no escaping anywhere.
func validID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// pathID reads an id from the path; one that cannot exist is not found.
func pathID(c *fiber.Ctx, name string) (string, error) {
	if id := c.Params(name); validID(id) {
		return id, nil
	}
	return "", errNotFound
}

// query reads the parameters of a request one by one and keeps the first that is wrong.
type query struct {
	c   *fiber.Ctx
	err error
}

// text reads free text of at most bytesMax bytes. NUL and broken UTF-8 stop here, because
// not every database can hold them.
func (q *query) text(name string, bytesMax int) string {
	s := q.c.Query(name)
	if q.err == nil && (len(s) > bytesMax || !utf8.ValidString(s) || bytes.IndexByte([]byte(s), 0) >= 0) {
		q.err = badRequest(fmt.Sprintf("%s: longer than %d bytes, or not plain text", name, bytesMax))
	}
	return s
}

// whole reads an integer from lo to hi, with what holds where it is absent.
func (q *query) whole(name string, otherwise, lo, hi int64) int64 {
	s := q.c.Query(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if q.err == nil && (err != nil || n < lo || n > hi) {
		q.err = badRequest(fmt.Sprintf("%s: not a whole number from %d to %d", name, lo, hi))
	}
	return n
}

// millis reads a time in unix ms; 0 where it is absent.
func (q *query) millis(name string) int64 { return q.whole(name, 0, 0, 1<<53) }

// flag reads true or false; false where it is absent.
func (q *query) flag(name string) bool {
	switch q.c.Query(name) {
	case "", "false", "0":
		return false
	case "true", "1":
		return true
	}
	if q.err == nil {
		q.err = badRequest(name + ": neither true nor false")
	}
	return false
}

// choice reads one of the words given, the first where it is absent.
func (q *query) choice(name string, words ...string) string {
	s := q.c.Query(name)
	if s == "" {
		return words[0]
	}
	for _, w := range words {
		if s == w {
			return s
		}
	}
	if q.err == nil {
		q.err = badRequest(fmt.Sprintf("%s: not one of %q", name, words))
	}
	return words[0]
}

// zone reads the name of a time zone of the IANA database, such as Asia/Seoul; UTC where it is absent.
func (q *query) zone(name string) *time.Location {
	s := q.text(name, zoneBytesMax)
	if s == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" { // which would be the server's own
		if q.err == nil {
			q.err = badRequest(name + ": not a time zone of the IANA database, such as Asia/Seoul")
		}
		return time.UTC
	}
	return zone
}

// id reads an id; empty where it is absent. One that cannot exist is not found.
func (q *query) id(name string) string {
	s := q.c.Query(name)
	if q.err == nil && s != "" && !validID(s) {
		q.err = errNotFound
	}
	return s
}

// decode reads the body as one JSON value into v. Fields that v does not have are an
// error, so that a misspelt one is not silently dropped; so are NUL and broken UTF-8.
func decode(c *fiber.Ctx, v any) error {
	body := c.BodyRaw()
	if !utf8.Valid(body) {
		return badRequest("body: not valid UTF-8")
	}
	if escapesNUL(body) {
		return badRequest(`body: holds the character \u0000, which cannot be kept`)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest("body: " + jsonFault(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("body: more than one JSON value")
	}
	return nil
}

// jsonFault puts into words what is wrong with a body, without quoting its values.
func jsonFault(err error) string {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("field %q is a %s", t.Field, t.Value)
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("not JSON: %s at byte %d", s.Error(), s.Offset)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "not JSON: it ends too early"
	}
	return err.Error()
}

// escapesNUL finds \u0000 in JSON, but not the text \\u0000.
func escapesNUL(body []byte) bool {
	nul := []byte(`u0000`)
	for from := 0; ; {
		i := bytes.Index(body[from:], nul)
		if i < 0 {
			return false
		}
		at := from + i
		slashes := 0
		for at-slashes > 0 && body[at-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 1 {
			return true
		}
		from = at + len(nul)
	}
}

// respond answers with v as JSON, compressed where that is worth it.
func respond(c *fiber.Ctx, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("http: encode answer: %w", err)
	}
	if len(body) >= compressWorthBytes {
		c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		if encoding := encodingFor(c.Get(fiber.HeaderAcceptEncoding)); encoding != "" {
			if body, err = compressed(body, encoding); err != nil {
				return fmt.Errorf("http: compress answer: %w", err)
			}
			c.Set(fiber.HeaderContentEncoding, encoding)
		}
	}
	c.Status(status)
	c.Response().Header.SetContentType(fiber.MIMEApplicationJSON)
	c.Response().SetBodyRaw(body)
	return nil
}

// list is one page of a list. The cursor is empty on the last page.
type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor"`
}

// listOf makes sure that an empty list is [] and not null.
func listOf[T any](items []T, next string) list[T] {
	if items == nil {
		items = []T{}
	}
	return list[T]{Items: items, NextCursor: next}
}
