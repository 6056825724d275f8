package signal

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// ErrFacts is returned, wrapped, for text that no version of AppendFacts wrote that this one knows.
var ErrFacts = errors.New("signal: not facts")

// factsVersion is the first byte of facts as text. New kinds and new fields do not need another one.
const factsVersion = '1'

// The fields that a fact has, as bits of the number before them. Later ones are numbers at even bits and texts at odd
// ones, from bit 8 on, so that whoever does not know them can step over them.
const (
	hasNode = 1 << 0
	hasX    = 1 << 1
	hasY    = 1 << 2
	hasN    = 1 << 3
	hasText = 1 << 4
	hasRef  = 1 << 5
	numbers = hasNode | hasX | hasY | hasN | 0x5555_5555_5555_5500
)

// AppendFacts appends the facts as text that fits a column of any database: base64 of a row of numbers, some ten
// bytes for most facts. Of no facts it appends nothing.
func AppendFacts(dst []byte, facts []Fact) []byte {
	if len(facts) == 0 {
		return dst
	}
	w := factWriter{texts: map[string]uint64{}}
	for i := range facts {
		w.fact(&facts[i])
	}
	return base64.RawStdEncoding.AppendEncode(append(dst, factsVersion), w.b)
}

type factWriter struct {
	b     []byte
	at    int64
	texts map[string]uint64 // those written, with their numbers
}

// fact writes the kind, which fields there are, the time since the fact before, and the fields.
func (w *factWriter) fact(f *Fact) {
	amounts := [...]int64{int64(f.Node), int64(f.X), int64(f.Y), f.N}
	texts := [...]string{f.Text, f.Ref}
	fields := uint64(0)
	for i, v := range amounts {
		if v != 0 {
			fields |= hasNode << i
		}
	}
	for i, s := range texts {
		if s != "" {
			fields |= hasText << i
		}
	}
	w.b = binary.AppendUvarint(w.b, uint64(f.Kind))
	w.b = binary.AppendUvarint(w.b, fields)
	w.b = binary.AppendVarint(w.b, f.At-w.at)
	w.at = f.At
	for _, v := range amounts {
		if v != 0 {
			w.b = binary.AppendVarint(w.b, v)
		}
	}
	for _, s := range texts {
		if s != "" {
			w.text(strings.ToValidUTF8(s, "\uFFFD"))
		}
	}
}

// text writes a text, or the number of the same text before.
func (w *factWriter) text(s string) {
	if n, known := w.texts[s]; known {
		w.b = binary.AppendUvarint(w.b, n)
		return
	}
	w.texts[s] = uint64(len(w.texts) + 1)
	w.b = binary.AppendUvarint(w.b, 0)
	w.b = binary.AppendUvarint(w.b, uint64(len(s)))
	w.b = append(w.b, s...)
}

// ParseFacts reads what [AppendFacts] wrote. Facts of kinds that this version does not know are among them; detectors
// pass them by. Errors wrap [ErrFacts].
func ParseFacts(text []byte) ([]Fact, error) {
	if len(text) == 0 {
		return nil, nil
	}
	if text[0] != factsVersion {
		return nil, fmt.Errorf("%w: of version %q", ErrFacts, text[0])
	}
	b, err := base64.RawStdEncoding.Strict().AppendDecode(nil, text[1:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFacts, err)
	}
	const bytesPerFact = 6 // a guess, so that the slice need not grow often
	facts := make([]Fact, 0, len(b)/bytesPerFact+1)
	r := factReader{b: b}
	for len(r.b) > 0 && !r.bad {
		facts = append(facts, r.fact())
	}
	if r.bad {
		return nil, fmt.Errorf("%w: they break off in number %d", ErrFacts, len(facts))
	}
	return facts, nil
}

type factReader struct {
	b     []byte
	at    int64
	texts []string
	bad   bool
}

func (r *factReader) fact() (f Fact) {
	kind, fields := r.uvarint(), r.uvarint()
	r.at += r.varint()
	f.At, f.Kind = r.at, FactKind(min(kind, 255)) // 255 is none
	for fields != 0 && !r.bad {
		bit := fields & -fields
		fields &^= bit
		if bit&numbers == 0 {
			s := r.text()
			switch bit {
			case hasText:
				f.Text = s
			case hasRef:
				f.Ref = s
			}
			continue
		}
		v := r.varint()
		switch bit {
		case hasNode:
			f.Node = int(v)
		case hasX:
			f.X = int(v)
		case hasY:
			f.Y = int(v)
		case hasN:
			f.N = v
		}
	}
	return f
}

func (r *factReader) text() string {
	n := r.uvarint()
	if n > 0 {
		if n > uint64(len(r.texts)) {
			r.bad = true
			return ""
		}
		return r.texts[n-1]
	}
	size := r.uvarint()
	if r.bad || size > uint64(len(r.b)) {
		r.bad = true
		return ""
	}
	s := strings.ToValidUTF8(string(r.b[:size]), "\uFFFD")
	r.b = r.b[size:]
	r.texts = append(r.texts, s)
	return s
}

func (r *factReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	r.step(n)
	return v
}

func (r *factReader) varint() int64 {
	v, n := binary.Varint(r.b)
	r.step(n)
	return v
}

// step goes on behind a number of n bytes, if there was one.
func (r *factReader) step(n int) {
	if n <= 0 {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}
