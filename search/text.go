package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is one unit of a text that a query can ask for.
type Token struct {
	Term       string // folded: what is compared
	Start, End int    // where it stands, rune offsets into the text
}

// class is how runes are put into tokens.
type class uint8

const (
	classNone   class = iota // separates
	classSkip                // invisible inside a word: soft hyphen, joiners
	classWord                // letters, digits and marks: runs are one token
	classHangul              // runs are cut into overlapping pairs
	classHan                 // Han and kana, which have no spaces: likewise
	classSymbol              // emoji and other signs: one token each
)

// unit is one rune after normalisation and where it came from.
type unit struct {
	r          rune // as written, composed
	folded     string
	class      class
	start, end int
}

// Tokens cuts a text into tokens, in order. Words are folded: case, width and, for Latin
// and Greek, diacritics. A run of Hangul becomes its pairs of neighbouring syllables
// and, last, its final syllable alone (카드결제 → 카드 드결 결제 제), so that every piece
// of a word that has two syllables or more is a run of tokens, and every single
// syllable is the beginning of a token. Text in any normal form gives the same tokens.
func Tokens(text string) []Token {
	base, _ := tokenize(text, false)
	return base
}

// Streams gives the sequences of tokens that a text is found by: Tokens, and where the
// text has words in camelCase, a second one in which those are cut into their parts
// (checkoutFailed → checkout failed).
func Streams(text string) [][]Token {
	base, parts := tokenize(text, true)
	if base == nil {
		return nil
	}
	if parts == nil {
		return [][]Token{base}
	}
	return [][]Token{base, parts}
}

// tokenize returns the base tokens and, where asked for and different, those with
// camelCase words cut.
func tokenize(text string, camel bool) (base, parts []Token) {
	units := scan(text)
	for i := 0; i < len(units); {
		c := units[i].class
		j := i + 1
		switch c {
		case classNone, classSkip:
			i++
			continue
		case classSymbol:
		default:
			for j < len(units) && (units[j].class == c || units[j].class == classSkip) {
				j++
			}
		}
		run := units[i:j]
		i = j
		if c == classHangul || c == classHan {
			t := pairs(run)
			base = append(base, t...)
			if parts != nil {
				parts = append(parts, t...)
			}
			continue
		}
		t := word(run)
		cuts := []int(nil)
		if camel && c == classWord {
			cuts = camelCuts(run)
		}
		if cuts != nil && parts == nil {
			parts = append(make([]Token, 0, len(base)+8), base...)
		}
		base = append(base, t)
		if parts != nil {
			parts = appendParts(parts, run, cuts)
		}
	}
	return base, parts
}

// scan normalises a text rune by rune, keeping where each came from.
func scan(text string) []unit {
	units := make([]unit, 0, len(text))
	pos := 0
	for i := 0; i < len(text); {
		// Runs of ASCII that no combining mark follows need no normalisation.
		if text[i] < utf8.RuneSelf && (i+1 == len(text) || text[i+1] < utf8.RuneSelf) {
			units = append(units, asciiUnit(text[i], pos))
			i++
			pos++
			continue
		}
		n := norm.NFC.NextBoundaryInString(text[i:], true)
		if n <= 0 {
			n = len(text) - i
		}
		width := utf8.RuneCountInString(text[i : i+n])
		units = appendSegment(units, text[i:i+n], pos, pos+width)
		i += n
		pos += width
	}
	return units
}

var asciiFolded = func() (t [utf8.RuneSelf]string) {
	for i := range t {
		t[i] = strings.ToLower(string(rune(i)))
	}
	return t
}()

func asciiUnit(b byte, pos int) unit {
	c := classNone
	if b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' {
		c = classWord
	}
	return unit{r: rune(b), folded: asciiFolded[b], class: c, start: pos, end: pos + 1}
}

// appendSegment adds one normalisation segment: a starter and its marks. All runes of
// it get the place of the whole, since nothing smaller can be pointed at.
func appendSegment(units []unit, segment string, start, end int) []unit {
	stripMarks := false
	for _, r := range norm.NFC.String(segment) {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0 // full-width forms of ASCII, which Korean and Japanese keyboards make
		}
		if unicode.Is(unicode.Mn, r) && stripMarks {
			continue
		}
		stripMarks = unicode.In(r, unicode.Latin, unicode.Greek)
		u := unit{r: r, class: classOf(r), start: start, end: end}
		if u.class != classNone && u.class != classSkip {
			u.folded = fold(r, stripMarks)
		}
		units = append(units, u)
	}
	return units
}

func classOf(r rune) class {
	switch {
	case r == utf8.RuneError:
		return classNone
	case unicode.Is(unicode.Hangul, r):
		return classHangul
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー':
		return classHan
	case unicode.In(r, unicode.Variation_Selector, unicode.Cf):
		return classSkip
	case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
		return classWord
	case unicode.Is(unicode.So, r):
		return classSymbol
	}
	return classNone
}

// plain maps letters that do not decompose to how people type them without an accent.
var plain = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ø': "o", 'Ø': "o",
	'ł': "l", 'Ł': "l", 'đ': "d", 'Đ': "d", 'ð': "d", 'Ð': "d", 'þ': "th", 'Þ': "th", 'ı': "i", 'ς': "σ",
}

// fold gives the form of a rune that is compared.
func fold(r rune, strip bool) string {
	if r < utf8.RuneSelf {
		return asciiFolded[r]
	}
	if s, ok := plain[r]; ok {
		return s
	}
	s := strings.ToLower(string(r))
	if !strip {
		return s
	}
	var b strings.Builder
	for _, d := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, d) {
			if p, ok := plain[d]; ok {
				b.WriteString(p)
				continue
			}
			b.WriteRune(d)
		}
	}
	return b.String()
}

// word makes one token of a run, cut at MaxTokenRunes.
func word(run []unit) Token {
	var b strings.Builder
	n := 0
	for _, u := range run {
		if u.class == classSkip || n >= MaxTokenRunes {
			continue
		}
		b.WriteString(u.folded)
		n++
	}
	return Token{Term: b.String(), Start: run[0].start, End: run[len(run)-1].end}
}

// pairs cuts a run of syllables into overlapping pairs and the last one alone.
func pairs(run []unit) []Token {
	tokens := make([]Token, 0, len(run))
	last := -1
	for i := range run {
		if run[i].class == classSkip {
			continue
		}
		if last >= 0 {
			tokens = append(tokens, Token{run[last].folded + run[i].folded, run[last].start, run[i].end})
		}
		last = i
	}
	return append(tokens, Token{run[last].folded, run[last].start, run[last].end})
}

// camelCuts gives where a word's parts begin, nil if it has one part: before a capital
// that follows a small letter, and before the last of several capitals that a small
// letter follows (HTTPServer → HTTP Server).
func camelCuts(run []unit) []int {
	var cuts []int
	for i := 1; i < len(run); i++ {
		if !unicode.IsUpper(run[i].r) {
			continue
		}
		before := run[i-1].r
		if unicode.IsLower(before) ||
			unicode.IsUpper(before) && i+1 < len(run) && unicode.IsLower(run[i+1].r) {
			cuts = append(cuts, i)
		}
	}
	return cuts
}

func appendParts(tokens []Token, run []unit, cuts []int) []Token {
	from := 0
	for _, cut := range cuts {
		tokens = append(tokens, word(run[from:cut]))
		from = cut
	}
	return append(tokens, word(run[from:]))
}

// Pattern is a run of terms as a query asks for it.
type Pattern struct {
	Terms  []string
	Prefix bool // the last term is only the beginning of a token
}

// PatternOf makes the pattern that finds words as a piece of a text. A piece of Hangul
// need not end where its word ends; one syllable finds every word that has it.
// prefix asks the same of the last word of other scripts. It is empty for words
// that hold nothing to search for, such as punctuation.
func PatternOf(words string, prefix bool) Pattern {
	units := scan(words)
	base, _ := tokenize(words, false)
	if len(base) == 0 {
		return Pattern{}
	}
	p := Pattern{Terms: make([]string, len(base)), Prefix: prefix}
	for i, t := range base {
		p.Terms[i] = t.Term
	}
	n := len(units)
	for n > 0 && (units[n-1].class == classSkip || units[n-1].class == classNone) {
		n--
	}
	c := units[n-1].class
	if c != classHangul && c != classHan {
		p.Prefix = prefix && c == classWord
		return p
	}
	m := n - 1
	for m > 0 && units[m-1].class == classSkip {
		m--
	}
	if m > 0 && units[m-1].class == c {
		// A pair says what the last syllable alone would, and lets the word go on.
		p.Terms, p.Prefix = p.Terms[:len(p.Terms)-1], false
		return p
	}
	p.Prefix = true
	return p
}
