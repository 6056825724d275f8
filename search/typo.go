package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What one typo is. It is the same in every engine, which is why it is a matter of terms (what
// Tokens gives) and not of an engine's own idea of similar words:
//
//   - A Latin word of 5 letters or more, with no digit in it, is one typo away from another
//     such word that one letter more, one less, another one, or two neighbours swapped makes.
//   - A pair of Hangul syllables is one typo away from another pair that one jamo more, one
//     less or another one makes: 결재 and 결제, 배쏭 and 배송. As a jamo has its place in the
//     syllable, exactly one of the two syllables differs, in its lead, its vowel or its tail.
//
// A bare word of a query may have one typo in all. Where it is several terms, that is: one
// Latin term of them, or one syllable, which is part of the pair before and of the pair behind
// it (카드결재: 카드 드결 결재; 칻드결제: 칻드 드결 결제). TypoPatterns lists them for an engine that knows
// its terms. Words with digits, e-mail addresses and whole addresses have no typos: they are
// ids, and near ones are other ids.

const (
	// minTypoLetters is from how many letters on a Latin word has typos: shorter ones are near to
	// many others.
	minTypoLetters = 5
	// maxTypoLetters is up to how many: longer ones are no words, but codes.
	maxTypoLetters = 32
)

// TypoFields are the TextFields in which words are found by typos. The others hold ids.
var TypoFields = slices.DeleteFunc(slices.Clone(TextFields), func(field string) bool {
	switch field {
	case "id", "userId", "userEmail", "tickets", "release":
		return true
	}
	return false
})

func typoField(field string) bool { return slices.Contains(TypoFields, field) }

// CanTypo tells whether a term can have a typo, and be one.
func CanTypo(term string) bool { return latinWord(term) || hangulPair(term) }

func latinWord(term string) bool {
	return len(term) >= minTypoLetters && len(term) <= maxTypoLetters &&
		!strings.ContainsFunc(term, func(r rune) bool { return r < 'a' || r > 'z' })
}

const firstSyllable, lastSyllable = '가', '힣'

func isSyllable(r rune) bool { return r >= firstSyllable && r <= lastSyllable }

// hangulPair tells whether a term is two whole syllables.
func hangulPair(term string) bool {
	if len(term) != 6 { // three bytes each
		return false
	}
	a, n := utf8.DecodeRuneInString(term)
	b, _ := utf8.DecodeRuneInString(term[n:])
	return isSyllable(a) && isSyllable(b)
}

// Near tells whether two terms are the same, or one typo away from each other.
func Near(a, b string) bool {
	switch {
	case a == b:
		return true
	case latinWord(a) && latinWord(b):
		return nearWord(a, b)
	case hangulPair(a) && hangulPair(b):
		x, y := []rune(a), []rune(b)
		return x[0] == y[0] && nearSyllable(x[1], y[1]) || x[1] == y[1] && nearSyllable(x[0], y[0])
	}
	return false
}

// nearWord tells whether one edit makes a of b, which differ.
func nearWord(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// nearSyllable tells whether two syllables differ in exactly one of lead, vowel and tail.
func nearSyllable(a, b rune) bool {
	if !isSyllable(a) || !isSyllable(b) {
		return false
	}
	l, v, t := jamo(a)
	m, w, u := jamo(b)
	differ := 0
	for _, same := range []bool{l == m, v == w, t == u} {
		if !same {
			differ++
		}
	}
	return differ == 1
}

const vowels, tails = 21, 28 // jamo of each kind that a syllable can have, no tail being one

// jamo gives the numbers of a syllable's lead, vowel and tail; tail 0 is none.
func jamo(r rune) (lead, vowel, tail rune) {
	r -= firstSyllable
	return r / (vowels * tails), r / tails % vowels, r % tails
}

// Variants returns the term and what is left of it without one letter or jamo; nil for a term
// that CanTypo refuses. Two terms that are Near have one in common, so that an index of variants
// finds the candidates, which Near decides on.
func Variants(term string) []string {
	var letters []rune
	switch {
	case latinWord(term):
		letters = []rune(term)
	case hangulPair(term):
		for _, r := range term {
			l, v, t := jamo(r)
			letters = append(letters, 0x1100+l, 0x1161+v)
			if t > 0 {
				letters = append(letters, 0x11A7+t)
			}
		}
	default:
		return nil
	}
	all := []string{string(letters)}
	for i := range letters {
		if i == 0 || letters[i] != letters[i-1] { // of a double letter either one
			all = append(all, string(letters[:i])+string(letters[i+1:]))
		}
	}
	return all
}

// TextTypos tells whether a bare word or phrase can match by a typo.
func TextTypos(t *Text) bool { return !t.Quote && !t.Prefix && wordTypos(t.Words) }

// ValueTypos tells whether a value of a filter on words (KindText, and KindURL where
// IsURLPattern says no) can match by a typo.
func ValueTypos(v Value) bool {
	return !v.Quote && !strings.Contains(v.Text, "*") && wordTypos(v.Text)
}

func wordTypos(words string) bool {
	if strings.Contains(words, "://") || strings.ContainsFunc(words, func(r rune) bool { return r == '@' || r >= '0' && r <= '9' }) {
		return false
	}
	p := PatternOf(words, false)
	return !p.Prefix && slices.ContainsFunc(p.Terms, CanTypo)
}

// HasTypos tells whether a query has a word that can match by a typo, so that it is worth asking
// again with q.Typos.
func HasTypos(q Query) bool { return nodeTypos(q.Root) }

func nodeTypos(n Node) bool {
	switch n := n.(type) {
	case *And:
		return slices.ContainsFunc(n.Parts, nodeTypos)
	case *Or:
		return slices.ContainsFunc(n.Parts, nodeTypos)
	case *Text:
		return TextTypos(n)
	case *Field:
		spec := Spec(n.Key)
		if spec == nil || n.Op != OpIs || spec.Kind != KindText && spec.Kind != KindURL || !slices.ContainsFunc(spec.Fields, typoField) {
			return false
		}
		return slices.ContainsFunc(n.Values, func(v Value) bool {
			return ValueTypos(v) && !(spec.Kind == KindURL && IsURLPattern(v))
		})
	}
	return false // also below a Not
}

// TypoPatterns lists the patterns that are exactly one typo away from one that TextTypos or
// ValueTypos allows. near gives the terms of the index that are Near a term; the term itself
// among them counts for nothing. A text in one of the TypoFields holds the word with one typo if it
// holds one of them.
func TypoPatterns(p Pattern, near func(term string) []string) []Pattern {
	var all []Pattern
	if p.Prefix {
		return nil
	}
	for k, term := range p.Terms {
		if !CanTypo(term) {
			continue
		}
		for _, other := range near(term) {
			if terms := p.replaced(k, other); terms != nil {
				all = append(all, Pattern{Terms: terms})
			}
		}
	}
	return all
}

// replaced gives the terms with another one at k, and what follows from it for its neighbour;
// nil if it is the same, or is counted at the term before.
func (p Pattern) replaced(k int, other string) []string {
	if other == p.Terms[k] {
		return nil
	}
	terms := slices.Clone(p.Terms)
	terms[k] = other
	if !hangulPair(other) {
		return terms
	}
	was, is := []rune(p.Terms[k]), []rune(other)
	if was[0] != is[0] {
		if k > 0 && hangulPair(p.Terms[k-1]) {
			return nil // the pair before ends with the same syllable
		}
		return terms
	}
	if k+1 < len(terms) {
		// Behind a pair stands the next pair of the run, or its last syllable alone.
		next := []rune(terms[k+1])
		next[0] = is[1]
		terms[k+1] = string(next)
	}
	return terms
}

// near tells whether the stream begins with one of the patterns that TypoPatterns lists.
func (p Pattern) near(stream []Token) bool {
	k := 0
	for k < len(p.Terms) && stream[k].Term == p.Terms[k] {
		k++
	}
	if k == len(p.Terms) || !Near(p.Terms[k], stream[k].Term) {
		return false
	}
	terms := p.replaced(k, stream[k].Term)
	if terms == nil {
		return false
	}
	for i := k + 1; i < len(terms); i++ {
		if stream[i].Term != terms[i] {
			return false
		}
	}
	return true
}
