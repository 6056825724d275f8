package search

import "fmt"

// Query is a parsed search. The zero value matches every session.
type Query struct {
	Root Node // nil: everything
}

// Node is a part of a query: *And, *Or, *Not, *Text or *Field.
type Node interface{ node() }

type (
	// And matches what all of its parts match.
	And struct{ Parts []Node }
	// Or matches what any of its parts matches.
	Or struct{ Parts []Node }
	// Not matches what its part does not.
	Not struct{ Part Node }
	// Text matches sessions in which the words stand: one word, or several of a quoted
	// phrase, next to each other in one text of the document.
	Text struct {
		Words  string
		Quote  bool
		Prefix bool // written with * at the end: the last word may go on
		Pos    int  // rune offset in the query
	}
	// Field matches sessions in which a field has a value: key:value. Several values
	// mean any of them. Range has two values, either may be empty; Present has none.
	Field struct {
		Key    string // one of Keys
		Op     Op
		Values []Value
		Pos    int // rune offset in the query
	}
)

// Value is one value of a Field, as it was written.
type Value struct {
	Text  string
	Quote bool // written in quotes: * in it is no wildcard
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
	OpPresent Op = "*"  // there is any value
)

func (*And) node()  {}
func (*Or) node()   {}
func (*Not) node()  {}
func (*Text) node() {}

func (*Field) node() {}

// QueryError says what is wrong with a query, and where.
type QueryError struct {
	Pos  int    // rune offset
	Why  string // one sentence, fit for the person who typed it
	Hint string // what to write instead; may be empty
}

func (e *QueryError) Error() string {
	return fmt.Sprintf("query, position %d: %s", e.Pos+1, e.Why)
}

func (e *QueryError) Unwrap() error { return ErrQuery }
