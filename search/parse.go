package search

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Parse reads a query; days are days in UTC. See ParseIn.
func Parse(q string) (Query, error) { return ParseIn(q, nil) }

// ParseIn reads a query whose days are days in a time zone (nil: UTC):
//
//	or    := and ("OR" and)*
//	and   := part+                                a space means AND
//	part  := ("-" | "!") part | "(" or ")" | filter | text
//	text  := word | word"*" | "a phrase" | "a phrase"*
//	filter := key ":" value                        see Keys for what there is
//	value := word | "a phrase" | [a,b] | (a OR b) | a,b | >5 | >=5 | <5 | <=5 | 1..5 | *
//
// In quotes, \" is a quote and \\ a backslash; any pair of typographic quotes does, too.
// Full-width signs mean the same as others. Words that hold nothing to search for (only
// punctuation) are left out. A blank query matches everything. sort: is no filter, and stands
// outside of parentheses. Errors are *QueryError.
func ParseIn(q string, zone *time.Location) (Query, error) {
	p := &parser{in: []rune(q), zone: zone}
	if n := len(p.in); n > MaxQueryRunes {
		return Query{}, p.fail(MaxQueryRunes, n, "too-long",
			fmt.Sprintf("the query has %d characters; at most %d are allowed", n, MaxQueryRunes),
			"Search for fewer words.", strconv.Itoa(n), strconv.Itoa(MaxQueryRunes))
	}
	for i, r := range p.in {
		if r == 0 {
			return Query{}, p.fail(i, i+1, "nul", "the query has a NUL character", "Remove it.")
		}
		p.in[i] = narrow(r)
	}
	root, err := p.or(0)
	if err != nil {
		return Query{}, err
	}
	if !p.end() {
		return Query{}, p.fail(p.pos, p.pos+1, "closes-nothing", "this ) closes nothing", `Remove it, or put it in quotes: ")".`)
	}
	if root == nil && p.parts > 0 {
		return Query{}, p.fail(0, len(p.in), "nothing-to-find", "there is no word in this query", "Write at least one letter or digit.")
	}
	return Query{Root: root, Sort: p.sort, Notes: p.notes}, nil
}

// narrow gives the usual form of a sign that Korean and Japanese keyboards make full-width.
func narrow(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == '\u3000':
		return ' '
	}
	return r
}

type parser struct {
	in    []rune
	pos   int
	zone  *time.Location
	terms int // words and filters so far
	parts int // parts so far that ask for something, even if it is nothing to search for
	sort  Sort
	notes []Note
}

// fail makes a *QueryError as an error; pos and end are rune offsets.
func (p *parser) fail(pos, end int, code, why, hint string, args ...string) error {
	pos = min(pos, len(p.in))
	return &QueryError{Pos: pos, End: min(max(end, pos), len(p.in)), Code: code, Args: args, Why: why, Hint: hint}
}

// unfinished makes the error of a query that ends too early.
func (p *parser) unfinished(pos int, code, why, hint string, args ...string) error {
	e := &QueryError{Pos: min(pos, len(p.in)), End: len(p.in), Code: code, Args: args, Why: why, Hint: hint, Unfinished: true}
	return e
}

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

func (p *parser) or(depth int) (Node, error) {
	var parts []Node
	for {
		orAt := p.pos
		part, some, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		if !some && (p.atOr() || len(parts) > 0) {
			return nil, p.orSide(orAt)
		}
		parts = append(parts, part)
		if !p.atOr() {
			return join(parts, true), nil
		}
		at := p.pos
		p.pos += 2
		p.space()
		if p.end() || p.peek(0) == ')' || p.atOr() {
			return nil, p.orSide(at)
		}
	}
}

// orSide is the error of an OR at or behind a place that lacks a side.
func (p *parser) orSide(at int) error {
	for at < len(p.in) && unicode.IsSpace(p.in[at]) {
		at++
	}
	const why, hint = "OR has nothing on one side", `Write words on both sides of OR, or "OR" in quotes to search for it.`
	if p.end() {
		return p.unfinished(at, "or-side", why, hint)
	}
	return p.fail(at, at+2, "or-side", why, hint)
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
		sorted := p.sort
		part, err := p.part(depth)
		if err != nil {
			return nil, false, err
		}
		if p.sort != sorted {
			continue
		}
		some = true
		p.parts++
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
		return nil, p.fail(start, start+1, "too-deep",
			fmt.Sprintf("more than %d parentheses or negations inside each other", MaxQueryDepth),
			"Write the query with fewer.", strconv.Itoa(MaxQueryDepth))
	}
	r, next := p.peek(0), p.peek(1)
	switch {
	case (r == '-' || r == '!') && p.pos+1 < len(p.in) && next != ')' && !unicode.IsSpace(next):
		p.pos++
		n, err := p.part(depth + 1)
		if err != nil || n == nil {
			return nil, err
		}
		return &Not{n, start}, nil
	case r == '(':
		p.pos++
		n, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.end() {
			return nil, p.neverClosed(start, "(", `Add a ), or put it in quotes: "(".`)
		}
		p.pos++
		return n, nil
	}
	if p.atOr() { // behind a -
		return nil, p.orSide(start)
	}
	if p.terms++; p.terms > MaxQueryTerms {
		return nil, p.tooManyTerms(start)
	}
	if isQuote(r) {
		return p.phrase()
	}
	if key, n := splitKey(p.in[p.pos:]); key != "" {
		p.pos += n
		return p.field(key, start, depth)
	}
	return p.word()
}

func (p *parser) tooManyTerms(at int) error {
	return p.fail(at, len(p.in), "too-many-terms", fmt.Sprintf("more than %d words and filters", MaxQueryTerms),
		"Search for fewer, or put the words in quotes to search for them as one phrase.", strconv.Itoa(MaxQueryTerms))
}

// neverClosed is the error of a sign at a place that nothing closes.
func (p *parser) neverClosed(at int, sign, hint string) error {
	what := "this " + sign
	if sign == `"` {
		what = "this quote"
	}
	return p.unfinished(at, "never-closed", what+" is never closed", hint, sign)
}

// phrase reads a quoted text.
func (p *parser) phrase() (Node, error) {
	start := p.pos
	words, err := p.quoted()
	if err != nil {
		return nil, err
	}
	t := &Text{Words: words, Quote: true, Pos: start, End: p.pos}
	if p.peek(0) == '*' {
		p.pos++
		t.Prefix, t.End = true, p.pos
	}
	return keep(t), nil
}

// quoted reads from an opening quote to behind the closing one. What a straight quote opens a
// straight one closes; what a typographic one opens any closes, since editors change some
// of a pair and not the other.
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
		case r == '"', isQuote(r) && typographic:
			p.pos++
			return b.String(), nil
		default:
			b.WriteRune(r)
		}
	}
	return "", p.neverClosed(start, `"`, `Add a " at the end of the phrase.`)
}

// word reads a bare word.
func (p *parser) word() (Node, error) {
	start := p.pos
	for !p.end() && !breaksWord(p.in[p.pos]) {
		p.pos++
	}
	t := &Text{Words: string(p.in[start:p.pos]), Pos: start, End: p.pos}
	if cut := strings.TrimRight(t.Words, "*"); cut != t.Words {
		t.Words, t.Prefix = cut, true
	}
	if err := p.advise(t); err != nil {
		return nil, err
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

// advise notes what the person may have meant with a word otherwise. It refuses a key with
// nothing behind it.
func (p *parser) advise(t *Text) error {
	note := func(code, text string, args ...string) {
		p.notes = append(p.notes, Note{t.Pos, t.End, code, args, text})
	}
	rest := strings.TrimSpace(string(p.in[p.pos:]))
	between := p.parts > 0 && rest != "" && rest[0] != ')'
	name, _ := strings.CutSuffix(t.Words, ":")
	_, n := splitKey([]rune(t.Words + "x"))
	switch {
	case t.Prefix:
	case n == t.End-t.Pos && Spec(strings.ToLower(name)) != nil: // the colon is the end
		if rest == "" || rest[0] == ')' {
			return p.noValue(strings.ToLower(name), t.Pos)
		}
		// The colon is no part of the word, and printed last it would ask for a value.
		t.Words = name
		note("space-after-colon", fmt.Sprintf("To filter, write %s:value without a space.", name), strings.ToLower(name))
	case (t.Words == "or" || t.Words == "Or") && between:
		note("lower-or", `This searches for the word "or". Write OR in capitals for either of two.`)
	case t.Words == "AND" && between:
		note("and-word", `This searches for the word "AND". A space alone means and.`)
	case t.Words == "NOT" && rest != "":
		note("not-word", `This searches for the word "NOT". Write -word to leave out.`)
	default:
		if key, value, ok := withoutColon(t.Words); ok {
			note("no-colon", fmt.Sprintf("To filter, write %s:%s.", key, value), key, value)
		}
	}
	return nil
}

// withoutColon recognises nps>6, which was meant as a filter.
func withoutColon(words string) (key, value string, ok bool) {
	i := strings.IndexAny(words, "<>=")
	if i <= 0 || i+1 >= len(words) {
		return "", "", false
	}
	spec := specs[strings.ToLower(words[:i])]
	return strings.ToLower(words[:i]), strings.TrimPrefix(words[i:], "="), spec != nil && spec.Ordered()
}

// splitKey recognises key: at the beginning of a word that goes on; n is the length with
// the colon. Addresses and times are words: https://…, 12:30.
func splitKey(in []rune) (key string, n int) {
	if key, n = splitTrait(in); key == "" {
		for n < len(in) && (asciiLetter(in[n]) || n > 0 && (in[n] == '.' || in[n] == '_')) {
			n++
		}
		key = string(in[:n])
	}
	if n == 0 || n >= len(in) || in[n] != ':' {
		return "", 0
	}
	rest := in[n+1:]
	if len(rest) == 0 || unicode.IsSpace(rest[0]) || rest[0] == ')' || rest[0] == ':' ||
		rest[0] == '(' && Spec(strings.ToLower(key)) == nil || // f:(x) is code, os:(iOS OR Android) a filter
		len(rest) > 1 && rest[0] == '/' && rest[1] == '/' {
		return "", 0
	}
	return key, n + 1
}

func asciiLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// splitTrait recognises trait.NAME or trait."a name", before the colon; n is its length.
func splitTrait(in []rune) (key string, n int) {
	if len(in) <= len(traitPrefix) || !strings.EqualFold(string(in[:len(traitPrefix)]), traitPrefix) {
		return "", 0
	}
	rest := in[len(traitPrefix):]
	if isQuote(rest[0]) {
		p := parser{in: rest}
		name, err := p.quoted()
		if err != nil {
			return "", 0
		}
		return traitPrefix + name, len(traitPrefix) + p.pos
	}
	for n < len(rest) && inTraitName(rest[n]) {
		n++
	}
	return traitPrefix + string(rest[:n]), len(traitPrefix) + n
}

// inTraitName tells whether a trait's name needs no quotes because of the rune.
func inTraitName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || strings.ContainsRune("._-$", r)
}
