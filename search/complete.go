package search

import (
	"slices"
	"strings"
	"unicode"
)

// Completion is what stands at the cursor of a query that is being typed.
type Completion struct {
	// From and To are what a chosen suggestion replaces, rune offsets: the whole word, value or
	// key with its colon that the cursor stands in.
	From, To int
	// Key is the key whose value is being typed, as Field.Key has it; empty elsewhere.
	Key string
	// Prefix is what is written from From to the cursor, without quotes.
	Prefix string
	// Values is true for a value of Key. Otherwise a word is being typed, which may become a key:
	// one of Keys, or behind "trait." the name of a trait.
	Values bool
	// Phrase is true inside of quotes that are no value: there is nothing to suggest.
	Phrase bool
}

// Complete tells what stands at the cursor: pos runes into q, which may be any text, also one
// that Parse refuses.
func Complete(q string, pos int) Completion {
	p := &parser{in: []rune(q)}
	for i, r := range p.in {
		p.in[i] = narrow(r)
	}
	pos = min(max(pos, 0), len(p.in))
	for {
		for p.pos < pos && (unicode.IsSpace(p.peek(0)) || strings.ContainsRune("()-!", p.peek(0))) {
			p.pos++
		}
		if p.pos == pos {
			return Completion{From: pos, To: pos}
		}
		if c, done := p.completeAt(pos); done {
			return c
		}
	}
}

// completeAt looks at the word, phrase or filter that begins here, before the cursor, and goes
// behind it unless the cursor is in it.
func (p *parser) completeAt(pos int) (Completion, bool) {
	start := p.pos
	if isQuote(p.peek(0)) {
		p.skipQuoted()
		return Completion{From: start, To: p.pos, Phrase: true, Prefix: p.quotedText(start, pos)}, p.pos >= pos
	}
	// What is before the cursor decides: behind it may stand anything.
	key, n := splitKey(append(slices.Clone(p.in[start:pos]), 'x'))
	if key = lowerKey(key); n > 0 && Spec(key) != nil && start+n <= pos {
		p.pos = start + n
		return p.completeValue(key, pos)
	}
	prefix := p.text(start, pos)
	for !p.end() && !breaksWord(p.peek(0)) {
		p.pos++
	}
	if strings.EqualFold(p.text(start, p.pos), traitPrefix) && isQuote(p.peek(0)) {
		name := p.pos
		p.skipQuoted()
		prefix = traitPrefix + p.quotedText(name, pos)
	}
	if key, n := splitKey(p.in[start:]); key != "" && start+n >= pos {
		p.pos = start + n // a chosen key brings its colon along
	}
	return Completion{From: start, To: p.pos, Prefix: prefix}, p.pos >= pos
}

func lowerKey(key string) string {
	if strings.HasPrefix(key, traitPrefix) {
		return key
	}
	return strings.ToLower(key)
}

// completeValue looks at the values behind a key's colon, which is before the cursor.
func (p *parser) completeValue(key string, pos int) (Completion, bool) {
	closing, stop := rune(0), ""
	switch r := p.peek(0); {
	case (r == '[' || r == '(') && p.pos < pos:
		p.pos++
		closing, stop = map[rune]rune{'[': ']', '(': ')'}[r], ",])"
	case listable(Spec(key)):
		stop = ","
	}
	for {
		for p.pos < pos && (closing == 0 && strings.ContainsRune("<>=≥≤", p.peek(0)) || closing != 0 && unicode.IsSpace(p.peek(0))) {
			p.pos++
		}
		start := p.pos
		quoted := p.pos < pos && isQuote(p.peek(0))
		if quoted {
			p.skipQuoted()
		}
		for !quoted && !p.end() && !breaksWord(p.peek(0)) && !strings.ContainsRune(stop, p.peek(0)) {
			p.pos++
		}
		if p.pos >= pos {
			c := Completion{From: start, To: p.pos, Key: key, Prefix: p.text(start, pos), Values: true}
			if quoted {
				c.Prefix = p.quotedText(start, pos)
			}
			return c, true
		}
		switch r := p.peek(0); {
		case r == ',' && stop != "":
			p.pos++
		case closing == 0:
			return Completion{}, false
		case r == closing:
			p.pos++
			return Completion{}, false
		case p.pos == start: // what cannot stand in a list
			p.pos++
		}
	}
}

func (p *parser) text(from, to int) string {
	if from >= to {
		return ""
	}
	return string(p.in[from:to])
}

// quotedText is what stands in the quotes that open at from, as far as the cursor.
func (p *parser) quotedText(from, pos int) string {
	text := p.text(from+1, min(pos, p.pos))
	if pos >= p.pos && p.pos > from+1 && isQuote(p.in[p.pos-1]) {
		text = p.text(from+1, p.pos-1)
	}
	return text
}

// skipQuoted goes behind a phrase, or to the end if it is never closed.
func (p *parser) skipQuoted() {
	if _, err := p.quoted(); err != nil {
		p.pos = len(p.in)
	}
}
