package dictionary

import (
	"fmt"
	"iter"
)

// Session is one session's content, to learn from.
type Session struct {
	ID string
	// Person is whoever the session is of, by the name that tells people apart most surely; "" where nobody knows.
	Person string
	// Events gives each event's JSON in order, or an error, which ends the learning. The bytes are not kept.
	Events iter.Seq2[[]byte, error]
}

// Rules say what may be in a dictionary and how large it may be. The zero value means the defaults.
type Rules struct {
	MinSessions int // k; 0 means MinSessionsDefault
	SizeBytes   int // at most; 0 means SizeBytesDefault
}

// Stats say what a learning saw.
type Stats struct {
	Sessions       int   // that were read
	People         int   // known ones
	ReadBytes      int64 // events' JSON, in the first pass
	QualifiedBytes int64 // of distinct content that was allowed, whether or not it found room
	Chunks         int   // in the dictionary
	Runs           int   // of chunks that stand together as they did in a session
}

// Learn reads the sessions twice, newest first, and makes a raw dictionary of what many of them share. It is nil where they share too
// little. The same sessions give the same bytes. Sessions that come twice are read once; the two passes may differ, as
// a session may be erased between them. Errors are those of the sessions, with the session's id.
func Learn(rules Rules, sessions iter.Seq2[Session, error]) ([]byte, Stats, error) {
	if rules.MinSessions <= 0 {
		rules.MinSessions = MinSessionsDefault
	}
	if rules.SizeBytes <= 0 {
		rules.SizeBytes = SizeBytesDefault
	}
	counts := newCounter(rules.MinSessions)
	err := eachChunk(sessions, counts.session, func(chunk []byte) bool {
		counts.add(chunk)
		return true
	})
	stats := counts.stats
	if err != nil {
		return nil, stats, err
	}
	chosen, qualified := counts.choose(rules.SizeBytes)
	stats.QualifiedBytes = qualified
	if qualified < sizeBytesMin {
		return nil, stats, nil
	}
	got := newCollector(chosen, rules.SizeBytes)
	if err := eachChunk(sessions, got.session, got.add); err != nil {
		return nil, stats, err
	}
	stats.Chunks, stats.Runs = got.chunks, got.runs
	return got.dictionary(), stats, nil
}

// eachChunk cuts the sessions into chunks, which are valid until fn returns, until fn returns false.
func eachChunk(sessions iter.Seq2[Session, error], begin func(Session), fn func(chunk []byte) bool) error {
	seen := map[string]bool{}
	left := int64(learnBytesMax)
	for s, err := range sessions {
		if err != nil {
			return fmt.Errorf("dictionary: listing the sessions to learn from: %w", err)
		}
		if seen[s.ID] {
			continue
		}
		if left <= 0 {
			return nil
		}
		seen[s.ID] = true
		begin(s)
		room := min(left, sessionBytesMax)
		for event, err := range s.Events {
			if err != nil {
				return fmt.Errorf("dictionary: reading session %s to learn from it: %w", s.ID, err)
			}
			if room < int64(len(event)) {
				break
			}
			room -= int64(len(event))
			left -= int64(len(event))
			for len(event) > 0 {
				n := cut(event)
				if !fn(event[:n]) {
					return nil
				}
				event = event[n:]
			}
		}
	}
	return nil
}
