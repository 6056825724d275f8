package httpapi

import (
	"encoding/json"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// sessionJSON is a session as the API shows it. Times are unix ms, server clock.
type sessionJSON struct {
	ID            string        `json:"id"`
	ProjectID     string        `json:"projectId"`
	State         replay.State  `json:"state"`
	StartedAt     int64         `json:"startedAt"`
	EndedAt       int64         `json:"endedAt"`
	ReceivedAt    int64         `json:"receivedAt"`
	DurationMs    int64         `json:"durationMs"`
	ActiveMs      int64         `json:"activeMs"`
	User          userJSON      `json:"user"`
	Pages         []replay.Page `json:"pages"`
	Browser       string        `json:"browser"`
	OS            string        `json:"os"`
	Device        string        `json:"device"`
	Country       string        `json:"country"`
	Language      string        `json:"language"`
	Release       string        `json:"release"`
	Referrer      string        `json:"referrer"`
	Counts        replay.Counts `json:"counts"`
	Vitals        replay.Vitals `json:"vitals"`
	Events        int64         `json:"events"`
	RawBytes      int64         `json:"rawBytes"`
	StoredBytes   int64         `json:"storedBytes"`
	ClockOffsetMs int64         `json:"clockOffsetMs"`
}

// userJSON always has all of its fields: a person who is unknown has empty ones.
type userJSON struct {
	ID     string          `json:"id"`
	Email  string          `json:"email"`
	Traits json.RawMessage `json:"traits"`
}

// sessionDetail is a session with its tabs.
type sessionDetail struct {
	sessionJSON
	Tabs []tabJSON `json:"tabs"`
}

// tabJSON is a tab whose list of gaps is never null.
type tabJSON struct {
	ID           string       `json:"id"`
	StartedAt    int64        `json:"startedAt"`
	EndedAt      int64        `json:"endedAt"`
	Events       int64        `json:"events"`
	Playable     bool         `json:"playable"`
	PlayableFrom int64        `json:"playableFrom"`
	Missing      []replay.Gap `json:"missing"`
}

// foundSession is a session in a list, with why it was found.
type foundSession struct {
	sessionJSON
	Matches []search.Match `json:"matches"`
}

func sessionOf(s *replay.Session) sessionJSON {
	out := sessionJSON{ID: s.ID, ProjectID: s.ProjectID, State: s.State,
		StartedAt: s.StartedAt, EndedAt: s.EndedAt, ReceivedAt: s.ReceivedAt, DurationMs: s.DurationMs(), ActiveMs: s.ActiveMs,
		User:  userJSON{ID: s.User.ID, Email: s.User.Email, Traits: s.User.Traits},
		Pages: s.Pages, Browser: s.Client.Browser, OS: s.Client.OS, Device: s.Client.Device, Country: s.Client.Country,
		Language: s.Client.Language, Release: s.Release, Referrer: s.Referrer, Counts: s.Counts, Vitals: vitalsOf(s),
		Events: s.Events, RawBytes: s.RawBytes, StoredBytes: s.StoredBytes, ClockOffsetMs: s.ClockOffsetMs}
	if len(out.User.Traits) == 0 {
		out.User.Traits = json.RawMessage("{}")
	}
	if out.Pages == nil {
		out.Pages = []replay.Page{}
	}
	return out
}

func detailOf(s *replay.Session, tabs []replay.Tab) sessionDetail {
	out := sessionDetail{sessionJSON: sessionOf(s), Tabs: make([]tabJSON, 0, len(tabs))}
	for _, t := range tabs {
		if t.Missing == nil {
			t.Missing = []replay.Gap{}
		}
		out.Tabs = append(out.Tabs, tabJSON(t))
	}
	return out
}

// vitalsOf is never null: clients read its members.
func vitalsOf(s *replay.Session) replay.Vitals {
	if s.Vitals == nil {
		return replay.Vitals{}
	}
	return s.Vitals
}
