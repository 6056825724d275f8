package search

import "strings"

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
	if q.Sort != "" {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("sort:" + string(q.Sort))
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
		if name, ok := strings.CutPrefix(n.Key, traitPrefix); ok {
			b.WriteString(TraitKey(name))
		} else {
			b.WriteString(n.Key)
		}
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
	case len(f.Values) == 1 && (f.Values[0].Quote || bareValue(f)):
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

// bareValue tells whether the one value of a filter means itself where it stands alone. In
// brackets it always does.
func bareValue(f *Field) bool {
	text, spec := f.Values[0].Text, Spec(f.Key)
	if text == "" || text == "*" || spec == nil || strings.ContainsRune("<>≥≤[(", []rune(text)[0]) || text[0] == '=' && spec.Ordered() {
		return false
	}
	_, _, isRange := cutRange(spec, text)
	return !isRange
}

func printValue(b *strings.Builder, v Value) {
	if v.Quote {
		printQuoted(b, v.Text)
		return
	}
	b.WriteString(v.Text)
}

// printQuoted writes a phrase. A backslash stands for itself unless a quote or another one
// follows.
func printQuoted(b *strings.Builder, words string) {
	b.WriteByte('"')
	for i, r := range words {
		if r == '"' || r == '\\' && (i+1 == len(words) || words[i+1] == '"' || words[i+1] == '\\') {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
}

// plainWord tells whether words mean themselves without quotes. Words that Parse read without
// quotes do.
func plainWord(words string) bool {
	if words == "" || words == "OR" || strings.HasSuffix(words, "*") || strings.ContainsAny(words[:1], "-!") {
		return false
	}
	if key, _ := splitKey([]rune(words)); key != "" {
		return false
	}
	return !strings.ContainsFunc(words, breaksWord)
}
