package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

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
	class      class
	folded     string // empty: as it is in the text
	from, to   int32  // bytes of the text, where folded is empty
	start, end int32  // runes of the text
}

// scan normalises a text rune by rune, keeping where each came from, and appends to units.
func scan(units []unit, text string) []unit {
	pos := int32(0)
	for i := 0; i < len(text); pos++ {
		// What no mark follows, and is a syllable or ASCII, needs no normalisation.
		if text[i] < utf8.RuneSelf && (i+1 == len(text) || text[i+1] < utf8.RuneSelf) {
			units = append(units, asciiUnit(text[i], i, pos))
			i++
			continue
		}
		size := plainAt(text, i)
		if size > 0 && (i+size == len(text) || plainAt(text, i+size) > 0) {
			if size == 1 {
				units = append(units, asciiUnit(text[i], i, pos))
			} else {
				r, _ := utf8.DecodeRuneInString(text[i:])
				units = append(units, unit{r: r, class: classHangul, from: int32(i), to: int32(i + size), start: pos, end: pos + 1})
			}
			i += size
			continue
		}
		n := norm.NFC.NextBoundaryInString(text[i:], true)
		if n <= 0 {
			n = len(text) - i
		}
		width := int32(utf8.RuneCountInString(text[i : i+n]))
		units = appendSegment(units, text[i:i+n], pos, pos+width)
		i += n
		pos += width - 1
	}
	return units
}

// plainAt returns the size of the rune at i if it is ASCII or a whole Hangul syllable, else 0.
func plainAt(text string, i int) int {
	b := text[i]
	if b < utf8.RuneSelf {
		return 1
	}
	if b < 0xEA || b > 0xED { // the first bytes of syllables
		return 0
	}
	if r, size := utf8.DecodeRuneInString(text[i:]); isSyllable(r) {
		return size
	}
	return 0
}

var asciiUnits = func() (t [utf8.RuneSelf]unit) {
	for i := range t {
		r := rune(i)
		t[i].r = r
		switch {
		case r >= 'A' && r <= 'Z':
			t[i].class, t[i].folded = classWord, string(r+'a'-'A')
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z':
			t[i].class = classWord
		}
	}
	return t
}()

func asciiUnit(b byte, i int, pos int32) unit {
	u := asciiUnits[b]
	u.from, u.to, u.start, u.end = int32(i), int32(i+1), pos, pos+1
	return u
}

// appendSegment adds one normalisation segment: a starter and its marks. All runes of
// it get the place of the whole, since nothing smaller can be pointed at.
func appendSegment(units []unit, segment string, start, end int32) []unit {
	stripMarks := false
	for _, r := range norm.NFC.String(segment) {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0 // full-width forms of ASCII, which Korean and Japanese keyboards make
		}
		if stripMarks && unicode.Is(unicode.Mn, r) {
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
		return strings.ToLower(string(r))
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

func isUpper(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'A' && r <= 'Z'
	}
	return unicode.IsUpper(r)
}

func isLower(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z'
	}
	return unicode.IsLower(r)
}
