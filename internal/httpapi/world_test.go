package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/worker"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob/fs"
	"github.com/afterimage/afterimage/search/fts"
)

// world is a running server on real stores: SQLite, a folder and FTS5. It has two
// projects, shop and other, each with a token of every role.
type world struct {
	ctx     context.Context // of the test; fuzz targets may not ask for it
	t       testing.TB
	url     string
	server  *httpapi.Server
	store   *sqlstore.Store
	service *replay.Service
	index   *fts.Index
	worker  *worker.Worker
	// rebuilder runs until the test ends, and rebuilds with rebuilds.
	rebuilder    *worker.Rebuilder
	rebuilds     *worker.Indexer
	stopRebuilds func()
	auth         *auth.Service
	folder       string // of the bucket
	log          *logBuffer
	clock        *clock

	keys   map[string]string // project → public key
	tokens map[string]string // project/role → secret
}

// clock is the real time plus what the test adds.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// logBuffer keeps the server's log, which tests look into.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *logBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// builtUI stands for a build of the web app.
func builtUI() fstest.MapFS {
	return fstest.MapFS{
		"index.html":          {Data: []byte("<!doctype html><title>app</title>" + strings.Repeat("<p>app</p>", 200))},
		"player.html":         {Data: []byte("<!doctype html><title>player</title>")},
		"favicon.svg":         {Data: []byte("<svg/>")},
		"assets/app-abc12.js": {Data: []byte(strings.Repeat("console.log('app');", 200))},
		".gitkeep":            {Data: []byte("x")},
	}
}

// newWorld starts a server; change may alter what it is made of.
func newWorld(t testing.TB, change ...func(*httpapi.Deps)) *world {
	t.Helper()
	w := &world{ctx: t.Context(), t: t, folder: t.TempDir(), log: &logBuffer{}, clock: &clock{}, keys: map[string]string{}, tokens: map[string]string{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.store, err = sqlstore.Open(t.Context(), sqlstore.Options{Folder: t.TempDir(), Now: w.clock.Now, Log: log})
	w.check(err)
	bucket, err := fs.Open(w.folder)
	w.check(err)
	w.index, err = fts.Open(t.TempDir())
	w.check(err)
	w.service, err = replay.NewService(replay.Options{Store: w.store, Bucket: bucket, Keys: ring, Now: w.clock.Now, Log: log})
	w.check(err)
	w.auth = auth.New(w.store, w.clock.Now)
	w.worker = &worker.Worker{Stores: worker.Stores{Sessions: w.store, Responses: w.store, Accounts: w.store, Index: w.index},
		Service: w.service, Now: w.clock.Now, Log: log}
	w.rebuild()
	deps := httpapi.Deps{Replay: w.service, Sessions: w.store, Outbox: w.store, Feedback: w.store, Accounts: w.store, Auth: w.auth,
		Index: w.index, Suggest: w.index, Saved: w.store, Rebuild: rebuilder{w.rebuilder}, Bucket: bucket, UI: builtUI(), Recorder: httpapi.Recorder{Script: []byte("// recorder" + strings.Repeat(" x;", 500)), Hash: "0123456789abcdef"},
		Config: httpapi.Config{Version: "test"}, Now: w.clock.Now, Log: log}
	for _, c := range change {
		c(&deps)
	}
	w.server, err = httpapi.New(deps)
	w.check(err)
	w.listen()
	for _, project := range []string{"shop", "other"} {
		w.addProject(project)
	}
	return w
}

// rebuilder gives the API the worker's own.
type rebuilder struct{ *worker.Rebuilder }

func (r rebuilder) State() httpapi.RebuildState { return httpapi.RebuildState(r.Rebuilder.State()) }

// rebuild lets the index be rebuilt on demand until the test ends.
func (w *world) rebuild() {
	w.rebuilds = w.worker.Indexer()
	w.rebuilder = worker.NewRebuilder(w.rebuilds)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); w.rebuilder.Run(ctx) }()
	w.stopRebuilds = func() { stop(); <-ended }
}

// listen serves on a free port until the test ends, then closes all in order.
func (w *world) listen() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	w.check(err)
	w.url = "http://" + ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- w.server.Serve(ln) }()
	w.t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := timeout(10 * time.Second)
		defer cancel()
		w.stopRebuilds()
		for _, err := range []error{w.server.Shutdown(ctx), <-served, w.service.Close(ctx), w.index.Close(), w.store.Close()} {
			if err != nil {
				w.t.Errorf("close: %v", err)
			}
		}
	})
}

func (w *world) addProject(id string) {
	p, err := auth.NewProject(id, id, w.clock.Now())
	w.check(err)
	w.check(w.store.CreateProject(w.t.Context(), p))
	w.keys[id] = p.PublicKey
	for _, role := range []account.Role{account.RoleViewer, account.RoleMember, account.RoleAdmin} {
		secret, _, err := w.auth.NewToken(w.t.Context(), id, string(role), role)
		w.check(err)
		w.tokens[id+"/"+string(role)] = secret
	}
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// call is one request; the zero value of a field leaves it out.
type call struct {
	method, path string
	as           string // "shop/admin": that token
	cookie       string // name=value
	header       map[string]string
	body         any // string and []byte as they are, anything else as JSON
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do makes a call and checks the answer against the OpenAPI document.
func (w *world) do(c call) answer {
	w.t.Helper()
	a, err := w.try(c)
	w.check(err)
	w.conforms(c, a)
	return a
}

// try makes a call without checks.
func (w *world) try(c call) (answer, error) {
	r, err := w.request(c)
	if err != nil {
		return answer{}, err
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, body}, err
}

func (w *world) request(c call) (*http.Request, error) {
	var body io.Reader
	switch b := c.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case []byte:
		body = bytes.NewReader(b)
	default:
		j, err := json.Marshal(b)
		w.check(err)
		body = bytes.NewReader(j)
	}
	r, err := http.NewRequestWithContext(w.ctx, c.method, w.url+c.path, body)
	if err != nil {
		return nil, err
	}
	if c.as != "" {
		secret := w.tokens[c.as]
		if secret == "" {
			return nil, fmt.Errorf("no token %q", c.as)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	if c.cookie != "" {
		r.Header.Set("Cookie", c.cookie)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	return r, nil
}

// want makes a call, expects a status and decodes the body into v, if that is not nil.
func (w *world) want(status int, c call, v any) answer {
	w.t.Helper()
	a := w.do(c)
	if a.status != status {
		w.t.Fatalf("%s %s: status %d, want %d: %.300s", c.method, c.path, a.status, status, a.body)
	}
	if v != nil {
		if err := json.Unmarshal(a.body, v); err != nil {
			w.t.Fatalf("%s %s: %v in %.300s", c.method, c.path, err, a.body)
		}
	}
	return a
}

// refused makes a call and expects the problem with that slug.
func (w *world) refused(status int, slug string, c call) problem {
	w.t.Helper()
	var p problem
	a := w.want(status, c, &p)
	if got := strings.TrimPrefix(p.Type, "https://afterimage.dev/problems/"); got != slug {
		w.t.Errorf("%s %s: problem %q, want %q: %s", c.method, c.path, got, slug, a.body)
	}
	if p.Status != status || a.header.Get("Content-Type") != "application/problem+json" {
		w.t.Errorf("%s %s: status %d in the body, content type %q", c.method, c.path, p.Status, a.header.Get("Content-Type"))
	}
	return p
}

type problem struct {
	Type, Title, Detail, Hint, Code string
	Status                          int
	Position, End                   *int
	Args                            []string
	Unfinished                      bool
}

// recording is what a test sends as a recorder would.
type recording struct {
	key, session, tab, secret string
}

func (w *world) recording(project string) recording {
	return recording{w.keys[project], uuid.NewString(), uuid.NewString(), strings.Repeat("0123456789abcdef", 2)}
}

func (r recording) path(seq int) string {
	return fmt.Sprintf("/ingest/v1/%s/%s/%s/%d", r.key, r.session, r.tab, seq)
}

// event is an rrweb event at ms after the test's start of time.
func event(kind int, at int64, data any) map[string]any {
	return map[string]any{"type": kind, "timestamp": at, "data": data}
}

// snapshot is a Meta and a FullSnapshot event.
func snapshot(at int64) []any {
	return []any{
		event(4, at, map[string]any{"href": "https://shop.example.com/cart", "width": 800, "height": 600}),
		event(2, at+1, map[string]any{"initialOffset": map[string]int{"top": 0, "left": 0}, "node": map[string]any{"type": 0, "id": 1, "childNodes": []any{}}}),
	}
}

// custom is one of our own events.
func custom(at int64, tag string, payload any) any {
	return event(5, at, map[string]any{"tag": "afterimage." + tag, "payload": payload})
}

// body is an upload with events.
func (r recording) body(events ...any) map[string]any {
	return map[string]any{"secret": r.secret, "sentAt": time.Now().UnixMilli(), "events": events}
}

// upload stores a batch that must be taken.
func (w *world) upload(r recording, seq int, events ...any) {
	w.t.Helper()
	w.want(200, call{method: "POST", path: r.path(seq), body: r.body(events...)}, nil)
}

// record stores a small session and returns it.
func (w *world) record(project string) recording {
	w.t.Helper()
	r, now := w.recording(project), time.Now().UnixMilli()
	w.upload(r, 0, append(snapshot(now-5000), custom(now-4000, "page", map[string]any{"url": "https://shop.example.com/cart", "title": "Cart"}),
		custom(now-3000, "error", map[string]any{"kind": "error", "type": "TypeError", "message": "x is null in " + project}))...)
	return r
}

// indexed runs the worker until the search index knows everything.
func (w *world) indexed() {
	w.t.Helper()
	if left, err := w.worker.Indexer().Drain(w.t.Context()); err != nil || left > 0 {
		w.t.Fatalf("%d sessions wait to be indexed: %v: %s", left, err, w.log)
	}
}
