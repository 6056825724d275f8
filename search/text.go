package search

import "sync"

// Token is one unit of a text that a query can ask for.
type Token struct {
	Term       string // folded: what is compared. It may be a part of the text itself
	Start, End int    // where it stands, rune offsets into the text
}

// Tokens cuts a text into tokens, in order. Words are folded: case, width and, for Latin
// and Greek, diacritics. A run of Hangul becomes its pairs of neighbouring syllables
// and, last, its final syllable alone (카드결제 → 카드 드결 결제 제), so that every piece
// of a word that has two syllables or more is a run of tokens, and every single
// syllable is the beginning of a token. Text in any normal form gives the same tokens.
func Tokens(text string) []Token {
	t := tokenizers.Get().(*tokenizer)
	defer t.release()
	t.scan(text)
	return t.tokens(nil)
}

// Streams gives the sequences of tokens that a text is found by: Tokens, and where the
// text has words in camelCase, a second one in which those are cut into their parts
// (checkoutFailed → checkout failed).
func Streams(text string) [][]Token {
	base, parts := AppendTokens(nil, nil, text)
	if base == nil {
		return nil
	}
	if parts == nil {
		return [][]Token{base}
	}
	return [][]Token{base, parts}
}

// AppendTokens does what Streams does, for who has many texts: it appends the tokens of a text to
// base, and those with camelCase cut to parts, to which it appends nothing where the text has
// no such words.
func AppendTokens(base, parts []Token, text string) (baseOut, partsOut []Token) {
	t := tokenizers.Get().(*tokenizer)
	defer t.release()
	t.scan(text)
	from := len(base)
	base = t.tokens(base)
	if t.camel {
		parts = t.parts(parts, base[from:])
	}
	return base, parts
}

// tokenizer cuts one text at a time. It keeps its memory for the next.
type tokenizer struct {
	text  string
	units []unit
	runs  []run
	camel bool // some run has cuts
	term  []byte
}

// run is units that stand together and are of one class.
type run struct {
	class    class
	from, to int // in units
	camel    bool
}

var tokenizers = sync.Pool{New: func() any { return new(tokenizer) }}

// keptUnits bounds what a tokenizer keeps: enough for a text of MaxTextRunes.
const keptUnits = 2 * MaxTextRunes

func (t *tokenizer) release() {
	if cap(t.units) > keptUnits {
		t.units = nil
	}
	t.text = ""
	clear(t.units) // they hold texts
	tokenizers.Put(t)
}

// scan reads a text and finds its runs.
func (t *tokenizer) scan(text string) {
	t.text, t.camel = text, false
	t.units, t.runs = scan(t.units[:0], text), t.runs[:0]
	for i := 0; i < len(t.units); {
		c := t.units[i].class
		j := i + 1
		switch c {
		case classNone, classSkip:
			i++
			continue
		case classSymbol:
		default:
			for j < len(t.units) && (t.units[j].class == c || t.units[j].class == classSkip) {
				j++
			}
		}
		r := run{class: c, from: i, to: j}
		r.camel = c == classWord && nextCut(t.units[i:j], 1) >= 0
		t.camel = t.camel || r.camel
		t.runs = append(t.runs, r)
		i = j
	}
}

// tokens appends the tokens of all runs.
func (t *tokenizer) tokens(all []Token) []Token {
	if all == nil && len(t.runs) > 0 {
		n := 0
		for _, r := range t.runs {
			if n++; r.class == classHangul || r.class == classHan {
				n += r.to - r.from - 1
			}
		}
		all = make([]Token, 0, n)
	}
	for _, r := range t.runs {
		if r.class == classHangul || r.class == classHan {
			all = t.pairs(all, t.units[r.from:r.to])
			continue
		}
		all = append(all, t.word(t.units[r.from:r.to]))
	}
	return all
}

// parts appends the tokens with words in camelCase cut; base are those of all runs.
func (t *tokenizer) parts(all, base []Token) []Token {
	k := 0 // in base
	for _, r := range t.runs {
		n := 1
		if r.class == classHangul || r.class == classHan {
			n = 0
			for _, u := range t.units[r.from:r.to] {
				if u.class != classSkip {
					n++
				}
			}
		}
		if !r.camel {
			all = append(all, base[k:k+n]...)
			k += n
			continue
		}
		k += n
		units := t.units[r.from:r.to]
		from := 0
		for cut := nextCut(units, 1); cut >= 0; cut = nextCut(units, cut+1) {
			all = append(all, t.word(units[from:cut]))
			from = cut
		}
		all = append(all, t.word(units[from:]))
	}
	return all
}

// word makes one token of a run, cut at MaxTokenRunes.
func (t *tokenizer) word(run []unit) Token {
	first, last := &run[0], &run[len(run)-1]
	token := Token{Start: int(first.start), End: int(last.end)}
	same := len(run) <= MaxTokenRunes
	for i := 0; same && i < len(run); i++ {
		same = run[i].folded == "" && run[i].class != classSkip
	}
	if same {
		token.Term = t.text[first.from:last.to]
		return token
	}
	t.term = t.term[:0]
	n := 0
	for i := range run {
		if run[i].class == classSkip || n >= MaxTokenRunes {
			continue
		}
		t.term = append(t.term, t.folded(&run[i])...)
		n++
	}
	token.Term = string(t.term)
	return token
}

func (t *tokenizer) folded(u *unit) string {
	if u.folded != "" {
		return u.folded
	}
	return t.text[u.from:u.to]
}

// pairs cuts a run of syllables into overlapping pairs and the last one alone.
func (t *tokenizer) pairs(all []Token, run []unit) []Token {
	var last *unit
	for i := range run {
		u := &run[i]
		if u.class == classSkip {
			continue
		}
		if last != nil {
			pair := Token{Start: int(last.start), End: int(u.end)}
			if last.folded == "" && u.folded == "" && last.to == u.from {
				pair.Term = t.text[last.from:u.to]
			} else {
				pair.Term = t.folded(last) + t.folded(u)
			}
			all = append(all, pair)
		}
		last = u
	}
	return append(all, Token{t.folded(last), int(last.start), int(last.end)})
}

// nextCut gives where the next part of a word in camelCase begins, at i or behind it, -1 if
// nowhere: before a capital that follows a small letter, and before the last of several
// capitals that a small letter follows (HTTPServer → HTTP Server).
func nextCut(run []unit, i int) int {
	for ; i < len(run); i++ {
		if !isUpper(run[i].r) {
			continue
		}
		before := run[i-1].r
		if isLower(before) || isUpper(before) && i+1 < len(run) && isLower(run[i+1].r) {
			return i
		}
	}
	return -1
}
