package search

import "fmt"

// Query is a parsed search. The zero value matches every session.
type Query struct {
	Root Node // nil: everything
}

// Node is a part of a query: *And, *Or, *Not or *Text.
type Node interface{ node() }

// And matches what all of its parts match; Or what any does; Not what its part does not.
type (
	And struct{ Parts []Node }
	Or  struct{ Parts []Node }
	Not struct{ Part Node }
	// Text matches sessions in which the words stand: one word, or several of a quoted
	// phrase, next to each other in one text of the document.
	Text struct {
		Words string
		Quote bool
		Pos   int // rune offset in the query
	}
)

func (*And) node()  {}
func (*Or) node()   {}
func (*Not) node()  {}
func (*Text) node() {}

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
