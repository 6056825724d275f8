package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// timestampMax is the last millisecond that a JavaScript date can hold.
const timestampMax = 8.64e15

// Read gives the events of one file to sink. The name is used in errors only. It
// returns an [*Error] for a file that is broken or holds no event, the sink's error
// as it is, or the context's.
//
// Known shapes, each packed or not: an array of events; events one after another
// (NDJSON); an array of arrays of events (Sentry, as downloaded); a line
// {"segment_id":n} before an array, itself packed or not (Sentry, as sent); an object
// with a list "events" or "snapshots"; PostHog's {"version","data":{"snapshots":[…]}}
// and {"version","data":{"snapshotsByWindowId":{…}}}; and PostHog's snapshot lines
// ["window",event] and {"window_id","data":[…]}.
func Read(ctx context.Context, name string, r io.Reader, sink Sink) error {
	text, err := unpack(r)
	if err != nil {
		return &Error{File: name, Why: err.Error()}
	}
	p := &reader{ctx: ctx, s: newScanner(text), sink: sink}
	if err := p.all(); err != nil {
		return p.explain(name, err)
	}
	if p.events == 0 {
		return &Error{File: name, Why: "it holds no events"}
	}
	return nil
}

// reader turns the text of one file into events.
type reader struct {
	ctx    context.Context
	s      *scanner
	sink   Sink
	events int64
	inside bool // an event has begun and not ended
}

// misplaced is an error about something that stands elsewhere than where the scanner is.
type misplaced struct {
	at  place
	why string
}

func (m *misplaced) Error() string { return m.why }

// explain makes an error of the scanner one for a person.
func (p *reader) explain(name string, err error) error {
	if s := (*stopped)(nil); errors.As(err, &s) {
		return s.err
	}
	at, why := p.s.here(), err.Error()
	var m *misplaced
	switch {
	case errors.As(err, &m):
		at = m.at
	case errors.Is(err, errEnd) && p.inside:
		why = fmt.Sprintf("the file ends inside event %d", p.events+1)
	case errors.Is(err, errEnd):
		why = fmt.Sprintf("the file ends before its list of events does, after event %d", p.events)
	case p.inside:
		why = fmt.Sprintf("in event %d: %s", p.events+1, why)
	}
	return &Error{File: name, Offset: at.offset, Line: at.line, Column: at.offset - at.lineStart + 1, Why: why}
}

// all reads the values at the top of a file, of which there may be many.
func (p *reader) all() error {
	p.skipMark()
	for {
		c, err := p.s.space()
		if errors.Is(err, errEnd) {
			return nil
		}
		if err != nil {
			return err
		}
		switch c {
		case '[':
			err = p.list("", 0)
		case '{':
			var header bool
			header, err = p.object("", true)
			if err == nil && header {
				err = p.afterHeader()
			}
		default:
			return p.notAnEvent(c)
		}
		if err != nil {
			return err
		}
	}
}

// skipMark passes a byte order mark, which some editors put before JSON.
func (p *reader) skipMark() {
	if _, err := p.s.peek(); err == nil && bytes.HasPrefix(p.s.buf[:p.s.end], []byte("\xef\xbb\xbf")) {
		p.s.pos += 3
	}
}

// afterHeader goes on with the packed rest of a Sentry segment, if it is packed.
func (p *reader) afterHeader() error {
	if c, err := p.s.space(); err != nil || c != 0x78 {
		return nil // an end or an error is met again by the caller
	}
	rest, err := unpack(io.MultiReader(bytes.NewReader(p.s.buf[p.s.pos:p.s.end]), p.s.r))
	if err != nil {
		return err
	}
	p.s = newScanner(rest)
	return nil
}

// list reads an array of events, of such arrays, or PostHog's ["window", event].
func (p *reader) list(window string, depth int) error {
	if depth == listDepthMax {
		return fmt.Errorf("lists of events nest deeper than %d levels", listDepthMax)
	}
	return p.s.array(func(i int) error {
		c, err := p.s.space()
		if err != nil {
			return err
		}
		switch {
		case c == '{':
			_, err = p.object(window, false)
			return err
		case c == '[':
			return p.list(window, depth+1)
		case c == '"' && i == 0:
			window, err = p.name()
			return err
		}
		return p.notAnEvent(c)
	})
}

func (p *reader) notAnEvent(c byte) error {
	return fmt.Errorf("%q where event %d should stand", printable(c), p.events+1)
}

// name passes a string and returns what it says.
func (p *reader) name() (string, error) {
	raw := []byte{'"'}
	if err := p.s.text(&raw); err != nil {
		return "", err
	}
	var name string
	if err := json.Unmarshal(append(raw, '"'), &name); err != nil {
		return "", err
	}
	return name, nil
}

// head is what has been seen of an object that may be an event.
type head struct {
	typ, at        float64
	hasType, hasAt bool
	window         string
	dataIsList     bool // PostHog's {"window_id","data":[…]}
	segment        bool // Sentry's {"segment_id":n}
	streamed       bool // it was a box of events, which are read already
}

// object reads an object: an event, or something that holds events, which may be a
// box of any size only at the top of a file. It reports whether it was a header.
func (p *reader) object(window string, top bool) (header bool, err error) {
	if err := interrupted(p.ctx); err != nil {
		return false, err
	}
	start := p.s.here()
	h := head{window: window}
	p.s.keep()
	p.inside = true
	err = p.s.object(func(key []byte) error { return p.member(key, &h, top) })
	if err != nil {
		return false, err
	}
	p.inside = false
	switch {
	case h.streamed:
		return false, nil
	case h.hasType && h.hasAt:
		return false, p.emit(&h, p.s.take(), start)
	case h.dataIsList:
		return false, p.line(&h, p.s.take(), start)
	case top && h.segment:
		p.s.drop()
		return true, nil
	case !h.hasType:
		return false, &misplaced{start, fmt.Sprintf("event %d has no numeric type", p.events+1)}
	}
	return false, &misplaced{start, fmt.Sprintf("event %d has no numeric timestamp", p.events+1)}
}

func (p *reader) member(key []byte, h *head, top bool) error {
	if bytes.IndexByte(key, '\\') >= 0 {
		key = unescaped(key)
	}
	c, err := p.s.space()
	if err != nil {
		return err
	}
	switch string(key) {
	case "type":
		return p.numeric("types", &h.typ, &h.hasType)
	case "timestamp":
		return p.numeric("timestamps", &h.at, &h.hasAt)
	case "windowId", "window_id":
		if c == '"' {
			h.window, err = p.name()
			return err
		}
	case "segment_id":
		h.segment = true
	case "data":
		h.dataIsList = c == '['
		if c == '{' && top && !h.hasType {
			return p.s.object(func(key []byte) error { return p.box(key, h) })
		}
	case "events", "snapshots":
		if top && !h.hasType {
			return p.box(key, h)
		}
	}
	return p.s.value()
}

// unescaped is the key with its escapes resolved.
func unescaped(key []byte) []byte {
	var s string
	if json.Unmarshal([]byte(`"`+string(key)+`"`), &s) != nil {
		return key // a lone surrogate; no key that matters here
	}
	return []byte(s)
}

// box reads a member that may be the list of events of an export. No event of rrweb
// has such a member at that place.
func (p *reader) box(key []byte, h *head) error {
	c, err := p.s.space()
	if err != nil {
		return err
	}
	switch {
	case c == '[' && (string(key) == "snapshots" || string(key) == "events"):
		p.open(h)
		return p.list(h.window, 0)
	case c == '{' && string(key) == "snapshotsByWindowId":
		p.open(h)
		return p.s.object(func(window []byte) error {
			c, err := p.s.space()
			if err != nil {
				return err
			}
			if c != '[' {
				return p.notAnEvent(c)
			}
			return p.list(string(unescaped(window)), 0)
		})
	}
	return p.s.value()
}

// open notes that the object being read is a box: it is not kept.
func (p *reader) open(h *head) {
	p.s.drop()
	p.inside, h.streamed = false, true
}

// numeric passes a value and notes it, if it is a number.
func (p *reader) numeric(what string, out *float64, has *bool) error {
	if c, err := p.s.space(); err != nil || c != '-' && (c < '0' || c > '9') {
		return p.s.value()
	}
	if *has {
		return fmt.Errorf("it has two %s", what)
	}
	var text []byte
	if err := p.s.number(&text); err != nil {
		return err
	}
	n, err := strconv.ParseFloat(string(text), 64)
	*out, *has = n, err == nil
	return nil
}

// emit gives one event to the sink.
func (p *reader) emit(h *head, raw []byte, start place) error {
	switch {
	case h.typ != math.Trunc(h.typ) || h.typ < 0 || h.typ > math.MaxInt32:
		return &misplaced{start, fmt.Sprintf("event %d has a type that is not a whole number from 0", p.events+1)}
	case h.at < 0 || h.at > timestampMax:
		return &misplaced{start, fmt.Sprintf("event %d has a timestamp that is not a date after 1970 in milliseconds", p.events+1)}
	case len(raw) > eventBytesMax:
		return &misplaced{start, fmt.Sprintf("event %d is larger than %d MiB", p.events+1, eventBytesMax>>20)}
	}
	if err := p.sink(Event{Raw: raw, Type: int64(h.typ), At: int64(h.at), Window: h.window}); err != nil {
		return &stopped{err}
	}
	p.events++
	return nil
}

// line reads the events of one PostHog line {"window_id","data":[…]}, kept whole.
func (p *reader) line(h *head, raw []byte, start place) error {
	outer := p.s
	p.s = newBytesScanner(bytes.Clone(raw), start)
	err := p.s.object(func(key []byte) error {
		if string(key) != "data" {
			return p.s.value()
		}
		if _, err := p.s.space(); err != nil {
			return err
		}
		return p.list(h.window, 1)
	})
	if err == nil {
		p.s = outer
	}
	return err // with the scanner left where the error is, for explain
}
