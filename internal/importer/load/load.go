// Package load puts recordings that were read from files into sessions. It goes the
// same way as a browser's uploads: batches of one tab, numbered, each durable before
// the next is sent.
package load

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"

	"github.com/afterimage/afterimage/internal/importer"
	"github.com/afterimage/afterimage/replay"
)

// How a recording is cut into batches: as the recorder does by time, and by size so
// that a batch stays far below what one upload may hold.
const (
	batchSpanMs   = 5_000
	batchBytesMax = 256 << 10
	// tabsMax bounds the batches held in memory while the tabs of a file alternate.
	tabsMax = 200
	// undoWithin is how long the erasing of a half loaded session may take after the
	// command was interrupted.
	undoWithin = 10 * time.Second
)

// ErrHalfLoaded is returned, wrapped, where a part of a recording that failed could not
// be erased again; the wrapping names the session.
var ErrHalfLoaded = errors.New("a part of it is stored")

// Sessions is where recordings go; [replay.Service] is one.
type Sessions interface {
	Ingest(ctx context.Context, u replay.Upload) (replay.Receipt, error)
	Erase(ctx context.Context, projectID, sessionID string) error
}

// Recording is what is loaded into one session.
type Recording struct {
	ProjectID string
	// SessionID is the session to make; empty: a new UUIDv7 of the first event's time.
	SessionID string
	// Meta is a JSON object of what a recorder tells of page, person and device; nil: nothing.
	Meta   json.RawMessage
	Client replay.Client
	// ReceivedAt is when the batches count as received, unix ms; 0: now.
	ReceivedAt int64
	// Read gives all events to the sink, in order.
	Read func(importer.Sink) error
}

// Result is what became of a recording.
type Result struct {
	Session  string
	Events   int64
	RawBytes int64 // of the events as JSON
}

// Load makes a session of a recording, one tab per window. It returns when all of it is
// durable. On an error nothing of the session remains, unless it wraps [ErrHalfLoaded].
func Load(ctx context.Context, to Sessions, now func() time.Time, rec Recording) (Result, error) {
	l, err := newLoader(ctx, to, now, rec)
	if err != nil {
		return Result{}, err
	}
	err = rec.Read(l.add)
	if err == nil {
		err = l.flushAll()
	}
	if err != nil {
		return Result{}, errors.Join(err, l.undo())
	}
	return l.result, nil
}

// loader cuts one recording into batches and sends them.
type loader struct {
	ctx    context.Context
	to     Sessions
	now    func() time.Time
	rec    Recording
	secret string
	pack   *zstd.Encoder
	tabs   map[string]*tab // by window
	order  []*tab
	sent   bool // something may be stored
	result Result
}

// tab is the batch that is being filled of one window.
type tab struct {
	id     string
	seq    int64
	from   int64 // timestamp of the batch's first event
	events [][]byte
	bytes  int
}

func newLoader(ctx context.Context, to Sessions, now func() time.Time, rec Recording) (*loader, error) {
	var secret [16]byte
	rand.Read(secret[:]) // never fails: the runtime ends the process instead
	l := &loader{ctx: ctx, to: to, now: now, rec: rec, secret: hex.EncodeToString(secret[:]), tabs: map[string]*tab{}}
	var err error
	l.pack, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return l, nil
}

// add takes one event; the batch before it is sent if the event begins a new one.
func (l *loader) add(e importer.Event) error {
	if l.result.Session == "" {
		l.result.Session = l.rec.SessionID
		if l.result.Session == "" {
			l.result.Session = idAt(e.At)
		}
	}
	t := l.tabs[e.Window]
	if t == nil {
		if len(l.tabs) == tabsMax {
			return fmt.Errorf("load: a recording of more than %d windows", tabsMax)
		}
		t = &tab{id: idAt(e.At)}
		l.tabs[e.Window] = t
		l.order = append(l.order, t)
	}
	late := len(t.events) > 0 && (e.At-t.from >= batchSpanMs || t.bytes+len(e.Raw) > batchBytesMax)
	if late {
		if err := l.flush(t); err != nil {
			return err
		}
	}
	if len(t.events) == 0 {
		t.from = e.At
	}
	t.events = append(t.events, bytes.Clone(e.Raw))
	t.bytes += len(e.Raw)
	return nil
}

func (l *loader) flushAll() error {
	for _, t := range l.order {
		if err := l.flush(t); err != nil {
			return err
		}
	}
	return nil
}

// flush sends the batch of a tab and returns when it is durable.
func (l *loader) flush(t *tab) error {
	if len(t.events) == 0 {
		return nil
	}
	l.sent = true
	upload := replay.Upload{
		ProjectID: l.rec.ProjectID, SessionID: l.result.Session, TabID: t.id, Seq: t.seq,
		Body: l.body(t), Client: l.rec.Client, ReceivedAt: l.rec.ReceivedAt,
	}
	if upload.ReceivedAt == 0 {
		upload.ReceivedAt = l.now().UnixMilli()
	}
	if _, err := l.to.Ingest(l.ctx, upload); err != nil {
		return fmt.Errorf("store batch %d: %w", t.seq, err)
	}
	l.result.Events += int64(len(t.events))
	l.result.RawBytes += int64(t.bytes)
	t.seq, t.events, t.bytes = t.seq+1, t.events[:0], 0
	return nil
}

// body builds an upload's body around the events as they are.
func (l *loader) body(t *tab) []byte {
	b := make([]byte, 0, t.bytes+len(t.events)+len(l.rec.Meta)+128)
	b = fmt.Appendf(b, `{"secret":"%s"`, l.secret)
	if l.rec.Meta != nil {
		b = append(append(b, `,"meta":`...), l.rec.Meta...)
	}
	b = append(b, `,"events":[`...)
	for i, e := range t.events {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	return l.pack.EncodeAll(append(b, ']', '}'), nil)
}

// undo erases what was stored of a recording that failed, also after an interrupt.
func (l *loader) undo() error {
	if !l.sent {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), undoWithin)
	defer cancel()
	err := l.to.Erase(ctx, l.rec.ProjectID, l.result.Session)
	if err != nil && !errors.Is(err, replay.ErrNotFound) {
		return fmt.Errorf("%w as session %s, which could not be erased: %w", ErrHalfLoaded, l.result.Session, err)
	}
	return nil
}

// idAt makes a UUIDv7 whose time is the one given, unix ms.
func idAt(ms int64) string {
	var id uuid.UUID
	rand.Read(id[:])
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i)) // 48 bits: until the year 10889
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}
