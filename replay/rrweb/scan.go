package rrweb

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// depthMax bounds the nesting of JSON. A snapshot nests two levels per DOM level;
// browsers' parsers stop at 512 DOM levels, scripts can go somewhat deeper.
const depthMax = 4096

// Event is one rrweb event as scanned. Its byte slices point into the input.
type Event struct {
	Type      int
	Timestamp int64  // unix ms of the recording browser's clock; a fraction is cut off
	Source    int    // data.source, -1 where there is none
	DataType  int    // data.type, -1 where there is none (the kind of a mouse interaction)
	Tag       string // data.tag of a custom event, data.plugin of a plugin event
	Data      []byte // the data value's JSON
	Raw       []byte // the whole event's JSON, as sent
}

// Envelope is what an upload says besides its events.
type Envelope struct {
	Secret string
	SentAt int64           // unix ms, client clock; 0 where not given
	Meta   json.RawMessage // nil where not given
	Events int             // how many there were
}

// SyntaxError says where input stops being the JSON that is expected. It holds no content.
type SyntaxError struct {
	Offset int // bytes from the start of the input
	Event  int // index of the event it lies in, -1 outside of events
	Why    string
}

func (e *SyntaxError) Error() string {
	if e.Event >= 0 {
		return fmt.Sprintf("byte %d, in event %d: %s", e.Offset, e.Event, e.Why)
	}
	return fmt.Sprintf("byte %d: %s", e.Offset, e.Why)
}

// ScanEnvelope reads an upload's body: one JSON object with secret, sentAt, meta and
// events, other keys being ignored. fn is called for each event in order. The whole input
// is checked, so that what is accepted here is valid JSON in valid UTF-8 for every
// other parser. Returns a *SyntaxError, or fn's first error.
func ScanEnvelope(body []byte, fn func(Event) error) (Envelope, error) {
	s := scanner{b: body, event: -1}
	var env Envelope
	seen := make(map[string]bool, 4)
	err := s.object(func(key []byte) error {
		switch string(key) {
		case "secret", "sentAt", "meta", "events":
			if seen[string(key)] {
				return s.fail("the key " + strconv.Quote(string(key)) + " stands twice")
			}
			seen[string(key)] = true
		}
		return s.envelopeField(string(key), &env, fn)
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && !seen["events"] {
		err = s.fail(`there is no "events"`)
	}
	return env, err
}

func (s *scanner) envelopeField(key string, env *Envelope, fn func(Event) error) error {
	switch key {
	case "secret":
		v, err := s.stringValue()
		env.Secret = v
		return err
	case "sentAt":
		v, err := s.number()
		env.SentAt = v
		return err
	case "meta":
		start := s.i
		if err := s.value(); err != nil {
			return err
		}
		env.Meta = json.RawMessage(s.b[start:s.i])
		return nil
	case "events":
		n, err := s.events(fn)
		env.Events = n
		return err
	}
	return s.value()
}

// ScanArray reads a JSON array of events. It returns their number, and errors as [ScanEnvelope] does.
func ScanArray(array []byte, fn func(Event) error) (int, error) {
	s := scanner{b: array, event: -1}
	n, err := s.events(fn)
	if err == nil {
		err = s.end()
	}
	return n, err
}

// ScanLines reads events that stand one after another, separated by white space, as
// in a block at rest. It returns their number, and errors as [ScanEnvelope] does.
func ScanLines(lines []byte, fn func(Event) error) (int, error) {
	s := scanner{b: lines, event: -1}
	n := 0
	for s.space(); s.i < len(s.b); s.space() {
		s.event = n
		if err := s.oneEvent(fn); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// events reads an array of events.
func (s *scanner) events(fn func(Event) error) (int, error) {
	if err := s.enter('[', "an array of events"); err != nil {
		return 0, err
	}
	n := 0
	if s.is(']') {
		s.i++
		s.depth--
		return 0, nil
	}
	for {
		s.event = n
		if err := s.oneEvent(fn); err != nil {
			return n, err
		}
		n++
		s.space()
		if s.is(']') {
			s.i++
			s.depth--
			s.event = -1
			return n, nil
		}
		if !s.is(',') {
			return n, s.unexpected("a comma or a closing bracket")
		}
		s.i++
		s.space()
	}
}

// oneEvent reads one event and hands it to fn.
func (s *scanner) oneEvent(fn func(Event) error) error {
	start := s.i
	ev := Event{Type: -1, Timestamp: math.MinInt64, Source: -1, DataType: -1}
	err := s.object(func(key []byte) error {
		switch string(key) {
		case "type":
			if ev.Type >= 0 {
				return s.fail("the event's type stands twice")
			}
			v, err := s.number()
			if err == nil && (v < 0 || v > 255) {
				return s.fail("the event's type is not one of rrweb's")
			}
			ev.Type = int(v)
			return err
		case "timestamp":
			if ev.Timestamp != math.MinInt64 {
				return s.fail("the event's timestamp stands twice")
			}
			v, err := s.number()
			ev.Timestamp = v
			return err
		case "data":
			return s.data(&ev)
		}
		return s.value()
	})
	if err != nil {
		return err
	}
	if ev.Type < 0 {
		return s.fail("the event has no type")
	}
	if ev.Timestamp == math.MinInt64 {
		return s.fail("the event has no timestamp")
	}
	ev.Raw = s.b[start:s.i]
	return fn(ev)
}

// data reads an event's data and notes what tells events apart.
func (s *scanner) data(ev *Event) error {
	start := s.i
	if !s.is('{') {
		err := s.value()
		ev.Data = s.b[start:s.i]
		return err
	}
	err := s.object(func(key []byte) error {
		var err error
		switch string(key) {
		case "source":
			ev.Source, err = s.small()
		case "type":
			ev.DataType, err = s.small()
		case "tag", "plugin":
			if s.is('"') {
				ev.Tag, err = s.stringValue()
				return err
			}
			return s.value()
		default:
			return s.value()
		}
		return err
	})
	ev.Data = s.b[start:s.i]
	return err
}

// small reads a value and returns it if it is a small number, else -1.
func (s *scanner) small() (int, error) {
	if s.i < len(s.b) && (s.b[s.i] == '-' || s.b[s.i] >= '0' && s.b[s.i] <= '9') {
		v, err := s.number()
		if v < 0 || v > 255 {
			v = -1
		}
		return int(v), err
	}
	return -1, s.value()
}
