package search

import "strings"

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
	t := tokenizers.Get().(*tokenizer)
	defer t.release()
	t.scan(words)
	base, units := t.tokens(nil), t.units
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

// find returns where the pattern first stands in a stream from token i on, -1 if nowhere. With
// typos, one typo away is enough.
func (p Pattern) find(stream []Token, i int, typos bool) int {
	for ; i+len(p.Terms) <= len(stream); i++ {
		if p.at(stream[i:]) || typos && p.near(stream[i:]) {
			return i
		}
	}
	return -1
}

func (p Pattern) at(stream []Token) bool {
	last := len(p.Terms) - 1
	for k, term := range p.Terms {
		if k == last && p.Prefix {
			return strings.HasPrefix(stream[k].Term, term)
		}
		if stream[k].Term != term {
			return false
		}
	}
	return true
}
