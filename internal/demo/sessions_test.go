package demo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// sessionsTotalMaxBytes bounds what the recordings add to the program.
const sessionsTotalMaxBytes = 2 << 20

// event is what the tests look at in an rrweb event.
type event struct {
	Type      int   `json:"type"`
	Timestamp int64 `json:"timestamp"`
	Data      struct {
		Tag     string `json:"tag"`
		Payload struct {
			Kind     string `json:"kind"`
			Score    *int   `json:"score"`
			Category string `json:"category"`
			Text     string `json:"text"`
		} `json:"payload"`
	} `json:"data"`
}

func events(t *testing.T, s Session) []event {
	t.Helper()
	decoded := make([]event, len(s.Events))
	for i, raw := range s.Events {
		// Payloads of other plugins have other shapes: only what fits is looked at.
		var typeError *json.UnmarshalTypeError
		if err := json.Unmarshal(raw, &decoded[i]); err != nil && !errors.As(err, &typeError) {
			t.Fatalf("%s: event %d: %v", s.Name, i, err)
		}
	}
	return decoded
}

func load(t *testing.T) []Session {
	t.Helper()
	var all []Session
	if err := LoadSessions(func(s Session) error { all = append(all, s); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSessionsAreManyAndSmall(t *testing.T) {
	names, err := fs.Glob(Sessions, "*.json.zst")
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, name := range names {
		info, err := fs.Stat(Sessions, name)
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if len(names) < 12 || total >= sessionsTotalMaxBytes {
		t.Errorf("%d recordings of %d bytes together; want at least 12 below %d", len(names), total, sessionsTotalMaxBytes)
	}
}

func TestSessionsAreWhole(t *testing.T) {
	for i, s := range load(t) {
		if id, err := uuid.Parse(s.Tab); err != nil || id.Version() != 7 {
			t.Errorf("%s: tab %q", s.Name, s.Tab)
		}
		m := s.Meta
		if m.Browser == "" || m.OS == "" || m.Device == "" || len(m.Country) != 2 || m.Language == "" || m.Release == "" || m.UserAgent == "" {
			t.Errorf("%s: meta %+v", s.Name, m)
		}
		all, snapshots, last := events(t, s), 0, int64(0)
		for _, e := range all {
			if e.Type == 2 {
				snapshots++
			}
			if e.Timestamp < last-1000 {
				t.Errorf("%s: an event is %d ms before the one before it", s.Name, last-e.Timestamp)
			}
			last = max(last, e.Timestamp)
		}
		// What is said about the page may come before the page is drawn; what changes it may not.
		start := slices.IndexFunc(all, func(e event) bool { return e.Type == 4 })
		if start < 0 || all[start+1].Type != 2 || slices.ContainsFunc(all[:start], func(e event) bool { return e.Type == 2 || e.Type == 3 }) {
			t.Errorf("%s does not begin with a Meta and a full snapshot", s.Name)
		}
		first, end, err := s.Span()
		if err != nil || end-first < 25_000 || end-first > 200_000 {
			t.Errorf("%s (%d): lasts %d ms, %v", s.Name, i, end-first, err)
		}
		if snapshots < 2 {
			t.Errorf("%s: %d full snapshots, want one for each of several pages", s.Name, snapshots)
		}
	}
}

func TestSessionsHaveSomethingToFind(t *testing.T) {
	responses, complaints, failures, korean, people := 0, 0, 0, 0, map[string]bool{}
	scores := map[int]bool{}
	for _, s := range load(t) {
		if s.Meta.User != nil {
			people[s.Meta.User.ID] = true
		}
		for _, e := range events(t, s) {
			switch e.Data.Tag {
			case "afterimage.response":
				responses++
				if e.Data.Payload.Category == "problem" {
					complaints++
				}
				if e.Data.Payload.Score != nil {
					scores[*e.Data.Payload.Score] = true
				}
				if strings.Contains(e.Data.Payload.Text, "결제") {
					korean++
				}
			case "afterimage.error":
				failures++
			}
		}
	}
	if responses < 10 || complaints < 4 || failures < 4 || korean < 2 || len(people) < 10 || len(scores) < 6 || !scores[0] || !scores[10] {
		t.Errorf("responses %d, complaints %d, errors %d, about 결제 %d, people %d, scores %v", responses, complaints, failures, korean, len(people), scores)
	}
}

func TestSessionsHoldNothingThatWasTyped(t *testing.T) {
	for _, s := range load(t) {
		for _, raw := range s.Events {
			for _, typed := range []string{"4242 4242", "왕십리로 83", "18 Beech Street", "010-5550", "WELCOME10"} {
				if strings.Contains(string(raw), typed) {
					t.Fatalf("%s holds %q, which somebody typed into a field", s.Name, typed)
				}
			}
		}
	}
}

func TestShiftedMovesTheTimesAlone(t *testing.T) {
	s := load(t)[0]
	moved, err := s.Shifted(86_400_000)
	if err != nil {
		t.Fatal(err)
	}
	first, last, err := s.Span()
	if err != nil {
		t.Fatal(err)
	}
	s.Events = moved
	newFirst, newLast, err := s.Span()
	if err != nil || newFirst-first != 86_400_000 || newLast-last != 86_400_000 {
		t.Errorf("moved by %d and %d, %v", newFirst-first, newLast-last, err)
	}
	back, err := s.Shifted(-86_400_000)
	if err != nil {
		t.Fatal(err)
	}
	for i, raw := range load(t)[0].Events {
		var want, got any
		if json.Unmarshal(raw, &want) != nil || json.Unmarshal(back[i], &got) != nil || !equal(want, got) {
			t.Fatalf("event %d is another after moving there and back", i)
		}
	}
}

func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

func TestLoadSessionsReturnsTheErrorOfUse(t *testing.T) {
	stop := errors.New("enough")
	calls := 0
	if err := LoadSessions(func(Session) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
		t.Errorf("error %v after %d calls", err, calls)
	}
}
