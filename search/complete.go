package search

import (
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
		for !p.end() && (unicode.IsSpace(p.peek(0)) || p.peek(0) == '(' || p.peek(0) == ')') && p.pos < pos {
			p.pos++
		}
		for (p.peek(0) == '-' || p.peek(0) == '!') && p.pos < pos {
			p.pos++
		}
		if c, done := p.completeAt(pos); done {
			return c
		}
	}
}

// completeAt looks at the word, phrase or filter that begins here, and goes behind it unless the
// cursor is in it.
func (p *parser) completeAt(pos int) (Completion, bool) {
	start := p.pos
	if start >= pos && !p.inWord() {
		return Completion{From: pos, To: pos}, true
	}
	if isQuote(p.peek(0)) {
		p.skipQuoted()
		if p.pos > pos || p.pos == pos && !isQuote(p.in[pos-1]) || p.pos == start+1 {
			return Completion{From: start, To: p.pos, Prefix: p.text(start+1, pos), Phrase: true}, true
		}
		return Completion{}, false
	}
	key, n := p.keyHere()
	if n > 0 && pos >= start+n {
		p.pos += n
		return p.completeValue(key, pos)
	}
	for !p.end() && !breaksWord(p.peek(0)) {
		p.pos++
	}
	if n > 0 {
		p.pos = start + n // the key with its colon, which a chosen key brings along
	}
	if p.pos < pos {
		return Completion{}, false
	}
	return Completion{From: start, To: p.pos, Prefix: p.text(start, pos)}, true
}

// inWord tells whether what stands here can be a part of a word or phrase.
func (p *parser) inWord() bool {
	return !p.end() && (!breaksWord(p.peek(0)) || isQuote(p.peek(0)))
}

func (p *parser) text(from, to int) string {
	if from >= to {
		return ""
	}
	return string(p.in[from:to])
}

// keyHere recognises key: of a key that there is, also with nothing behind the colon yet.
func (p *parser) keyHere() (key string, n int) {
	key, n = splitKey(append(p.in[p.pos:len(p.in):len(p.in)], 'x'))
	if !strings.HasPrefix(key, traitPrefix) {
		key = strings.ToLower(key)
	}
	if Spec(key) == nil || key == traitPrefix {
		return "", 0
	}
	return key, n
}

// completeValue looks at the values behind a key's colon.
func (p *parser) completeValue(key string, pos int) (Completion, bool) {
	opened := p.peek(0) == '[' || p.peek(0) == '('
	stop := ""
	switch {
	case opened && pos > p.pos:
		p.pos++
		stop = ",])"
	case listable(Spec(key)):
		stop = ","
	}
	for {
		for opened && p.pos < pos && unicode.IsSpace(p.peek(0)) {
			p.pos++
		}
		if opened && p.atOr() && p.pos+2 < pos {
			p.pos += 2
			continue
		}
		if !opened {
			for p.pos < pos && strings.ContainsRune("<>=≥≤", p.peek(0)) {
				p.pos++
			}
		}
		start, quote := p.pos, 0
		if isQuote(p.peek(0)) && p.pos < pos {
			quote = 1
			p.skipQuoted()
		}
		for quote == 0 && !p.end() && !breaksWord(p.peek(0)) && !strings.ContainsRune(stop, p.peek(0)) {
			p.pos++
		}
		if p.pos >= pos {
			return Completion{From: start, To: p.pos, Key: key, Prefix: strings.TrimRight(p.text(start+quote, pos), "”\""), Values: true}, true
		}
		switch {
		case p.peek(0) == ',' && stop != "", opened && (unicode.IsSpace(p.peek(0)) || isQuote(p.peek(0))):
			p.pos += map[bool]int{true: 0, false: 1}[isQuote(p.peek(0))]
		case opened && (p.peek(0) == ']' || p.peek(0) == ')'):
			p.pos++
			return Completion{}, false
		default:
			return Completion{}, false
		}
	}
}

// skipQuoted goes behind a phrase, or to the end if it is never closed.
func (p *parser) skipQuoted() {
	if _, err := p.quoted(); err != nil {
		p.pos = len(p.in)
	}
}
