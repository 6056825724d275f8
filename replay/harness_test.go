package replay_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/blob/fs"
	"github.com/afterimage/afterimage/replay/blob/mem"
	"github.com/afterimage/afterimage/replay/blob/s3"
	"github.com/afterimage/afterimage/replay/segment"
)

// base is when the tests' recordings begin, unix ms.
const base = int64(1_760_000_000_000)

// clock is a clock that only moves when told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// house is a service on real stores, which can be stopped and started again.
type house struct {
	t       *testing.T
	clock   *clock
	store   *sqlstore.Store
	bucket  blob.Bucket
	svc     *replay.Service
	project string
	log     *bytes.Buffer
}

// onEachStore runs a test on SQLite with a folder, on SQLite with an object store's semantics
// in memory, and, where servers are given, on Postgres with a real S3 server.
func onEachStore(t *testing.T, run func(t *testing.T, h *house)) {
	t.Run("sqlite+folder", func(t *testing.T) {
		bucket, err := fs.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		run(t, newHouse(t, "", bucket))
	})
	t.Run("sqlite+memory", func(t *testing.T) { run(t, newHouse(t, "", mem.New())) })
	t.Run("postgres+s3", func(t *testing.T) {
		url, target := testenv.Postgres(t), testenv.S3(t)
		config, err := s3.Parse(target, os.Getenv)
		if err != nil {
			t.Fatal(err)
		}
		bucket, err := s3.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		run(t, newHouse(t, url, bucket))
	})
}

func newHouse(t *testing.T, databaseURL string, bucket blob.Bucket) *house {
	h := &house{t: t, clock: &clock{at: time.UnixMilli(base)}, bucket: bucket, project: "shop", log: new(bytes.Buffer)}
	var err error
	h.store, err = sqlstore.Open(t.Context(), sqlstore.Options{
		DatabaseURL: databaseURL, Folder: t.TempDir(), Now: h.clock.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	err = h.store.CreateProject(t.Context(), account.Project{ID: h.project, Name: "Shop", PublicKey: "pk", SiteOrigins: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	h.start()
	return h
}

func (h *house) start() {
	h.t.Helper()
	svc, err := replay.NewService(replay.Options{Store: h.store, Bucket: h.bucket,
		Keys: segment.NewKeyring([32]byte{9}), Now: h.clock.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.svc = svc
	h.t.Cleanup(func() { _ = svc.Close(context.Background()) })
}

func (h *house) restart() {
	h.t.Helper()
	if err := h.svc.Close(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.start()
}

const secret = "0123456789abcdef0123456789abcdef"

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// meta and snapshot are the two events that a page begins with.
func metaEvent(at int64, url string) string {
	return fmt.Sprintf(`{"type":4,"data":{"href":%q,"width":800,"height":600},"timestamp":%d}`, url, at)
}

func snapshotEvent(at int64) string {
	return fmt.Sprintf(`{"type":2,"data":{"node":{"type":0,"childNodes":[],"id":1},"initialOffset":{"left":0,"top":0}},"timestamp":%d}`, at)
}

func moveEvent(at int64) string {
	return fmt.Sprintf(`{ "type":3, "data":{"source":1,"positions":[{"x":1,"y":2,"id":3,"timeOffset":0}],"note":"결제 \ud83d"},"timestamp":%d}`, at)
}

func body(events ...string) []byte {
	return []byte(fmt.Sprintf(`{"secret":%q,"sentAt":%d,"meta":{"language":"ko-KR","release":"r1","user":{"id":"u1"}},"events":[%s]}`,
		secret, base, strings.Join(events, ",")))
}

func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (h *house) upload(session, tab string, seq int64, b []byte) (replay.Receipt, error) {
	return h.svc.Ingest(h.t.Context(), replay.Upload{ProjectID: h.project, SessionID: session, TabID: tab, Seq: seq,
		Body: b, Client: replay.Client{Browser: "Chrome", Country: "KR"}, ReceivedAt: h.clock.Now().UnixMilli()})
}

func (h *house) mustUpload(session, tab string, seq int64, events ...string) {
	h.t.Helper()
	if _, err := h.upload(session, tab, seq, body(events...)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) session(id string) *replay.Session {
	h.t.Helper()
	sess, err := h.svc.Session(h.t.Context(), h.project, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return &sess
}

// events returns the events that a query chooses.
func (h *house) events(id string, q replay.EventQuery) []string {
	h.t.Helper()
	var got []string
	err := h.svc.Events(h.t.Context(), h.session(id), q, func(ev []byte) error {
		if !json.Valid(ev) {
			h.t.Fatalf("not JSON: %s", ev)
		}
		got = append(got, string(ev))
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func (h *house) sealAll() {
	h.t.Helper()
	ids, err := h.svc.Ended(h.t.Context(), true, 500)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, id := range ids {
		// In haste, which is many times as fast under the race detector; package segment tests both.
		if err := h.svc.Seal(h.t.Context(), id, true); err != nil {
			h.t.Fatal(err)
		}
	}
}

// verify returns what is wrong with what is stored.
func (h *house) verify() []replay.Damage {
	h.t.Helper()
	var found []replay.Damage
	if _, err := h.svc.Verify(h.t.Context(), func(d replay.Damage) { found = append(found, d) }); err != nil {
		h.t.Fatal(err)
	}
	return found
}

// keys returns the keys of all objects that begin with prefix.
func (h *house) keys(prefix string) []string {
	h.t.Helper()
	var keys []string
	err := h.bucket.List(h.t.Context(), prefix, func(o blob.Object) error {
		keys = append(keys, o.Key)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return keys
}

func wantEvents(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		t.Fatalf("got %d events, want %d; from the first difference on, event %d:\n%.2000s\n\nwant:\n%.2000s", len(got), len(want), i,
			strings.Join(got[i:], "\n"), strings.Join(want[i:], "\n"))
	}
}

func timestampOf(t *testing.T, ev string) int64 {
	t.Helper()
	var e struct{ Timestamp int64 }
	if err := json.Unmarshal([]byte(ev), &e); err != nil {
		t.Fatal(err)
	}
	return e.Timestamp
}

// wantKeyframe wants a keyframe that begins with frame, and then the events after it.
func wantKeyframe(t *testing.T, got, frame, after []string) {
	t.Helper()
	wantEvents(t, got[:min(len(got), len(frame))], frame)
	at := timestampOf(t, frame[0])
	for got = got[len(frame):]; len(got) > 0 && timestampOf(t, got[0]) == at; got = got[1:] {
	}
	wantEvents(t, got, after)
}
