package search

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// Position is the place of a hit in the order of a Result: what a cursor holds.
type Position struct {
	Sort      Sort    `json:"o"`
	StartedAt int64   `json:"t"`
	ID        string  `json:"i"`
	Score     float64 `json:"s,omitempty"` // of SortRelevance; higher is better
	// Typos is Result.Typos of the page that ends here: the next one goes on in the same meaning.
	Typos bool `json:"y,omitempty"`
}

// Cursor writes a position as an opaque text that is safe in a URL.
func (p Position) Cursor() string {
	b, err := json.Marshal(p)
	if err != nil { // a score that is no number cannot be continued from
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads a cursor; nil for an empty one. The error wraps ErrCursor.
func ParseCursor(cursor string, sort Sort) (*Position, error) {
	if cursor == "" {
		return nil, nil
	}
	var p Position
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: start again from the first page", ErrCursor)
	}
	if p.Sort != sort {
		return nil, fmt.Errorf("%w: it belongs to the order %q, not %q", ErrCursor, p.Sort, sort)
	}
	return &p, nil
}

// After tells whether p comes behind q in their order.
func (p Position) After(q Position) bool {
	if p.Sort == SortRelevance {
		if p.Score != q.Score {
			return p.Score < q.Score
		}
		return p.ID < q.ID
	}
	if p.StartedAt != q.StartedAt {
		return (p.StartedAt < q.StartedAt) != (p.Sort == SortOldest)
	}
	return p.ID < q.ID
}

// Fill returns the request with its defaults in place: order (that of the query, if it names
// one), limit, clock.
func (r Request) Fill() Request {
	if r.Query.Sort != "" {
		r.Sort = r.Query.Sort
	}
	if r.Sort != SortRelevance && r.Sort != SortOldest {
		r.Sort = SortNewest
	}
	if r.Limit <= 0 {
		r.Limit = DefaultLimit
	}
	r.Limit = min(r.Limit, MaxLimit)
	if r.Now == 0 {
		r.Now = time.Now().UnixMilli()
	}
	return r
}
