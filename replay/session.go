package replay

import (
	"encoding/json"
	"maps"
)

// State says where a session is in its life.
type State string

const (
	// StateLive is a session that may still receive batches; its blocks lie in packs.
	StateLive State = "live"
	// StateSealed is an ended session; its blocks lie in one sealed object. A late
	// batch makes it live again until it is sealed once more.
	StateSealed State = "sealed"
)

// User is who a session is of, as far as the site told us.
type User struct {
	ID     string          `json:"id,omitempty"`
	Email  string          `json:"email,omitempty"`
	Traits json.RawMessage `json:"traits,omitempty"` // a JSON object, kept as sent
}

// Page is one page a session visited.
type Page struct {
	At    int64  `json:"at"` // unix ms, server clock
	Tab   string `json:"tab"`
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
}

// Counts are how often each kind of moment happened in a session.
type Counts struct {
	Pages          int `json:"pages"`
	Clicks         int `json:"clicks"`
	Errors         int `json:"errors"`
	ConsoleErrors  int `json:"consoleErrors"`
	FailedRequests int `json:"failedRequests"`
	Responses      int `json:"responses"`
	Custom         int `json:"custom"`
}

// Vitals are measures of how fast pages were, by name: of a session the worst of each, of a [Digest] the 75th
// percentile, of a [Visit] what was told last. CLS is a score, the others (TTFB, FCP, LCP, INP) are ms; see web.dev/vitals.
type Vitals map[string]float64

// Worst returns the higher value of each measure. Neither is changed.
func (v Vitals) Worst(o Vitals) Vitals {
	if len(o) == 0 {
		return v
	}
	worst := maps.Clone(o)
	for name, value := range v {
		worst[name] = max(value, worst[name])
	}
	return worst
}

// Add adds o to c.
func (c *Counts) Add(o Counts) {
	c.Pages += o.Pages
	c.Clicks += o.Clicks
	c.Errors += o.Errors
	c.ConsoleErrors += o.ConsoleErrors
	c.FailedRequests += o.FailedRequests
	c.Responses += o.Responses
	c.Custom += o.Custom
}

// Client is what the server knows of the browser that records, taken from the
// request of the batch that claimed the session.
type Client struct {
	Browser  string `json:"browser,omitempty"`
	OS       string `json:"os,omitempty"`
	Device   string `json:"device,omitempty"`  // desktop, mobile, tablet or bot
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2, upper case
	Language string `json:"language,omitempty"`
}

// Session is one visit of one person. All times but those inside events are unix
// milliseconds in the server's clock.
type Session struct {
	ID        string
	ProjectID string
	State     State
	StartedAt int64 // first event
	EndedAt   int64 // last event
	// ReceivedAt is when the last batch came in; idleness is counted from it.
	ReceivedAt int64
	// ClockOffsetMs is added to a client's timestamp to get the server's.
	ClockOffsetMs int64
	// ActiveMs is the time in which the person did something; see [Summary].
	ActiveMs     int64
	LastActiveAt int64 // client clock; carries activity across batches

	User     User
	Client   Client
	Release  string
	Referrer string
	// Pages are in the order visited, at most [PagesPerSessionMax].
	Pages  []Page
	Counts Counts
	Vitals Vitals
	// SiteTags are labels that the site gave the session, TeamTags those of the team; see [Service.Tag].
	SiteTags []string
	TeamTags []string
	// Digest is what was found out about the session as a whole, a moment after its last change; nil before.
	Digest *Digest

	Events      int64
	RawBytes    int64 // bytes of the events as JSON
	StoredBytes int64 // bytes at rest, in packs and in the sealed object

	SealedKey   string // object key of the sealed session, empty while there is none
	SealedBytes int64
	SealCount   int    // how often it was sealed; part of the sealed object's key
	Dictionary  string // name of the site dictionary that the sealed object needs, empty if none
	// Tabs are what the last sealing found, as [Service.Tabs] returns them; nil if it was never sealed.
	Tabs []Tab
}

// DurationMs is the time from the first to the last event.
func (s *Session) DurationMs() int64 { return max(0, s.EndedAt-s.StartedAt) }

// Moment is a point in a session worth jumping to.
type Moment struct {
	At       int64           `json:"at"` // unix ms; client clock inside a [Batch], server clock from [Service.Moments]
	Kind     string          `json:"kind"`
	Label    string          `json:"label"`
	Selector string          `json:"selector,omitempty"`
	Tab      string          `json:"tab,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
}

// Tab is one browser tab of a session, with what is known to be missing of it. Times are unix ms in
// the server's clock.
type Tab struct {
	ID        string `json:"id"`
	StartedAt int64  `json:"startedAt"`
	EndedAt   int64  `json:"endedAt"`
	Events    int64  `json:"events"`
	// Playable is false where no full snapshot came at all.
	Playable bool `json:"playable"`
	// PlayableFrom is the time of the first full snapshot, 0 where there is none.
	PlayableFrom int64 `json:"playableFrom"`
	// Missing is in the order of From; stretches of different kinds may overlap.
	Missing []Gap `json:"missing,omitempty"`
}

// Gap is a stretch of a tab that is not there, or that cannot be shown.
type Gap struct {
	// Why is [segment.MissingBatches], for numbers between the first and the last that never came, or
	// [segment.MissingSnapshot], for a page whose full snapshot never came.
	Why     string `json:"why"`
	FromSeq int64  `json:"fromSeq"` // -1 unless batches are missing
	ToSeq   int64  `json:"toSeq"`
	From    int64  `json:"from"`
	To      int64  `json:"to"`
}
