package search

import "fmt"

// QueryError says what is wrong with a query, and where. It wraps [ErrQuery].
type QueryError struct {
	// Pos and End are where the bad part begins and ends, rune offsets into the query.
	Pos, End int
	// Code is one of ErrorCodes, so that an app can say it in another language.
	Code string
	// Args are what the words of Code speak of, in the order that ErrorCodes tells.
	Args []string
	Why  string // one sentence, fit for the person who typed it
	Hint string // what to write instead
	// Unfinished is true where the query only ends too early: whoever is still typing need not be
	// told yet.
	Unfinished bool
}

func (e *QueryError) Error() string {
	return fmt.Sprintf("query, position %d: %s", e.Pos+1, e.Why)
}

func (e *QueryError) Unwrap() error { return ErrQuery }

// Note is advice on a query that is understood, but maybe not as the person meant it.
type Note struct {
	Pos, End int      // rune offsets into the query
	Code     string   // one of ErrorCodes whose Note is true
	Args     []string // as for QueryError
	Text     string   // one or two sentences
}

// ErrorCode describes a code of a QueryError or a Note.
type ErrorCode struct {
	Code    string
	Args    []string // what each of the Args is
	Note    bool     // advice, no error
	Example string   // a query that gets it; empty for those that are too long to show
}

// ErrorCodes are all codes, so that translations can be held against them. Args that are
// empty are possible where the name ends with ?.
var ErrorCodes = []ErrorCode{
	{Code: "too-long", Args: []string{"length", "most"}},
	{Code: "too-many-terms", Args: []string{"most"}},
	{Code: "too-deep", Args: []string{"most"}},
	{Code: "nul", Example: "a\x00"},
	{Code: "nothing-to-find", Example: "?!"},
	{Code: "never-closed", Args: []string{"what"}, Example: `"open`},
	{Code: "closes-nothing", Example: "a)"},
	{Code: "or-side", Example: "a OR"},
	{Code: "unknown-key", Args: []string{"key", "nearest?"}, Example: "browzer:Chrome"},
	{Code: "trait-name", Example: "trait.:a"},
	{Code: "no-value", Args: []string{"key"}, Example: "browser:"},
	{Code: "no-word", Args: []string{"key"}, Example: `error:"..."`},
	{Code: "not-comparable", Args: []string{"key", "operator"}, Example: "browser:>5"},
	{Code: "not-a-number", Args: []string{"key", "value"}, Example: "nps:many"},
	{Code: "not-a-decimal", Args: []string{"key", "value"}, Example: "cls:some"},
	{Code: "not-a-duration", Args: []string{"key", "value"}, Example: "duration:long"},
	{Code: "not-a-time", Args: []string{"key", "value"}, Example: "started:soon"},
	{Code: "not-a-choice", Args: []string{"key", "value", "choices", "nearest?"}, Example: "has:eror"},
	{Code: "empty-range", Args: []string{"key"}, Example: "clicks:.."},
	{Code: "list-comma", Args: []string{"key"}, Example: "os:[a b]"},
	{Code: "list-empty", Args: []string{"key"}, Example: "os:[a,,b]"},
	{Code: "list-or", Args: []string{"key"}, Example: "os:(iOS Android)"},
	{Code: "sort-place", Example: "(sort:newest)"},
	{Code: "sort-twice", Example: "sort:newest sort:oldest"},

	{Code: "lower-or", Note: true, Example: "login or checkout"},
	{Code: "and-word", Note: true, Example: "login AND checkout"},
	{Code: "not-word", Note: true, Example: "login NOT checkout"},
	{Code: "space-after-colon", Args: []string{"key"}, Note: true, Example: "browser: Safari"},
	{Code: "no-colon", Args: []string{"key", "value"}, Note: true, Example: "nps>6"},
}
