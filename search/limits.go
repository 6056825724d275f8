package search

// Limits of the query language and of what is indexed. They are the same in every
// engine, so that every engine finds the same sessions.
const (
	// MaxQueryRunes is far more than anyone types, and enough for a pasted error
	// message; it bounds the parser's work.
	MaxQueryRunes = 2000
	// MaxQueryTerms bounds the words, phrases and filters of one query, so that one
	// query cannot keep an engine busy; FTS5 itself takes trees of depth 256.
	MaxQueryTerms = 64
	// MaxQueryDepth bounds how deep parentheses and negations nest.
	MaxQueryDepth = 16
	// MaxTokenRunes is how much of a single word is kept: longer ones (base64, hashes)
	// are known by their beginning. At 4 bytes a rune it fits the 468 bytes that
	// Meilisearch takes for one value.
	MaxTokenRunes = 64
	// MaxTextRunes is how much of one text is indexed: a message of an exception can
	// hold a whole page, of which nobody searches the end.
	MaxTextRunes = 4096
	// MaxTextsPerField is how many texts of one field are indexed (a tab left open can
	// visit thousands of addresses); the first are kept.
	MaxTextsPerField = 256
	// MaxMatchRunes is how long a text shown as the reason for a hit can be.
	MaxMatchRunes = 200
	// MaxMatchesPerHit is how many such texts one hit has.
	MaxMatchesPerHit = 3
	// DefaultLimit is how many hits a Request without a limit gets.
	DefaultLimit = 50
	// MaxLimit is the most hits of one page.
	MaxLimit = 500
)
