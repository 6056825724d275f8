// Package search is the domain of finding sessions: the document that stands for a
// session, what can be asked of it, and the index that answers. Adapters are fts
// (SQLite FTS5, embedded) and meili (Meilisearch); searchtest holds what both must do.
//
// The index is derived: it can be dropped and rebuilt from the stores, and it may
// lag behind them. Whoever shows a hit checks it against the store first.
package search

import (
	"context"
	"errors"
)

// ErrQuery is returned, wrapped in a *QueryError, for a query that cannot be understood.
var ErrQuery = errors.New("bad query")

// ErrCursor is returned, wrapped, for a cursor that no Result of the same sort gave.
var ErrCursor = errors.New("bad search cursor")

// ErrUnavailable is returned, wrapped, where the engine cannot answer now.
var ErrUnavailable = errors.New("search engine unavailable")

// Document is what the index knows of one session. Times are unix ms, server clock.
type Document struct {
	ID        string
	ProjectID string
	StartedAt int64
	EndedAt   int64
	ActiveMs  int64

	UserID    string
	UserEmail string
	Browser   string
	OS        string
	Device    string
	Country   string
	Language  string
	Release   string
	Referrer  string

	URLs       []string // of the pages visited, without query
	Titles     []string
	Errors     []string // messages of exceptions
	Console    []string // console errors and warnings
	Requests   []string // "METHOD url status" of failed requests
	Custom     []string // names of custom events
	Complaints []string // text of responses that are complaints
	Responses  []string // text of the other responses

	// Scores of the lowest answer of each kind; -1 where there is none.
	NPS, CSAT, CES int

	Clicks, ErrorCount, PageCount, FailedRequests, ResponseCount int
	// ComplaintCount is how many of the responses are complaints, with a text or only a score.
	ComplaintCount int
	// Score is the lowest answer of any kind, as it was given; -1 where there is none.
	Score int

	ErrorTypes []string          // of exceptions: "TypeError"
	Surveys    []string          // names of the surveys that were answered
	Tags       []string          // labels that the site or the team gave the session
	Tickets    []string          // keys of the tickets that the session is linked to
	Traits     map[string]string // what the site told of the person, by name; values as text
	// Signals counts what went wrong, by the names of SignalKeys; what did not happen is not there.
	Signals map[string]int
	// Vitals are measures of how fast the pages were (the 75th percentile over the session's
	// pages), by the names of VitalKeys: ms, and for cls thousandths; what was not measured is not there.
	Vitals map[string]int64
}

// SignalKeys are the names that Document.Signals counts under, which are keys of the query language, too.
var SignalKeys = []string{"rage", "dead", "errorclick", "quickback", "slow", "thrash", "abandon", "freeze", "refresh"}

// VitalKeys are the names of Document.Vitals, which are keys of the query language, too.
var VitalKeys = []string{"lcp", "inp", "cls", "fcp", "ttfb"}

// Sort is the order of hits.
type Sort string

// The orders. Ties are broken by id, descending.
const (
	SortNewest    Sort = "newest"    // started last first; the default
	SortRelevance Sort = "relevance" // best match first
	SortOldest    Sort = "oldest"    // started first first
)

// Request is one search in one project.
type Request struct {
	ProjectID string
	Query     Query // parsed; the zero value matches everything
	From, To  int64 // started at, unix ms, From inclusive, To exclusive; 0: open
	Sort      Sort
	Limit     int    // 1 to 500
	Cursor    string // from the Result before; empty: from the start
	WithTotal bool   // count all matches
	WithFacet bool   // count values of the FacetFields among all matches
	Now       int64  // unix ms that ages and is:live are measured from; 0: the clock
	// Exact finds nothing but what was written. Otherwise, a request that finds nothing is
	// asked again with words that are one typo away; see Near. A cursor goes on as it began.
	Exact bool
}

// Hit is one session found, with why.
type Hit struct {
	ID        string
	StartedAt int64
	// Matches are the texts that matched, at most three, each with its field's name.
	Matches []Match
}

// Match is a piece of text that a word of the query was found in.
type Match struct {
	Field string `json:"field"` // the Document's field, camelCase
	Text  string `json:"text"`  // at most 200 runes around the words
	// Spans are the matched parts, as rune offsets into Text: start, end, start, end …
	Spans []int `json:"spans"`
}

// Result is one page of hits.
type Result struct {
	Hits       []Hit
	NextCursor string // empty on the last page
	// Typos is true where nothing holds the words as they were written, and the hits are those of
	// words that are one typo away.
	Typos bool
	Total int64 // -1 where not asked for
	// Facets maps field → value → count; nil where not asked for.
	Facets map[string]map[string]int64
}

// ValueCount is a value of a field, and how many sessions have it.
type ValueCount struct {
	Value string `json:"value"` // as it was told, not folded
	Count int64  `json:"count"`
}

// Suggester tells what can be asked for.
type Suggester interface {
	// Values returns values of a key of the query language (one that Suggestible names, or
	// "trait.NAME") that sessions of the project have and that begin with prefix, case and width
	// folded; the most frequent first, at most limit (1 to 100). Of another key it returns none.
	Values(ctx context.Context, projectID, key, prefix string, limit int) ([]ValueCount, error)
	// TraitNames returns the names of traits that sessions of the project have, as Values does.
	TraitNames(ctx context.Context, projectID, prefix string, limit int) ([]ValueCount, error)
}

// Suggestible are the keys that Suggester.Values knows: those of few, short values.
var Suggestible = []string{
	"browser", "os", "device", "country", "language", "release", "url", "page", "error.type",
	"user", "email", "custom", "survey", "tag", "ticket",
}

// Engine is what an adapter is.
type Engine interface {
	Index
	Suggester
}

// Index finds sessions. Safe for concurrent use.
type Index interface {
	// Put stores documents, replacing those with the same id, and returns when they
	// can be found. Idempotent.
	Put(ctx context.Context, docs []Document) error
	// Delete removes documents by id, so that nothing of them is left on disk where
	// the engine can promise that. Ids that are not there are no error.
	Delete(ctx context.Context, ids []string) error
	// Search answers one request. A *QueryError for a query the engine refuses.
	Search(ctx context.Context, r Request) (Result, error)
	// IDs calls fn with the id of every document of a project (empty: of all), in
	// any order, and stops at fn's first error, which it returns.
	IDs(ctx context.Context, projectID string, fn func(id string) error) error
	// Rebuild replaces the whole index: fill is called with a function that stores
	// documents. Searches see the old index until fill returned nil, then the new one.
	// Changes made through Put and Delete meanwhile are not lost.
	Rebuild(ctx context.Context, fill func(put func([]Document) error) error) error
	// Bytes is how much the index takes of disk, 0 where the engine does not tell.
	Bytes(ctx context.Context) (int64, error)
	Close() error
}
