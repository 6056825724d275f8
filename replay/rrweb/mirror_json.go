package rrweb

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// reader walks JSON that a scanner has checked. It is several times as fast as checking,
// and on other input it ends early rather than fail.
type reader struct {
	b []byte
	i int
}

// peek goes past white space and returns the byte that comes then, 0 at the end.
func (r *reader) peek() byte {
	for r.i < len(r.b) {
		switch c := r.b[r.i]; c {
		case ' ', '\n', '\t', '\r':
			r.i++
		default:
			return c
		}
	}
	return 0
}

// open enters an object or array and reports whether anything is in it. A value that is
// neither is gone past.
func (r *reader) open(bracket byte) bool {
	if r.peek() != bracket {
		r.skip()
		return false
	}
	r.i++
	if r.peek() == bracket+2 { // '{'+2 is '}', '['+2 is ']'
		r.i++
		return false
	}
	return r.i < len(r.b)
}

// more goes past what follows a value and reports whether another follows.
func (r *reader) more() bool {
	c := r.peek()
	if r.i < len(r.b) {
		r.i++
	}
	return c == ',' && r.peek() != 0
}

// key returns an object's key as it is written, and goes past the colon.
func (r *reader) key() []byte {
	if r.peek() != '"' {
		r.skip()
		return nil
	}
	start := r.i + 1
	r.skipString()
	end := max(start, r.i-1)
	if r.peek() == ':' {
		r.i++
	}
	return r.b[start:end]
}

// raw returns a value's JSON.
func (r *reader) raw() []byte {
	r.peek()
	start := r.i
	r.skip()
	return r.b[start:r.i]
}

// skip goes past a value.
func (r *reader) skip() {
	switch r.peek() {
	case 0:
	case '"':
		r.skipString()
	case '{', '[':
		r.skipNested()
	case '}', ']', ',', ':':
		r.i = len(r.b) // no value stands here
	default:
		r.skipPlain()
	}
}

// skipPlain goes past a number or a word.
func (r *reader) skipPlain() {
	for r.i < len(r.b) {
		switch r.b[r.i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r', ':', '"':
			return
		}
		r.i++
	}
}

// skipString goes past a string, eight bytes at a time until a quote or a backslash comes.
func (r *reader) skipString() {
	b, i := r.b, r.i+1
	for {
		for ; i+8 <= len(b); i += 8 {
			x := binary.LittleEndian.Uint64(b[i:])
			quote, slash := x^(ones*'"'), x^(ones*'\\')
			if special := ((quote-ones)&^quote | (slash-ones)&^slash) & highs; special != 0 {
				i += bits.TrailingZeros64(special) / 8
				break
			}
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' {
			i++
		}
		if i >= len(b) {
			r.i = len(b)
			return
		}
		if b[i] == '"' {
			r.i = i + 1
			return
		}
		i += 2
	}
}

func (r *reader) skipNested() {
	depth := 0
	for r.i < len(r.b) {
		switch r.b[r.i] {
		case '"':
			r.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				r.i++
				return
			}
		}
		r.i++
	}
}

// integer reads a whole number; ok is false where another value stood.
func (r *reader) integer() (v int64, ok bool) {
	negative := r.peek() == '-'
	i := r.i
	if negative {
		i++
	}
	start := i
	for i < len(r.b) && r.b[i] >= '0' && r.b[i] <= '9' {
		v = v*10 + int64(r.b[i]-'0')
		i++
	}
	const digitsMax = 15 // JavaScript's numbers are whole up to 2^53
	if i == start || i-start > digitsMax || i < len(r.b) && (r.b[i] == '.' || r.b[i]|0x20 == 'e') {
		r.skip()
		return 0, false
	}
	r.i = i
	if negative {
		v = -v
	}
	return v, true
}

// number returns the number that raw is, otherwise what is given.
func number(raw []byte, otherwise float64) float64 {
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return otherwise
	}
	return v
}

// isString reports whether raw is a JSON string.
func isString(raw []byte) bool { return len(raw) >= 2 && raw[0] == '"' }

// isTrue reports whether raw is the word true.
func isTrue(raw []byte) bool { return string(raw) == "true" }

// isNull reports whether raw is the word null.
func isNull(raw []byte) bool { return string(raw) == "null" }

// text returns the text that raw is as a JSON string, "" where it is none.
func text(raw []byte) string {
	if !isString(raw) {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	return unquote(raw)
}

// appendEscaped appends s as it stands within a JSON string.
func appendEscaped(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		if c < 0x20 {
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			dst = append(dst, '\\', c)
		}
		start = i + 1
	}
	return append(dst, s[start:]...)
}

// cut returns s, shortened to at most n bytes at the border of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
