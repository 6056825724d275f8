// Package importer reads recordings out of files: it turns arrays of rrweb events,
// newline-delimited JSON, exports of PostHog and replay segments of Sentry, packed
// with gzip, zstd or zlib or not at all, into one stream of events.
//
// It knows no storage. Memory is bounded by the largest event, not by the file.
// Each event keeps its JSON byte for byte as it stands in the file. A file that is
// broken gives an [*Error] that names the place and says why in plain words.
package importer

import (
	"context"
	"encoding/json"
	"fmt"
)

// Event is one rrweb event of a recording.
type Event struct {
	// Raw is the event's JSON exactly as it stands in the file. It is valid only
	// until the function that was given it returns.
	Raw json.RawMessage
	// Type is rrweb's event type.
	Type int64
	// At is the event's timestamp, unix ms; fractions are cut off.
	At int64
	// Window names the browser window the event is of, where the file tells them
	// apart (PostHog does); empty otherwise.
	Window string
}

// Sink takes the events of one recording in the order of the file. An error stops
// the reading and is returned as it is.
type Sink func(Event) error

// Error says what is wrong with a file, and where. Columns and offsets count bytes
// of the unpacked text.
type Error struct {
	File   string
	Offset int64 // from 0
	Line   int64 // from 1; 0 where the place is not known
	Column int64 // from 1
	Why    string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Why)
	}
	return fmt.Sprintf("%s: line %d, column %d: %s", e.File, e.Line, e.Column, e.Why)
}

// The limits of what is read.
const (
	// eventBytesMax bounds one event, and one line of a PostHog snapshot file: a full
	// snapshot of a very large page is some 20 MiB; an event is held in memory whole.
	eventBytesMax = 64 << 20
	// textBytesMax bounds a file once unpacked, so that a small archive cannot keep the
	// importer busy for ever. A day of a busy page is below 2 GiB.
	textBytesMax = 8 << 30
	// packingsMax is how often a file may be packed: "recording.json.gz.gz" is a
	// mistake seen in the wild, more is a trap.
	packingsMax = 2
	// zstdWindowBytesMax is what `zstd --long=27` needs.
	zstdWindowBytesMax = 128 << 20
	// depthMax bounds how deep values nest, as taking in uploads does.
	depthMax = 4096
	// keyBytesMax bounds keys and names, which are held in memory.
	keyBytesMax = 1 << 20
	// numberBytesMax is far beyond what any number says that JavaScript can hold.
	numberBytesMax = 1 << 10
	// listDepthMax is how deep lists of events nest: Sentry downloads are a list of lists.
	listDepthMax = 3
)

// stopped wraps an error that is not the file's fault (the sink's, or the context's).
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }
func (s *stopped) Unwrap() error { return s.err }

func interrupted(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &stopped{err}
	}
	return nil
}
