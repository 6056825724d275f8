package search

import "time"

// Query is a parsed search. The zero value matches every session.
type Query struct {
	Root Node // nil: everything
	// Sort is what sort: asks for, empty where the query does not say. It wins over a Request's.
	Sort Sort
	// Notes are advice to the person; they change nothing.
	Notes []Note
	// Typos asks for words that are one typo away, too; see Near. Parse never sets it.
	Typos bool
}

// WithTypos returns the query in the meaning that words may be one typo away.
func (q Query) WithTypos() Query {
	q.Typos = true
	return q
}

// Node is a part of a query: *And, *Or, *Not, *Text or *Field.
type Node interface{ node() }

type (
	// And matches what all of its parts match.
	And struct{ Parts []Node }
	// Or matches what any of its parts matches.
	Or struct{ Parts []Node }
	// Not matches what its part does not.
	Not struct {
		Part Node
		Pos  int // rune offset in the query, of the sign
	}
	// Text matches sessions in which the words stand: one word, or several of a quoted
	// phrase, next to each other in one text of the document.
	Text struct {
		Words    string
		Quote    bool
		Prefix   bool // written with * at the end: the last word may go on
		Pos, End int  // rune offsets in the query
	}
	// Field matches sessions in which a field has a value: key:value. Several values
	// mean any of them. Range has two values, either may be empty; Present has none.
	Field struct {
		Key      string // one of Keys, or trait. with the name as it was written
		Op       Op
		Values   []Value
		Zone     *time.Location // that days of a KindTime are days of; nil: UTC
		Pos, End int            // rune offsets in the query
	}
)

// Value is one value of a Field, as it was written.
type Value struct {
	Text     string
	Quote    bool // written in quotes: * in it is no wildcard
	Pos, End int  // rune offsets in the query, with the quotes
}

// Op is how a Field compares.
type Op string

// The comparisons.
const (
	OpIs      Op = "="
	OpLess    Op = "<"
	OpAtMost  Op = "<="
	OpMore    Op = ">"
	OpAtLeast Op = ">="
	OpRange   Op = ".." // both ends included
	OpPresent Op = "*"  // there is any value; of a counter: at least one
)

func (*And) node()   {}
func (*Or) node()    {}
func (*Not) node()   {}
func (*Text) node()  {}
func (*Field) node() {}

// Span returns where a node stands in the query, rune offsets; 0, 0 for nil.
func Span(n Node) (pos, end int) {
	of := func(parts []Node) (int, int) {
		if len(parts) == 0 {
			return 0, 0
		}
		pos, _ := Span(parts[0])
		_, end := Span(parts[len(parts)-1])
		return pos, end
	}
	switch n := n.(type) {
	case *And:
		return of(n.Parts)
	case *Or:
		return of(n.Parts)
	case *Not:
		_, end := Span(n.Part)
		return n.Pos, end
	case *Text:
		return n.Pos, n.End
	case *Field:
		return n.Pos, n.End
	}
	return 0, 0
}
