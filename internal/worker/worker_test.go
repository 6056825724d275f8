package worker

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob/mem"
	"github.com/afterimage/afterimage/replay/segment"
	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/fts"
)

// world is a worker over a real database and a real index, with a clock that stands
// still until it is moved.
type world struct {
	t       *testing.T
	worker  *Worker
	replay  *replay.Service
	store   *sqlstore.Store
	bucket  *mem.Bucket
	log     *bytes.Buffer
	project account.Project
	clock   atomic.Int64 // unix ms
}

const secret = "000102030405060708090a0b0c0d0e0f"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, bucket: mem.New(), log: &bytes.Buffer{}}
	w.clock.Store(1_700_000_000_000)
	log := slog.New(slog.NewTextHandler(w.log, nil))
	var err error
	w.store, err = sqlstore.Open(t.Context(), sqlstore.Options{Folder: t.TempDir(), Now: w.now, Log: log})
	must(t, err)
	index, err := fts.Open(filepath.Join(t.TempDir(), "search.db"))
	must(t, err)
	w.replay, err = replay.NewService(replay.Options{Store: w.store, Bucket: w.bucket, Keys: segment.NewKeyring([32]byte{1}), Now: w.now, Log: log})
	must(t, err)
	w.project, err = account.EnsureDefaults(t.Context(), w.store, w.now())
	must(t, err)
	t.Cleanup(func() {
		must(t, w.replay.Close(context.Background()))
		must(t, index.Close())
		must(t, w.store.Close())
	})
	w.worker = &Worker{
		Stores:  Stores{Sessions: w.store, Responses: w.store, Accounts: w.store, Index: index},
		Service: w.replay, Now: w.now, Log: log,
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) now() time.Time { return time.UnixMilli(w.clock.Load()) }

func (w *world) later(d time.Duration) { w.clock.Add(d.Milliseconds()) }

// send stores events as batch seq of a session's only tab.
func (w *world) send(session string, seq int64, events ...string) {
	w.t.Helper()
	body := fmt.Sprintf(`{"secret":%q,"events":[%s]}`, secret, strings.Join(events, ","))
	_, err := w.replay.Ingest(w.t.Context(), replay.Upload{
		ProjectID: w.project.ID, SessionID: session, TabID: session, Seq: seq, Body: []byte(body), ReceivedAt: w.clock.Load(),
		Client: replay.Client{Browser: "Firefox", Country: "KR"},
	})
	must(w.t, err)
}

// custom is a custom event of now.
func (w *world) custom(tag, payload string) string {
	return fmt.Sprintf(`{"type":5,"timestamp":%d,"data":{"tag":%q,"payload":%s}}`, w.clock.Load(), tag, payload)
}

func (w *world) page(url string) string {
	return w.custom("afterimage.page", fmt.Sprintf(`{"url":%q,"title":"Checkout"}`, url))
}

func (w *world) index() {
	w.t.Helper()
	_, err := w.worker.Indexer().RunOnce(w.t.Context())
	must(w.t, err)
}

// found returns the ids of the sessions that a query finds.
func (w *world) found(query string) string {
	w.t.Helper()
	q, err := search.Parse(query)
	must(w.t, err)
	result, err := w.worker.Index.Search(w.t.Context(), search.Request{ProjectID: w.project.ID, Query: q, Limit: 50})
	must(w.t, err)
	var ids []string
	for _, h := range result.Hits {
		ids = append(ids, h.ID)
	}
	return strings.Join(ids, " ")
}

func (w *world) pending() replay.OutboxState {
	w.t.Helper()
	state, err := w.store.OutboxState(w.t.Context())
	must(w.t, err)
	return state
}

func newID() string { return uuid.NewString() }

func TestIndexFollowsTheSession(t *testing.T) {
	w := newWorld(t)
	id, other := newID(), newID()
	w.send(other, 0, w.page("https://shop.example/other"))
	w.send(id, 0, w.page("https://shop.example/checkout?card=4111"),
		w.custom("afterimage.error", `{"kind":"error","type":"TypeError","message":"total is undefined"}`),
		w.custom("afterimage.identify", `{"id":"u-7","email":"ann@example.com"}`))
	w.index()
	for _, query := range []string{`error:"total is undefined"`, "TypeError", "url:*checkout*", "user:u-7", "browser:Firefox url:*checkout", "Checkout undefined"} {
		if got := w.found(query); got != id {
			t.Errorf("%s found %q, want %s", query, got, id)
		}
	}
	if got := w.found("4111"); got != "" {
		t.Error("the query of an address is searched")
	}
	w.send(id, 1, w.custom("afterimage.track", `{"name":"gave up"}`))
	w.index()
	if got := w.found(`"gave up"`); got != id {
		t.Errorf("a later batch: found %q", got)
	}
	must(t, w.replay.Erase(t.Context(), w.project.ID, id))
	w.index()
	if got := w.found("TypeError"); got != "" {
		t.Errorf("an erased session is found: %q", got)
	}
	if got := w.found("shop.example"); got != other {
		t.Errorf("the other session: found %q", got)
	}
	if state := w.pending(); state.Pending != 0 {
		t.Errorf("left in the outbox: %+v", state)
	}
}

func TestAnswersInRecordingsBecomeResponsesOnce(t *testing.T) {
	w := newWorld(t)
	id, good, second := newID(), newID(), newID()
	w.send(id, 0, w.page("https://shop.example/"),
		w.custom("afterimage.identify", `{"id":"u-7"}`),
		w.custom("afterimage.response", fmt.Sprintf(`{"id":%q,"kind":"nps","survey":"after-order","score":2,"text":"결제가 안돼요"}`, good)),
		w.custom("afterimage.response", fmt.Sprintf(`{"id":%q,"kind":"csat","score":5,"text":"nice"}`, second)),
		w.custom("afterimage.response", fmt.Sprintf(`{"id":%q,"kind":"nps","score":99}`, newID())),
		w.custom("afterimage.response", `{"kind":"nps","score":9,"text":"it has no id"}`))
	w.index()
	w.index() // adding them touched the session
	got, err := w.store.OfSession(t.Context(), id)
	must(t, err)
	if len(got) != 2 {
		t.Fatalf("%d responses: %+v", len(got), got)
	}
	for _, r := range got {
		if r.ID == good && (r.Score == nil || *r.Score != 2 || r.Kind != feedback.KindNPS || r.UserID != "u-7" || r.SessionID != id || r.At == 0 || !r.Complaint()) {
			t.Errorf("response: %+v", r)
		}
	}
	if hit := w.found("complaint:결제 nps:<=6 csat:5"); hit != id {
		t.Errorf("found %q", hit)
	}
	if state := w.pending(); state.Pending != 0 {
		t.Errorf("left in the outbox: %+v", state)
	}
}

// brokenIndex refuses to store while down is set. Everything else is the real one.
type brokenIndex struct {
	search.Index
	down bool
}

func (b *brokenIndex) Put(ctx context.Context, docs []search.Document) error {
	if b.down {
		return search.ErrUnavailable
	}
	return b.Index.Put(ctx, docs)
}

func TestIndexTriesAgainLaterAndLater(t *testing.T) {
	w := newWorld(t)
	broken := &brokenIndex{Index: w.worker.Index, down: true}
	w.worker.Index = broken
	id := newID()
	w.send(id, 0, w.page("https://shop.example/"))
	if _, err := w.worker.Indexer().RunOnce(t.Context()); err == nil {
		t.Fatal("an index that is down is no error")
	}
	if state := w.pending(); state.Pending != 1 || state.Failing != 1 {
		t.Fatalf("outbox: %+v", state)
	}
	w.index() // too early: nothing is leased, so nothing fails
	if _, err := w.worker.Indexer().Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "1 sessions could not") {
		t.Errorf("drain: %v", err)
	}
	broken.down = false
	w.later(retryBaseMs * time.Millisecond)
	w.index()
	if got := w.found("shop.example"); got != id {
		t.Errorf("found %q", got)
	}
	if strings.Contains(w.log.String(), "shop.example") {
		t.Error("the log holds content of a recording")
	}
}

func TestReindexMakesTheSameIndexAnew(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for i := range 5 {
		ids = append(ids, newID())
		w.send(ids[i], 0, w.page(fmt.Sprintf("https://shop.example/p/%d", i)))
	}
	w.index()
	must(t, w.worker.Index.Delete(t.Context(), ids[:2]))
	must(t, w.worker.Index.Put(t.Context(), []search.Document{{ID: newID(), ProjectID: w.project.ID, Titles: []string{"ghost"}}}))
	last := 0
	n, err := w.worker.Indexer().Reindex(t.Context(), func(n int) { last = n })
	if err != nil || n != 5 || last != 5 {
		t.Fatalf("%d sessions, progress %d, %v", n, last, err)
	}
	if got := strings.Fields(w.found("shop.example")); len(got) != 5 {
		t.Errorf("found %v", got)
	}
	if got := w.found("ghost"); got != "" {
		t.Errorf("a session that never was is found: %s", got)
	}
}

// brokenReview cannot read the moments of one session. Everything else is the real service.
type brokenReview struct {
	Service
	id string
}

func (b *brokenReview) Review(ctx context.Context, s *replay.Session) ([]replay.Moment, *replay.Digest, error) {
	if s.ID == b.id {
		return nil, nil, fmt.Errorf("object of shop.example: %w", replay.ErrDamaged)
	}
	return b.Service.Review(ctx, s)
}

func TestADamagedSessionIsFoundByItsRow(t *testing.T) {
	w := newWorld(t)
	bad, good := newID(), newID()
	w.send(bad, 0, w.page("https://shop.example/bad"))
	w.send(good, 0, w.page("https://shop.example/good"))
	w.worker.Service = &brokenReview{Service: w.replay, id: bad}
	w.index()
	if got := w.found("url:/bad country:KR"); got != bad {
		t.Errorf("found %q", got)
	}
	if n, err := w.worker.Indexer().Reindex(t.Context(), func(int) {}); n != 2 || err != nil {
		t.Errorf("reindex: %d, %v", n, err)
	}
	if got := strings.Fields(w.found("shop.example")); len(got) != 2 {
		t.Errorf("after a reindex: %v", got)
	}
	if strings.Contains(w.log.String(), "shop.example") {
		t.Error("the log holds content of a recording")
	}
}

// forgetful stores sealings without a digest, as an older version did.
type forgetful struct{ *sqlstore.Store }

func (f forgetful) CommitSeal(ctx context.Context, s replay.Sealing, now int64) error {
	s.Digest = nil
	return f.Store.CommitSeal(ctx, s, now)
}

func TestWhatAnOlderVersionSealedIsSealedAnew(t *testing.T) {
	w := newWorld(t)
	id := newID()
	click := func(at int64) string {
		return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":2,"id":9,"x":5,"y":5}}`, w.clock.Load()+at)
	}
	w.send(id, 0, w.page("https://shop.example/"), click(1), click(200), click(400))
	old, err := replay.NewService(replay.Options{Store: forgetful{w.store}, Bucket: w.bucket, Keys: segment.NewKeyring([32]byte{1}), Now: w.now, Log: w.worker.Log})
	must(t, err)
	must(t, old.Seal(t.Context(), id, false))
	must(t, old.Close(t.Context()))
	w.index() // must not take it for one that was looked at
	_, err = (&Sealer{Service: w.replay, Now: w.now, Log: w.worker.Log}).RunOnce(t.Context())
	must(t, err)
	w.index()
	sess, err := w.replay.Session(t.Context(), "", id)
	must(t, err)
	if sess.SealCount != 2 || sess.Digest == nil || w.found("rage:>0") != id {
		t.Errorf("sealed %d times, digest %+v, found %q", sess.SealCount, sess.Digest, w.found("rage:>0"))
	}
}

func TestEndedSessionsAreSealedOthersNot(t *testing.T) {
	w := newWorld(t)
	idle, long, live := newID(), newID(), newID()
	w.send(long, 0, w.page("https://shop.example/long"))
	for i := range 73 { // a batch every 20 minutes for over 24 hours
		if i == 70 {
			w.send(idle, 0, w.page("https://shop.example/idle"))
		}
		w.later(20 * time.Minute)
		w.send(long, int64(i)+1, w.page("https://shop.example/long"))
	}
	w.send(live, 0, w.page("https://shop.example/live"))
	sealer := &Sealer{Service: w.replay, Now: w.now, Log: w.worker.Log}
	_, err := sealer.RunOnce(t.Context())
	must(t, err)
	for id, want := range map[string]replay.State{idle: replay.StateSealed, long: replay.StateSealed, live: replay.StateLive} {
		s, err := w.replay.Session(t.Context(), "", id)
		if err != nil || s.State != want {
			t.Errorf("session is %s, want %s (%v)", s.State, want, err)
		}
	}
	n, err := sealer.SealAll(t.Context(), true, func(int) {})
	if err != nil || n != 1 {
		t.Errorf("seal all: %d, %v", n, err)
	}
	removed, err := w.replay.SweepPacks(t.Context())
	must(t, err)
	if removed == 0 {
		t.Error("no pack is empty after all sessions are sealed")
	}
}

// brokenSeal fails for one session. Everything else is the real service.
type brokenSeal struct {
	Service
	id    string
	calls int
}

func (b *brokenSeal) Seal(ctx context.Context, id string, fast bool) error {
	if id == b.id {
		b.calls++
		return replay.ErrDamaged
	}
	return b.Service.Seal(ctx, id, fast)
}

func TestASessionThatCannotBeSealedDoesNotHoldUpOthers(t *testing.T) {
	w := newWorld(t)
	bad, good := newID(), newID()
	w.send(bad, 0, w.page("https://shop.example/bad"))
	w.send(good, 0, w.page("https://shop.example/good"))
	w.later(31 * time.Minute)
	service := &brokenSeal{Service: w.replay, id: bad}
	sealer := &Sealer{Service: service, Now: w.now, Log: w.worker.Log}
	for range 3 {
		_, err := sealer.RunOnce(t.Context())
		must(t, err)
	}
	if s, err := w.replay.Session(t.Context(), "", good); err != nil || s.State != replay.StateSealed {
		t.Errorf("the other session is %s, %v", s.State, err)
	}
	if service.calls != 1 {
		t.Errorf("tried %d times at once", service.calls)
	}
	w.later(sealRetry)
	_, err := sealer.RunOnce(t.Context())
	must(t, err)
	if service.calls != 2 {
		t.Errorf("tried %d times after a while", service.calls)
	}
	if n, err := sealer.SealAll(t.Context(), true, func(int) {}); n != 0 || err == nil || !strings.Contains(err.Error(), bad) {
		t.Errorf("seal all: %d, %v", n, err)
	}
}

func TestRetentionErasesWhatIsTooOld(t *testing.T) {
	w := newWorld(t)
	old, young := newID(), newID()
	w.send(old, 0, w.page("https://shop.example/old"))
	w.later(29 * 24 * time.Hour)
	w.send(young, 0, w.page("https://shop.example/young"))
	w.later(48 * time.Hour)
	expire := func() {
		t.Helper()
		_, err := w.worker.expire(t.Context())
		must(t, err)
	}
	expire()
	if _, err := w.replay.Session(t.Context(), "", old); err != nil {
		t.Fatalf("erased though the project keeps for ever: %v", err)
	}
	w.project.RetentionDays = 30
	must(t, w.store.UpdateProject(t.Context(), w.project))
	expire()
	if _, err := w.replay.Session(t.Context(), "", old); err == nil {
		t.Error("the old session is still there")
	}
	if _, err := w.replay.Session(t.Context(), "", young); err != nil {
		t.Errorf("the young session: %v", err)
	}
}

func TestEmptyClaimsAndEndedLoginsGo(t *testing.T) {
	w := newWorld(t)
	id := newID()
	_, err := w.store.Claim(t.Context(), replay.Claim{SessionID: id, ProjectID: w.project.ID, WrappedKey: []byte("k"), ClaimedAt: w.clock.Load()})
	must(t, err)
	key := "claims/" + id
	must(t, w.bucket.Put(t.Context(), key, strings.NewReader("x"), 1))
	user := account.User{ID: "u", Email: "a@example.com", Role: account.RoleAdmin}
	must(t, w.store.CreateUser(t.Context(), user))
	must(t, w.store.CreateLogin(t.Context(), account.Login{TokenHash: "h", UserID: "u", ExpiresAt: w.clock.Load() + 1}))
	w.later(time.Hour)
	_, err = w.worker.dropEmptyClaims(t.Context())
	must(t, err)
	if _, err := w.bucket.Stat(t.Context(), key); err != nil {
		t.Fatalf("a fresh claim is gone: %v", err)
	}
	w.later(24 * time.Hour)
	_, err = w.worker.dropEmptyClaims(t.Context())
	must(t, err)
	if _, err := w.bucket.Stat(t.Context(), key); err == nil {
		t.Error("the claim's object is left")
	}
	_, err = w.worker.dropLogins(t.Context())
	must(t, err)
	if _, err := w.store.Login(t.Context(), "h"); err == nil {
		t.Error("the ended login is left")
	}
}

// Run does all duties until it is told to stop, and then stops.
// A service that is told to stop leaves no session leased: the next one would not see it for a minute.
func TestWhatIsBeingIndexedWhenTheServiceStopsIsFinished(t *testing.T) {
	w := newWorld(t)
	w.send(uuid.NewString(), 0, w.page("https://shop.example/one"))
	ctx, stop := context.WithCancel(t.Context())
	w.worker.Index = &stopping{w.worker.Index, stop}
	w.worker.Run(ctx)
	if state, err := w.store.OutboxState(t.Context()); err != nil || state.Pending != 0 {
		t.Errorf("%+v, %v: %s", state, err, w.log)
	}
	if w.found("url:/one") == "" {
		t.Error("the session is not in the index")
	}
}

// stopping is an index that stops the service before it takes documents.
type stopping struct {
	search.Index
	stop context.CancelFunc
}

func (x *stopping) Put(ctx context.Context, docs []search.Document) error {
	x.stop()
	return x.Index.Put(ctx, docs)
}

func TestRunIndexesByItselfAndStops(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		w.worker.Run(ctx)
		close(stopped)
	}()
	id := newID()
	w.send(id, 0, w.page("https://shop.example/"))
	acked := time.Now()
	for w.found("shop.example") != id {
		if time.Since(acked) > 2*time.Second {
			t.Fatal("not found 2 s after the ack")
		}
	}
	cancel()
	select {
	case <-stopped:
	case <-time.After(5 * time.Second):
		t.Fatal("it does not stop")
	}
}

func TestWithoutQueryKeepsWhatNamesThePage(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/p?token=1#x":               "https://a.example/p",
		"https://ann:pw@a.example/":                   "https://a.example/",
		"https://a.example/#/orders/7?token=1":        "https://a.example/#/orders/7",
		"/cart?":                                      "/cart",
		"%zz?token=1#y":                               "%zz",
		"https://a.example/결제":                        "https://a.example/결제",
		"https://a.example/%EA%B2%B0%ec%a0%9c/%2F%20": "https://a.example/결제/%2F%20",
		"https://a.example/%FF%EA%B2":                 "https://a.example/%FF%EA%B2",
	} {
		if got := withoutQuery(in); got != want {
			t.Errorf("%s → %s, want %s", in, got, want)
		}
	}
}
