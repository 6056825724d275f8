// Package feedback is the domain of what people say: responses to surveys and
// complaints, each linked, where it can be, to the session and time it is about.
package feedback

import (
	"context"
	"errors"
)

// ErrNotFound is returned, wrapped, where there is no such response in the project.
var ErrNotFound = errors.New("response not found")

// ErrInvalid is returned, wrapped with the field and the reason, for a response that cannot be kept.
var ErrInvalid = errors.New("invalid response")

// Kind says what was asked.
type Kind string

// The kinds of a response, with the range of their score.
const (
	KindNPS  Kind = "nps"  // 0 to 10
	KindCSAT Kind = "csat" // 1 to 5
	KindCES  Kind = "ces"  // 1 to 7
	KindText Kind = "text" // no score
)

// Status is where a response is in the team's work.
type Status string

// The states of triage.
const (
	StatusOpen     Status = "open"
	StatusResolved Status = "resolved"
	StatusSpam     Status = "spam"
)

// Response is one person's answer. Times are unix ms in the server's clock.
type Response struct {
	ID        string `json:"id"`
	ProjectID string `json:"projectId"`
	SessionID string `json:"sessionId,omitempty"` // empty: not linked, or its session was erased
	TabID     string `json:"tab,omitempty"`
	At        int64  `json:"at"`
	Kind      Kind   `json:"kind"`
	Survey    string `json:"survey,omitempty"` // the survey's key
	Score     *int   `json:"score,omitempty"`
	Text      string `json:"text,omitempty"`
	Category  string `json:"category,omitempty"`
	URL       string `json:"url,omitempty"` // page it was given on
	UserID    string `json:"userId,omitempty"`
	Status    Status `json:"status"`
	CreatedAt int64  `json:"createdAt"`
}

// Complaint reports whether the response is negative: an NPS detractor (0–6, Reichheld 2003), a CSAT of
// 1–2, a CES of 1–3, or text of the category "problem".
func (r *Response) Complaint() bool {
	if r.Category == "problem" {
		return true
	}
	if r.Score == nil {
		return false
	}
	switch r.Kind {
	case KindNPS:
		return *r.Score <= 6
	case KindCSAT:
		return *r.Score <= 2
	case KindCES:
		return *r.Score <= 3
	}
	return false
}

// Filter chooses responses of one project.
type Filter struct {
	ProjectID string
	Text      string // case-insensitive substring of the text; empty: any
	From, To  int64  // At, unix ms, From inclusive, To exclusive; 0: open
	Complaint bool   // only complaints
	Status    Status // empty: all but spam
	// AfterAt and AfterID are the keyset cursor: the last response seen.
	AfterAt int64
	AfterID string
	Limit   int // 1 to 500
}

// Patch is a change of triage; nil fields stay as they are.
type Patch struct {
	Status *Status `json:"status"`
}

// Store keeps responses. Every method is one transaction.
type Store interface {
	// Add stores responses whose id is new and leaves the others as they are, so that
	// the same answer sent twice is one. It returns how many were new, and puts the
	// sessions of these into the outbox.
	Add(ctx context.Context, responses []Response) (int, error)
	// Response returns one, or [ErrNotFound].
	Response(ctx context.Context, projectID, id string) (Response, error)
	// Responses lists newest first, then by id descending.
	Responses(ctx context.Context, f Filter) ([]Response, error)
	// OfSession returns the responses linked to a session in the order given.
	OfSession(ctx context.Context, sessionID string) ([]Response, error)
	// Triage changes a response and returns it, or [ErrNotFound].
	Triage(ctx context.Context, projectID, id string, p Patch) (Response, error)
}
