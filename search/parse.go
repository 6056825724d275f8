package search

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads a query:
//
//	or    := and ("OR" and)*
//	and   := part+                                a space means AND
//	part  := ("-" | "!") part | "(" or ")" | filter | text
//	text  := word | word"*" | "a phrase" | "a phrase"*
//	filter := key ":" value                        see Keys for what there is
//	value := word | "a phrase" | [a,b] | >5 | >=5 | <5 | <=5 | 1..5 | *
//
// In quotes, \" is a quote and \\ a backslash. Words that hold nothing to search for
// (only punctuation) are left out. A blank query matches everything. Errors are
// *QueryError.
func Parse(q string) (Query, error) {
	if n := utf8.RuneCountInString(q); n > MaxQueryRunes {
		return Query{}, &QueryError{MaxQueryRunes,
			fmt.Sprintf("the query has %d characters; at most %d are allowed", n, MaxQueryRunes),
			"Search for fewer words."}
	}
	p := &parser{in: []rune(q)}
	for i, r := range p.in {
		if r == 0 {
			return Query{}, &QueryError{i, "the query has a NUL character", "Remove it."}
		}
	}
	p.space()
	if p.end() {
		return Query{}, nil
	}
	root, err := p.or(0)
	if err != nil {
		return Query{}, err
	}
	if !p.end() {
		return Query{}, p.fail(p.pos, "this ) closes nothing", `Remove it, or put it in quotes: ")".`)
	}
	if root == nil {
		return Query{}, p.fail(0, "there is no word in this query", "Write at least one letter or digit.")
	}
	return Query{Root: root}, nil
}

type parser struct {
	in    []rune
	pos   int
	terms int
}

// fail makes a *QueryError as an error; pos is a rune offset.
func (p *parser) fail(pos int, why, hint string) error { return &QueryError{pos, why, hint} }

func (p *parser) end() bool { return p.pos >= len(p.in) }

func (p *parser) peek(ahead int) rune {
	if p.pos+ahead < len(p.in) {
		return p.in[p.pos+ahead]
	}
	return 0
}

func (p *parser) space() {
	for !p.end() && unicode.IsSpace(p.in[p.pos]) {
		p.pos++
	}
}

// atOr tells whether the word OR stands here.
func (p *parser) atOr() bool {
	return p.peek(0) == 'O' && p.peek(1) == 'R' &&
		(p.pos+2 >= len(p.in) || breaksWord(p.in[p.pos+2]))
}

const orHint = `Write words on both sides of OR, or "OR" in quotes to search for it.`

func (p *parser) or(depth int) (Node, error) {
	var parts []Node
	for {
		orAt := p.pos
		part, some, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		if !some && (p.atOr() || len(parts) > 0) {
			return nil, p.fail(min(orAt, len(p.in)), "OR has nothing on one side", orHint)
		}
		parts = append(parts, part)
		if !p.atOr() {
			return join(parts, true), nil
		}
		at := p.pos
		p.pos += 2
		p.space()
		if p.end() || p.peek(0) == ')' || p.atOr() {
			return nil, p.fail(at, "OR has nothing on one side", orHint)
		}
	}
}

// and reads parts up to OR, ) or the end; some tells whether there was any, even one
// that holds nothing to search for.
func (p *parser) and(depth int) (n Node, some bool, err error) {
	var parts []Node
	for {
		p.space()
		if p.end() || p.peek(0) == ')' || p.atOr() {
			return join(parts, false), some, nil
		}
		part, err := p.part(depth)
		if err != nil {
			return nil, false, err
		}
		some = true
		parts = append(parts, part)
	}
}

// join makes one node of several: parts that are nil are left out, parts of the same
// kind are taken in.
func join(parts []Node, or bool) Node {
	var kept []Node
	for _, part := range parts {
		switch n := part.(type) {
		case nil:
		case *And:
			if or {
				kept = append(kept, n)
			} else {
				kept = append(kept, n.Parts...)
			}
		case *Or:
			if or {
				kept = append(kept, n.Parts...)
			} else {
				kept = append(kept, n)
			}
		default:
			kept = append(kept, n)
		}
	}
	switch {
	case len(kept) == 0:
		return nil
	case len(kept) == 1:
		return kept[0]
	case or:
		return &Or{kept}
	}
	return &And{kept}
}

func (p *parser) part(depth int) (Node, error) {
	start := p.pos
	if depth > MaxQueryDepth {
		return nil, p.fail(start, fmt.Sprintf("more than %d parentheses or negations inside each other", MaxQueryDepth),
			"Write the query with fewer.")
	}
	r, next := p.peek(0), p.peek(1)
	switch {
	case (r == '-' || r == '!') && p.pos+1 < len(p.in) && next != ')' && !unicode.IsSpace(next):
		p.pos++
		n, err := p.part(depth + 1)
		if err != nil || n == nil {
			return nil, err
		}
		return &Not{n}, nil
	case r == '(':
		p.pos++
		n, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.end() {
			return nil, p.fail(start, "this ( is never closed", `Add a ), or put it in quotes: "(".`)
		}
		p.pos++
		return n, nil
	}
	if p.terms++; p.terms > MaxQueryTerms {
		return nil, p.fail(start, fmt.Sprintf("more than %d words and filters", MaxQueryTerms),
			"Search for fewer, or put the words in quotes to search for them as one phrase.")
	}
	if isQuote(r) {
		return p.phrase()
	}
	if key, n := splitKey(p.in[p.pos:]); key != "" {
		p.pos += n
		return p.field(key, start)
	}
	return p.word()
}

// phrase reads a quoted text.
func (p *parser) phrase() (Node, error) {
	start := p.pos
	words, err := p.quoted()
	if err != nil {
		return nil, err
	}
	t := &Text{Words: words, Quote: true, Pos: start}
	if p.peek(0) == '*' {
		p.pos++
		t.Prefix = true
	}
	return keep(t), nil
}

// quoted reads from an opening quote to behind the closing one.
func (p *parser) quoted() (string, error) {
	start := p.pos
	typographic := p.in[start] != '"'
	var b strings.Builder
	for p.pos++; !p.end(); p.pos++ {
		r := p.in[p.pos]
		switch {
		case r == '\\' && (p.peek(1) == '"' || p.peek(1) == '\\'):
			p.pos++
			b.WriteRune(p.in[p.pos])
		case r == '"' && !typographic, r == '”' && typographic:
			p.pos++
			return b.String(), nil
		default:
			b.WriteRune(r)
		}
	}
	return "", p.fail(start, "this quote is never closed", `Add a " at the end of the phrase.`)
}

// word reads a bare word.
func (p *parser) word() (Node, error) {
	start := p.pos
	for !p.end() && !breaksWord(p.in[p.pos]) {
		p.pos++
	}
	t := &Text{Words: string(p.in[start:p.pos]), Pos: start}
	if cut := strings.TrimRight(t.Words, "*"); cut != t.Words {
		t.Words, t.Prefix = cut, true
	}
	return keep(t), nil
}

// keep returns the text as a node, nil if it holds nothing to search for.
func keep(t *Text) Node {
	if len(PatternOf(t.Words, t.Prefix).Terms) == 0 {
		return nil
	}
	return t
}

// splitKey recognises key: at the beginning of a word that goes on; n is the length with
// the colon. Addresses and times are words: https://…, 12:30.
func splitKey(in []rune) (key string, n int) {
	for i, r := range in {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		switch {
		case letter, i > 0 && (r == '.' || r == '_'):
			continue
		case r != ':' || i == 0:
			return "", 0
		}
		rest := in[i+1:]
		if len(rest) == 0 || unicode.IsSpace(rest[0]) || rest[0] == ')' || rest[0] == '(' || rest[0] == ':' ||
			len(rest) > 1 && rest[0] == '/' && rest[1] == '/' {
			return "", 0
		}
		return string(in[:i]), i + 1
	}
	return "", 0
}
