package search

import (
	"strings"
	"unicode"
)

// String writes the query so that Parse gives it back.
func (q Query) String() string {
	var b strings.Builder
	switch root := q.Root.(type) {
	case nil:
	case *And:
		printParts(&b, root.Parts, " ")
	case *Or:
		printParts(&b, root.Parts, " OR ")
	default:
		printNode(&b, root)
	}
	return b.String()
}

func printParts(b *strings.Builder, parts []Node, between string) {
	for i, part := range parts {
		if i > 0 {
			b.WriteString(between)
		}
		printNode(b, part)
	}
}

func printNode(b *strings.Builder, n Node) {
	switch n := n.(type) {
	case *And:
		b.WriteByte('(')
		printParts(b, n.Parts, " ")
		b.WriteByte(')')
	case *Or:
		b.WriteByte('(')
		printParts(b, n.Parts, " OR ")
		b.WriteByte(')')
	case *Not:
		b.WriteByte('-')
		printNode(b, n.Part)
	case *Text:
		if n.Quote || !plainWord(n.Words) {
			printQuoted(b, n.Words)
		} else {
			b.WriteString(n.Words)
		}
		if n.Prefix {
			b.WriteByte('*')
		}
	case *Field:
		b.WriteString(n.Key)
		b.WriteByte(':')
		printValues(b, n)
	}
}

func printValues(b *strings.Builder, f *Field) {
	switch {
	case f.Op == OpPresent:
		b.WriteByte('*')
	case f.Op == OpRange:
		b.WriteString(f.Values[0].Text + ".." + f.Values[1].Text)
	case f.Op != OpIs:
		b.WriteString(string(f.Op))
		printValue(b, f.Values[0])
	case len(f.Values) == 1:
		printValue(b, f.Values[0])
	default:
		b.WriteByte('[')
		for i, v := range f.Values {
			if i > 0 {
				b.WriteByte(',')
			}
			printValue(b, v)
		}
		b.WriteByte(']')
	}
}

func printValue(b *strings.Builder, v Value) {
	if v.Quote || v.Text == "" || v.Text == "*" || strings.ContainsFunc(v.Text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("()[],", r) || isQuote(r)
	}) || strings.ContainsAny(v.Text[:1], "<>") {
		printQuoted(b, v.Text)
		return
	}
	b.WriteString(v.Text)
}

func printQuoted(b *strings.Builder, words string) {
	b.WriteByte('"')
	for _, r := range words {
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
}

// plainWord tells whether words mean themselves without quotes.
func plainWord(words string) bool {
	if words == "" || words == "OR" || strings.HasSuffix(words, "*") || strings.ContainsAny(words[:1], "-!") {
		return false
	}
	if key, _ := splitKey([]rune(words)); key != "" {
		return false
	}
	return !strings.ContainsFunc(words, breaksWord)
}

// breaksWord tells whether a bare word ends before the rune.
func breaksWord(r rune) bool {
	return unicode.IsSpace(r) || r == '(' || r == ')' || isQuote(r)
}

func isQuote(r rune) bool { return r == '"' || r == '“' || r == '”' }
