package rrweb

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"unicode/utf8"
)

// scanner walks JSON strictly: RFC 8259 grammar, valid UTF-8, bounded depth.
type scanner struct {
	b     []byte
	i     int
	depth int
	event int                     // index of the event being read, -1 outside
	open  [depthMax/64 + 1]uint64 // per level, whether it is an object; used by nested
}

func (s *scanner) fail(why string) error {
	return &SyntaxError{Offset: s.i, Event: s.event, Why: why}
}

// unexpected says what stands where something else must.
func (s *scanner) unexpected(want string) error {
	if s.i >= len(s.b) {
		return s.fail("the input ends where " + want + " must come")
	}
	return s.fail(want + " must come here")
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\n', '\t', '\r':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) end() error {
	if s.space(); s.i != len(s.b) {
		return s.fail("there is more after the end")
	}
	return nil
}

func (s *scanner) is(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }

// enter takes the opening bracket and counts the level.
func (s *scanner) enter(open byte, what string) error {
	if s.space(); !s.is(open) {
		return s.unexpected(what)
	}
	if s.depth++; s.depth > depthMax {
		return s.fail("nested deeper than " + strconv.Itoa(depthMax) + " levels")
	}
	s.i++
	s.space()
	return nil
}

// object reads an object and calls field at each value, whose first byte is next.
// The key is only valid during the call.
func (s *scanner) object(field func(key []byte) error) error {
	if err := s.enter('{', "an object"); err != nil {
		return err
	}
	if s.is('}') {
		s.i++
		s.depth--
		return nil
	}
	for {
		key, err := s.key()
		if err != nil {
			return err
		}
		if err := field(key); err != nil {
			return err
		}
		s.space()
		if s.is('}') {
			s.i++
			s.depth--
			return nil
		}
		if !s.is(',') {
			return s.unexpected("a comma or a closing brace")
		}
		s.i++
		s.space()
	}
}

// key reads an object's key, the colon and the space after it.
func (s *scanner) key() ([]byte, error) {
	start := s.i
	if err := s.str(); err != nil {
		return nil, err
	}
	quoted := s.b[start:s.i]
	if s.space(); !s.is(':') {
		return nil, s.unexpected("a colon")
	}
	s.i++
	s.space()
	// Keys that matter are plain; one written with escapes must not slip past as another.
	if bytes.IndexByte(quoted, '\\') >= 0 {
		return []byte(unquote(quoted)), nil
	}
	return quoted[1 : len(quoted)-1], nil
}

func unquote(raw []byte) string {
	var v string
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	return v
}

func (s *scanner) stringValue() (string, error) {
	start := s.i
	if !s.is('"') {
		return "", s.unexpected("a string")
	}
	if err := s.str(); err != nil {
		return "", err
	}
	return unquote(s.b[start:s.i]), nil
}

// number reads a number and cuts its fraction off.
func (s *scanner) number() (int64, error) {
	start := s.i
	if s.i >= len(s.b) || s.b[s.i] != '-' && (s.b[s.i] < '0' || s.b[s.i] > '9') {
		return 0, s.unexpected("a number")
	}
	if err := s.num(); err != nil {
		return 0, err
	}
	text := string(s.b[start:s.i])
	if v, err := strconv.ParseInt(text, 10, 64); err == nil {
		return v, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || math.Abs(v) > 1<<53 {
		return 0, s.fail("the number is out of range")
	}
	return int64(v), nil
}

// value checks one JSON value of any kind and goes past it.
func (s *scanner) value() error {
	if s.i >= len(s.b) {
		return s.unexpected("a value")
	}
	switch c := s.b[s.i]; {
	case c == '"':
		return s.str()
	case c == '{' || c == '[':
		return s.nested()
	case c == '-' || c >= '0' && c <= '9':
		return s.num()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	return s.unexpected("a value")
}

func (s *scanner) literal(word string) error {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return s.unexpected("a value")
	}
	s.i += len(word)
	return nil
}

// nested checks an object or array without recursion: open holds one bit per level.
func (s *scanner) nested() error {
	base := s.depth
	for {
		// At the start of a value, or of a container's first element.
		if s.i >= len(s.b) {
			return s.unexpected("a value")
		}
		if c := s.b[s.i]; c == '{' || c == '[' {
			if s.depth++; s.depth > depthMax {
				return s.fail("nested deeper than " + strconv.Itoa(depthMax) + " levels")
			}
			level := uint(s.depth)
			s.i++
			s.space()
			if c == '{' {
				s.open[level/64] |= 1 << (level % 64)
			} else {
				s.open[level/64] &^= 1 << (level % 64)
			}
			if !s.is(c + 2) { // '{'+2 is '}', '['+2 is ']'
				if c == '{' {
					if err := s.memberKey(); err != nil {
						return err
					}
				}
				continue
			}
		} else if err := s.value(); err != nil {
			return err
		}
		if done, err := s.closeLevels(base); done || err != nil {
			return err
		}
	}
}

// closeLevels goes past what follows a value: closing brackets, then a comma and, in
// an object, the next key. done means that the outermost container has ended.
func (s *scanner) closeLevels(base int) (done bool, err error) {
	// An empty container has its closing bracket still to come.
	for {
		s.space()
		level := uint(s.depth)
		isObject := s.open[level/64]&(1<<(level%64)) != 0
		switch {
		case s.is(',') && isObject:
			s.i++
			s.space()
			return false, s.memberKey()
		case s.is(','):
			s.i++
			s.space()
			return false, nil
		case isObject && s.is('}'), !isObject && s.is(']'):
			s.i++
			if s.depth--; s.depth == base {
				return true, nil
			}
		default:
			return false, s.unexpected("a comma or the closing bracket")
		}
	}
}

// memberKey checks a key and its colon.
func (s *scanner) memberKey() error {
	if !s.is('"') {
		return s.unexpected("a key")
	}
	if err := s.str(); err != nil {
		return err
	}
	if s.space(); !s.is(':') {
		return s.unexpected("a colon")
	}
	s.i++
	s.space()
	return nil
}

// num checks a number's grammar.
func (s *scanner) num() error {
	if s.is('-') {
		s.i++
	}
	switch {
	case s.is('0'):
		s.i++
	case !s.digits():
		return s.unexpected("a digit")
	}
	if s.is('.') {
		if s.i++; !s.digits() {
			return s.unexpected("a digit")
		}
	}
	if s.is('e') || s.is('E') {
		s.i++
		if s.is('+') || s.is('-') {
			s.i++
		}
		if !s.digits() {
			return s.unexpected("a digit")
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

// str checks a string, from its opening to past its closing quote.
func (s *scanner) str() error {
	if !s.is('"') {
		return s.unexpected("a string")
	}
	b, i := s.b, s.i+1
	for {
		i = plainRun(b, i)
		if i >= len(b) {
			s.i = i
			return s.unexpected("the end of a string")
		}
		switch c := b[i]; {
		case c == '"':
			s.i = i + 1
			return nil
		case c == '\\':
			n := escape(b[i:])
			if n == 0 {
				s.i = i
				return s.fail("an escape that JSON does not have")
			}
			i += n
		case c < 0x20:
			s.i = i
			return s.fail("a control character in a string")
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n <= 1 {
				s.i = i
				return s.fail("invalid UTF-8")
			}
			i += n
		}
	}
}

// escape returns the length of the escape that b begins with, 0 if it is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}
