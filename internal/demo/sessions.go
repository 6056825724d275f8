package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// The embedded folder holds a README too, so that it compiles before anything was recorded.
//
//go:embed sessions
var sessionFiles embed.FS

// Sessions holds the recordings, NN.json.zst, made by `npm run demo-sessions -w e2e`.
var Sessions = mustSub(sessionFiles, "sessions")

// sessionMaxBytes caps a decoded recording: far above any of ours, so that a broken file cannot fill the memory.
const sessionMaxBytes = 64 << 20

// User is the person of a recording.
type User struct {
	ID     string          `json:"id,omitempty"`
	Email  string          `json:"email,omitempty"`
	Traits json.RawMessage `json:"traits,omitempty"`
}

// Meta is what is known of a recording besides its events.
type Meta struct {
	Browser   string `json:"browser"`
	OS        string `json:"os"`
	Device    string `json:"device"`  // desktop, mobile or tablet
	Country   string `json:"country"` // ISO 3166-1 alpha-2
	Language  string `json:"language"`
	Timezone  string `json:"timezone"`
	Release   string `json:"release"`
	Referrer  string `json:"referrer,omitempty"`
	UserAgent string `json:"userAgent"`
	User      *User  `json:"user,omitempty"` // nil: nobody signed in
}

// Session is one recording. Its events are rrweb events as JSON, in order, of one tab.
type Session struct {
	Name   string            `json:"-"` // the file's name without its ending
	Meta   Meta              `json:"meta"`
	Tab    string            `json:"tab"` // a UUID
	Events []json.RawMessage `json:"events"`
}

// LoadSessions decodes the recordings one after the other, in order of their names, and hands each to use.
// It returns the first error, of a broken file or of use.
func LoadSessions(use func(Session) error) error {
	names, err := fs.Glob(Sessions, "*.json.zst")
	if err != nil {
		return fmt.Errorf("list the demo's recordings: %w", err)
	}
	slices.Sort(names)
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(sessionMaxBytes))
	if err != nil {
		return fmt.Errorf("start zstd: %w", err)
	}
	defer decoder.Close()
	for _, name := range names {
		session, err := decode(decoder, name)
		if err != nil {
			return fmt.Errorf("read the demo's recording %s: %w", name, err)
		}
		if err := use(session); err != nil {
			return err
		}
	}
	return nil
}

func decode(decoder *zstd.Decoder, name string) (Session, error) {
	packed, err := fs.ReadFile(Sessions, name)
	if err != nil {
		return Session{}, err
	}
	text, err := decoder.DecodeAll(packed, nil)
	if err != nil {
		return Session{}, err
	}
	session := Session{Name: strings.TrimSuffix(name, ".json.zst")}
	return session, json.Unmarshal(text, &session)
}

// Span returns the lowest and highest timestamp of the events, unix ms in the clock of the recording.
func (s *Session) Span() (first, last int64, err error) {
	for _, event := range s.Events {
		var e struct {
			Timestamp int64 `json:"timestamp"`
		}
		if err := json.Unmarshal(event, &e); err != nil {
			return 0, 0, fmt.Errorf("read an event of %s: %w", s.Name, err)
		}
		if first == 0 || e.Timestamp < first {
			first = e.Timestamp
		}
		last = max(last, e.Timestamp)
	}
	return first, last, nil
}

// Shifted returns the events as if the recording had been made shift ms later, so that the demo's sessions are
// always of the last days. Only the events' own timestamps change.
func (s *Session) Shifted(shift int64) ([]json.RawMessage, error) {
	shifted := make([]json.RawMessage, 0, len(s.Events))
	for _, event := range s.Events {
		var e struct {
			Type      json.RawMessage `json:"type"`
			Data      json.RawMessage `json:"data"`
			Timestamp int64           `json:"timestamp"`
		}
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, fmt.Errorf("read an event of %s: %w", s.Name, err)
		}
		e.Timestamp += shift
		moved, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("write an event of %s: %w", s.Name, err)
		}
		shifted = append(shifted, moved)
	}
	return shifted, nil
}
