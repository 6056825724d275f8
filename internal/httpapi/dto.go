package httpapi

import (
	"encoding/json"
	"slices"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// sessionJSON is a session as the API shows it. Times are unix ms, server clock.
type sessionJSON struct {
	ID            string            `json:"id"`
	ProjectID     string            `json:"projectId"`
	State         replay.State      `json:"state"`
	StartedAt     int64             `json:"startedAt"`
	EndedAt       int64             `json:"endedAt"`
	ReceivedAt    int64             `json:"receivedAt"`
	DurationMs    int64             `json:"durationMs"`
	ActiveMs      int64             `json:"activeMs"`
	User          userJSON          `json:"user"`
	Pages         []pageJSON        `json:"pages"`
	Entry         string            `json:"entry"`
	Exit          string            `json:"exit"`
	UTM           map[string]string `json:"utm"`
	Browser       string            `json:"browser"`
	OS            string            `json:"os"`
	Device        string            `json:"device"`
	Country       string            `json:"country"`
	Language      string            `json:"language"`
	Release       string            `json:"release"`
	Referrer      string            `json:"referrer"`
	Counts        countsJSON        `json:"counts"`
	Vitals        replay.Vitals     `json:"vitals"`
	Tags          []string          `json:"tags"`
	TeamTags      []string          `json:"teamTags"`
	Events        int64             `json:"events"`
	RawBytes      int64             `json:"rawBytes"`
	StoredBytes   int64             `json:"storedBytes"`
	ClockOffsetMs int64             `json:"clockOffsetMs"`
}

// pageJSON is a page visited, with the time on it.
type pageJSON struct {
	replay.Page
	DurationMs int64         `json:"durationMs"`
	Vitals     replay.Vitals `json:"vitals"`
}

// countsJSON has every signal of search.SignalKeys, 0 where there was none.
type countsJSON struct {
	replay.Counts
	Rage       int `json:"rage"`
	Dead       int `json:"dead"`
	ErrorClick int `json:"errorclick"`
	QuickBack  int `json:"quickback"`
	Slow       int `json:"slow"` // requests and pages
	Thrash     int `json:"thrash"`
	Abandon    int `json:"abandon"`
	Freeze     int `json:"freeze"`
	Refresh    int `json:"refresh"`
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
	digest := s.Digest
	if digest == nil { // nobody has looked at the session as a whole yet
		digest = &replay.Digest{}
	}
	out := sessionJSON{ID: s.ID, ProjectID: s.ProjectID, State: s.State,
		StartedAt: s.StartedAt, EndedAt: s.EndedAt, ReceivedAt: s.ReceivedAt, DurationMs: s.DurationMs(), ActiveMs: s.ActiveMs,
		User:  userJSON{ID: s.User.ID, Email: s.User.Email, Traits: s.User.Traits},
		Pages: pagesOf(s, digest), Entry: digest.Entry, Exit: digest.Exit, UTM: digest.UTM,
		Browser: s.Client.Browser, OS: s.Client.OS, Device: s.Client.Device, Country: s.Client.Country,
		Language: s.Client.Language, Release: s.Release, Referrer: s.Referrer,
		Counts: countsOf(s.Counts, digest), Vitals: vitalsOf(digest.Vitals, s.Vitals),
		Tags: allTags(s), TeamTags: s.TeamTags,
		Events: s.Events, RawBytes: s.RawBytes, StoredBytes: s.StoredBytes, ClockOffsetMs: s.ClockOffsetMs}
	if len(out.User.Traits) == 0 {
		out.User.Traits = json.RawMessage("{}")
	}
	if n := len(s.Pages); out.Entry == "" && n > 0 {
		out.Entry, out.Exit = s.Pages[0].URL, s.Pages[n-1].URL
	}
	if out.UTM == nil {
		out.UTM = map[string]string{}
	}
	if out.TeamTags == nil {
		out.TeamTags = []string{}
	}
	return out
}

// pagesOf joins the pages with what the digest tells of each. A page that it does not know,
// because it was visited a moment ago, lasts until the next one of its tab; one that is told of again, as with each
// full snapshot, is left out.
func pagesOf(s *replay.Session, digest *replay.Digest) []pageJSON {
	type stay struct {
		tab string
		at  int64
	}
	visits := make(map[stay]*replay.Visit, len(digest.Visits))
	for i := range digest.Visits {
		visits[stay{digest.Visits[i].Tab, digest.Visits[i].At}] = &digest.Visits[i]
	}
	pages := make([]pageJSON, len(s.Pages))
	again := make([]bool, len(s.Pages))
	on := map[string]string{} // address that a tab is on
	for i, p := range s.Pages {
		again[i] = digest.Pages > 0 && visits[stay{p.Tab, p.At}] == nil && on[p.Tab] == p.URL
		on[p.Tab] = p.URL
	}
	until := map[string]int64{} // when the page that comes next in a tab begins
	for i := len(s.Pages) - 1; i >= 0; i-- {
		p := s.Pages[i]
		if again[i] {
			continue
		}
		end, followed := until[p.Tab]
		if !followed {
			end = s.EndedAt
		}
		pages[i] = pageJSON{Page: p, DurationMs: max(0, end-p.At), Vitals: replay.Vitals{}}
		if v := visits[stay{p.Tab, p.At}]; v != nil {
			pages[i].DurationMs, pages[i].Vitals = v.DurationMs, vitalsOf(v.Vitals, nil)
		}
		until[p.Tab] = p.At
	}
	kept := pages[:0]
	for i := range pages {
		if !again[i] {
			kept = append(kept, pages[i])
		}
	}
	return kept
}

func countsOf(counts replay.Counts, digest *replay.Digest) countsJSON {
	signals := digest.Signals
	if digest.Pages > 0 {
		counts.Pages = digest.Pages // the row counts a page again that is told of again
	}
	return countsJSON{Counts: counts, Rage: signals["rage"], Dead: signals["dead"], ErrorClick: signals["errorclick"],
		QuickBack: signals["quickback"], Slow: signals["slowrequest"] + signals["slowpage"], Thrash: signals["thrash"],
		Abandon: signals["abandon"], Freeze: signals["freeze"], Refresh: signals["refresh"]}
}

// allTags are the site's and the team's, each once.
func allTags(s *replay.Session) []string {
	tags := append([]string{}, s.SiteTags...)
	for _, tag := range s.TeamTags {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
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

// vitalsOf is the first that is known, and never null: clients read its members.
func vitalsOf(known ...replay.Vitals) replay.Vitals {
	for _, v := range known {
		if v != nil {
			return v
		}
	}
	return replay.Vitals{}
}
