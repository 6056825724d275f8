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
	// MinSessions is k; 0 means [MinSessionsDefault], and fewer than [PeopleMin] mean PeopleMin. Content may be in the
	// dictionary if at least k distinct sessions had it, and at least PeopleMin known people are among theirs; or if at
	// least k sessions had it of which nobody knows whose they are. So unknown people do not make up for known ones, as they
	// may be the same before they signed in; and a known person never keeps out what is common without them.
	MinSessions int
	// SizeBytes bounds the dictionary; 0 means [SizeBytesDefault].
	SizeBytes int
}

func (r Rules) orDefaults() Rules {
	if r.MinSessions <= 0 {
		r.MinSessions = MinSessionsDefault
	}
	r.MinSessions = max(r.MinSessions, PeopleMin)
	if r.SizeBytes <= 0 {
		r.SizeBytes = SizeBytesDefault
	}
	return r
}

// Stats say what a learning saw. They hold no content.
type Stats struct {
	Sessions       int   // that were read
	People         int   // known ones
	ReadBytes      int64 // of events' JSON, in the first pass
	QualifiedBytes int64 // of distinct content that was allowed, whether or not it found room
	Chunks         int   // in the dictionary
	Runs           int   // of chunks that stand together as they did in a session
}

// Learn makes a raw zstd dictionary of what many of the sessions share. They are read twice, newest first, in bounded memory; a
// session that comes again within a pass is passed over. The two passes may see other sessions, as some may be erased
// between them. The same sessions give the same bytes. The dictionary is nil where the sessions share too little to be worth
// one. Errors are those of reading the sessions, with the session's id.
func Learn(rules Rules, sessions iter.Seq2[Session, error]) ([]byte, Stats, error) {
	rules = rules.orDefaults()
	counts := newCounter(rules.MinSessions)
	if err := eachChunk(sessions, counts); err != nil {
		return nil, counts.stats, err
	}
	chosen := counts.choose(rules.SizeBytes)
	stats := counts.stats
	if stats.QualifiedBytes < sizeBytesMin {
		return nil, stats, nil
	}
	counts = nil // its table need not stay through the second pass
	copied := newCollector(chosen, rules.SizeBytes)
	if err := eachChunk(sessions, copied); err != nil {
		return nil, stats, err
	}
	learned := copied.dictionary()
	if len(learned) < sizeBytesMin {
		return nil, stats, nil
	}
	stats.Chunks, stats.Runs = copied.chunks, copied.runs
	return learned, stats, nil
}

// reader is what reads the chunks of a pass.
type reader interface {
	session(Session)       // begins the next session
	add(chunk []byte) bool // is given its next chunk, valid until it returns; false ends the pass
}

// eachChunk gives all chunks of the sessions, up to the limits, to r.
func eachChunk(sessions iter.Seq2[Session, error], r reader) error {
	seen := map[string]bool{}
	left := learnBytesMax
	for s, err := range sessions {
		if err != nil {
			return fmt.Errorf("dictionary: listing the sessions to learn from: %w", err)
		}
		if seen[s.ID] {
			continue
		}
		if left <= 0 || len(seen) == sessionsMax {
			return nil
		}
		seen[s.ID] = true
		r.session(s)
		room := min(left, sessionBytesMax)
		for event, err := range s.Events {
			if err != nil {
				return fmt.Errorf("dictionary: reading session %s to learn from it: %w", s.ID, err)
			}
			if room -= len(event); room < 0 {
				break
			}
			left -= len(event)
			for len(event) > 0 {
				n := cut(event)
				if !r.add(event[:n]) {
					return nil
				}
				event = event[n:]
			}
		}
	}
	return nil
}
