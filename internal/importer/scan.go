package importer

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// errEnd is what the scanner gives where the text ends inside a value.
var errEnd = errors.New("the file ends")

// place is where in the text something stands.
type place struct {
	offset    int64 // of the byte, from 0
	line      int64 // from 1
	lineStart int64 // offset of the line's first byte
}

// scanner reads JSON strictly (RFC 8259, valid UTF-8) from a stream, one token at a
// time, and keeps the bytes it passes while asked to.
type scanner struct {
	r        io.Reader
	readErr  error
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0]

	line, lineStart int64

	keeping bool
	kept    []byte
	from    int // start in buf of what is not in kept yet
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 64<<10), line: 1}
}

// newBytesScanner reads text that stands at the place given in its file.
func newBytesScanner(text []byte, at place) *scanner {
	return &scanner{readErr: io.EOF, buf: text, end: len(text), base: at.offset, line: at.line, lineStart: at.lineStart}
}

func (s *scanner) here() place {
	return place{offset: s.base + int64(s.pos), line: s.line, lineStart: s.lineStart}
}

// fill makes at least one more byte available, or returns io.EOF or the reader's error.
func (s *scanner) fill() error {
	if s.readErr != nil {
		return s.readErr
	}
	if s.keeping {
		s.kept = append(s.kept, s.buf[s.from:s.end]...)
		s.from = 0
		if len(s.kept) > eventBytesMax {
			return fmt.Errorf("one event is larger than %d MiB", eventBytesMax>>20)
		}
	}
	s.base += int64(s.end)
	s.pos, s.end = 0, 0
	for s.end == 0 {
		n, err := s.r.Read(s.buf)
		s.end = n
		if err != nil {
			s.readErr = err
			if n == 0 {
				return err
			}
		}
	}
	return nil
}

// keep starts to keep the bytes passed from here on.
func (s *scanner) keep() {
	s.keeping, s.kept, s.from = true, s.kept[:0], s.pos
}

// take ends keeping and returns the bytes, valid until the next keep.
func (s *scanner) take() []byte {
	s.keeping = false
	s.kept = append(s.kept, s.buf[s.from:s.pos]...)
	return s.kept
}

// drop ends keeping and forgets the bytes.
func (s *scanner) drop() { s.keeping, s.kept = false, s.kept[:0] }

// peek returns the next byte without passing it; errEnd at the end.
func (s *scanner) peek() (byte, error) {
	if s.pos == s.end {
		if err := s.fill(); err != nil {
			if errors.Is(err, io.EOF) {
				return 0, errEnd
			}
			return 0, err
		}
	}
	return s.buf[s.pos], nil
}

func (s *scanner) next() (byte, error) {
	c, err := s.peek()
	if err == nil {
		s.pos++
	}
	return c, err
}

// space passes white space and returns the byte after it, not passed.
func (s *scanner) space() (byte, error) {
	for {
		c, err := s.peek()
		if err != nil {
			return 0, err
		}
		switch c {
		case '\n':
			s.line++
			s.lineStart = s.base + int64(s.pos) + 1
		case ' ', '\t', '\r':
		default:
			return c, nil
		}
		s.pos++
	}
}

// expect passes white space and one byte, which must be c.
func (s *scanner) expect(c byte, where string) error {
	got, err := s.space()
	if err != nil {
		return err
	}
	if got != c {
		return fmt.Errorf("%q where %q should stand, %s", printable(got), string(c), where)
	}
	s.pos++
	return nil
}

// value passes one JSON value of any kind.
func (s *scanner) value() error { return s.nested(0) }

func (s *scanner) nested(depth int) error {
	if depth > depthMax {
		return fmt.Errorf("values nest deeper than %d levels", depthMax)
	}
	c, err := s.space()
	if err != nil {
		return err
	}
	switch {
	case c == '{':
		return s.object(func([]byte) error { return s.nested(depth + 1) })
	case c == '[':
		return s.array(func(int) error { return s.nested(depth + 1) })
	case c == '"':
		return s.text(nil)
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case c == '-' || c >= '0' && c <= '9':
		return s.number(nil)
	}
	return fmt.Errorf("%q where a value should stand", printable(c))
}

// object passes an object; member is called after each key and colon and must pass
// the value. The key is valid until then, with its escapes as they stand.
func (s *scanner) object(member func(key []byte) error) error {
	s.pos++ // the caller saw the brace
	c, err := s.space()
	if err != nil {
		return err
	}
	if c == '}' {
		s.pos++
		return nil
	}
	var room [32]byte
	for {
		if c, err = s.space(); err != nil {
			return err
		}
		if c != '"' {
			return fmt.Errorf("%q where a key in quotes should stand", printable(c))
		}
		key := room[:0]
		if err := s.text(&key); err != nil {
			return err
		}
		if err := s.expect(':', "after a key"); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if c, err = s.space(); err != nil {
			return err
		}
		switch c {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return nil
		default:
			return fmt.Errorf("%q where a comma or the end of an object should stand", printable(c))
		}
	}
}

// array passes an array; element is called before each element and must pass it.
func (s *scanner) array(element func(i int) error) error {
	s.pos++ // the caller saw the bracket
	c, err := s.space()
	if err != nil {
		return err
	}
	if c == ']' {
		s.pos++
		return nil
	}
	for i := 0; ; i++ {
		if err := element(i); err != nil {
			return err
		}
		if c, err = s.space(); err != nil {
			return err
		}
		switch c {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return nil
		default:
			return fmt.Errorf("%q where a comma or the end of a list should stand", printable(c))
		}
	}
}

func (s *scanner) word(w string) error {
	for i := range len(w) {
		c, err := s.next()
		if err != nil {
			return err
		}
		if c != w[i] {
			return fmt.Errorf("a word that is not %q", w)
		}
	}
	return nil
}

// text passes a string. With out, its inner bytes are appended there, escapes as
// they stand.
func (s *scanner) text(out *[]byte) error {
	s.pos++ // the caller saw the quote
	for {
		if _, err := s.peek(); err != nil {
			return err
		}
		start := s.pos
		for s.pos < s.end && plain[s.buf[s.pos]] {
			s.pos++
		}
		if out != nil && s.pos > start {
			*out = append(*out, s.buf[start:s.pos]...)
		}
		if out != nil && len(*out) > keyBytesMax {
			return fmt.Errorf("a key or name of more than %d KiB", keyBytesMax>>10)
		}
		if s.pos == s.end {
			continue
		}
		done, err := s.special(out)
		if done || err != nil {
			return err
		}
	}
}

// special passes what is not a plain character of a string: its end, an escape or a
// character beyond ASCII.
func (s *scanner) special(out *[]byte) (done bool, err error) {
	var b [utf8.UTFMax]byte
	c := s.buf[s.pos]
	switch {
	case c == '"':
		s.pos++
		return true, nil
	case c < 0x20:
		return false, fmt.Errorf("a bare control character (0x%02x) in a string", c)
	case c == '\\':
		return false, s.escape(out)
	}
	want := runeBytes(c)
	for i := range want {
		if b[i], err = s.peek(); err != nil {
			return false, err
		}
		if i > 0 && b[i]&0xc0 != 0x80 {
			want = i
			break
		}
		s.pos++
	}
	if !utf8.Valid(b[:want]) {
		return false, errors.New("bytes that are not UTF-8 in a string")
	}
	if out != nil {
		*out = append(*out, b[:want]...)
	}
	return false, nil
}

func (s *scanner) escape(out *[]byte) error {
	s.pos++
	c, err := s.next()
	if err != nil {
		return err
	}
	if out != nil {
		*out = append(*out, '\\', c)
	}
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
	default:
		return fmt.Errorf("an escape that JSON does not have: \\%s", printable(c))
	}
	for range 4 {
		if c, err = s.next(); err != nil {
			return err
		}
		if !isHex(c) {
			return errors.New("an escape \\u without four hexadecimal digits")
		}
		if out != nil {
			*out = append(*out, c)
		}
	}
	return nil
}

// number passes a number. With out, its text is appended there.
func (s *scanner) number(out *[]byte) error {
	var room [64]byte
	text := room[:0]
	for {
		c, err := s.peek()
		if err != nil && !errors.Is(err, errEnd) {
			return err
		}
		if err != nil || !isNumberByte(c) {
			break
		}
		if len(text) == numberBytesMax {
			return fmt.Errorf("a number of more than %d characters", numberBytesMax)
		}
		text = append(text, c)
		s.pos++
	}
	if !validNumber(text) {
		return errors.New("a number that JSON does not have")
	}
	if out != nil {
		*out = append(*out, text...)
	}
	return nil
}
