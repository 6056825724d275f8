package replay_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/replay"
)

// visit records one session of a person on a page that all visits share.
func (h *house) visit(person int, page string) string {
	h.t.Helper()
	id, tab := newID(), newID()
	body := fmt.Sprintf(`{"secret":%q,"meta":{"user":{"id":"person-%d"}},"events":[%s,%s,%s]}`, secret, person,
		metaEvent(base, "https://x.kr/p"), pageEvent(base, page), textEvent(base+1000, "private to "+id+noise(person, 200)))
	if _, err := h.upload(id, tab, 0, []byte(body)); err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) learn() int {
	h.t.Helper()
	n, err := h.svc.LearnDictionaries(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// TestSiteDictionary follows a dictionary from being learned, through damage of its object, to being dropped.
func TestSiteDictionary(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		page := noise(7, 30_000)
		for person := range 4 {
			h.visit(person, page)
		}
		h.sealAll()
		if h.learn() != 0 || len(h.keys("dictionaries/")) != 0 {
			t.Fatal("learned from four sessions")
		}
		alone := h.session(h.visit(4, page))
		h.sealAll()
		alone = h.session(alone.ID)
		if h.learn() != 1 || h.learn() != 0 {
			t.Fatal("five sessions have the page, and it is not learned, or twice")
		}
		id := h.visit(5, page)
		want := h.events(id, replay.EventQuery{})
		h.sealAll()
		sess := h.session(id)
		if sess.Dictionary == "" || sess.SealedBytes > alone.SealedBytes/10 {
			t.Errorf("sealed in %d bytes, without the dictionary %d", sess.SealedBytes, alone.SealedBytes)
		}
		usage, err := h.store.Usage(t.Context())
		if err != nil || usage[0].DictionaryBytes < 2*int64(len(page))/3 {
			t.Errorf("usage %+v %v", usage, err)
		}
		key := "dictionaries/" + h.project + "/" + sess.Dictionary
		good := h.object(key)
		h.put(key, string(good[:len(good)/2]))
		h.restart() // nothing of it is in memory
		wantEvents(t, h.events(id, replay.EventQuery{}), want)
		if d := h.verify(); len(d) != 1 || d[0].Object != key {
			t.Errorf("one of two copies is damaged: %+v", d)
		}
		h.put(key+".copy", "nonsense")
		h.restart()
		err = h.svc.Events(t.Context(), sess, replay.EventQuery{}, func([]byte) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "corrupt") {
			t.Errorf("both copies are damaged: %v", err)
		}
		if d := h.verify(); len(d) != 3 {
			t.Errorf("both copies are damaged: %+v", d)
		}
		late := h.visit(6, page) // is sealed nevertheless
		h.sealAll()
		if s := h.session(late); s.State != replay.StateSealed || s.Dictionary != "" {
			t.Errorf("%+v", s)
		}
		h.put(key, string(good))
		h.put(key+".copy", string(good))
		if d := h.verify(); len(d) != 0 {
			t.Errorf("%+v", d)
		}
		h.dropsDictionary(id, sess.Dictionary)
	})
}

// dropsDictionary erases the one session that needs a dictionary, after another was learned.
func (h *house) dropsDictionary(id, name string) {
	h.t.Helper()
	another := noise(8, 30_000)
	for person := range 24 {
		h.visit(10+person, another)
	}
	h.sealAll()
	h.clock.add(2 * 24 * time.Hour)
	if h.learn() != 1 {
		h.t.Error("the site has changed, and nothing was learned")
	}
	drop := func() int {
		n, err := h.svc.DropDictionaries(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		return n
	}
	if err := h.svc.Erase(h.t.Context(), h.project, id); err != nil {
		h.t.Fatal(err)
	}
	if n := drop(); n != 0 {
		h.t.Errorf("%d dictionaries dropped that sessions need", n)
	}
	page, err := h.store.Sessions(h.t.Context(), replay.SessionFilter{ProjectID: h.project, Limit: 500})
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range page {
		if page[i].Dictionary == name {
			if err := h.svc.Erase(h.t.Context(), h.project, page[i].ID); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	if n := drop(); n != 1 || len(h.keys("dictionaries/")) != 3 {
		h.t.Errorf("%d dropped, left %v", n, h.keys("dictionaries/"))
	}
}

// TestTwoLearnTheSameAtOnce has two services learn from the same sessions: one key holds, and the objects are under it.
func TestTwoLearnTheSameAtOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for person := range 5 {
			h.visit(person, noise(7, 30_000))
		}
		h.sealAll()
		errs := make(chan error)
		for range 2 {
			svc := h.svc
			go func() {
				_, err := svc.LearnDictionaries(context.WithoutCancel(t.Context()))
				errs <- err
			}()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		id := h.visit(5, noise(7, 30_000))
		h.sealAll()
		h.restart()
		if s := h.session(id); s.Dictionary == "" {
			t.Errorf("%+v", s)
		}
		if d := h.verify(); len(d) != 0 {
			t.Errorf("%+v", d)
		}
	})
}

// TestSealedByVersion1 plays, and seals again, what the first version of the format wrote.
func TestSealedByVersion1(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		object, err := os.ReadFile("segment/testdata/sealed-v1.bin")
		if err != nil {
			t.Fatal(err)
		}
		wrapped, err := os.ReadFile("segment/testdata/sealed-v1.key")
		if err != nil {
			t.Fatal(err)
		}
		const id = "0192f3a0-0000-7000-8000-000000000001"
		ctx, key := t.Context(), "sessions/"+id+"/sealed-1-00000000"
		sealing := replay.Sealing{SessionID: id, Key: key, Bytes: int64(len(object))}
		_, err = h.store.Claim(ctx, replay.Claim{SessionID: id, ProjectID: h.project, WrappedKey: wrapped, ClockOffsetMs: 42})
		if err != nil {
			t.Fatal(err)
		}
		var commits []replay.Commit
		at := int64(1000)
		for _, tab := range []string{"a", "b"} {
			for seq := range int64(6) {
				if tab == "b" && seq == 3 {
					continue
				}
				c := replay.Commit{Batch: replay.Batch{SessionID: id, TabID: tab, Seq: seq, Pack: "packs/gone", Events: 4,
					Hash: sha256.Sum256([]byte(fmt.Sprint(tab, seq))), FirstAt: at, LastAt: at, Moments: []replay.Moment{{At: at, Kind: "custom", Label: "x"}}}}
				if seq == 0 {
					c.Batch.SnapshotAt = at
				}
				commits = append(commits, c)
				sealing.Batches = append(sealing.Batches, replay.BatchID{TabID: tab, Seq: seq})
				at++
			}
		}
		if _, err := h.store.Commit(ctx, commits); err != nil {
			t.Fatal(err)
		}
		h.put(key, string(object))
		if err := h.store.CommitSeal(ctx, sealing, base); err != nil {
			t.Fatal(err)
		}
		all := h.events(id, replay.EventQuery{})
		if len(all) != 44 || len(h.events(id, replay.EventQuery{TabID: "b"})) != 20 {
			t.Fatalf("%d events", len(all))
		}
		if _, err := h.svc.Moments(ctx, h.session(id)); err != nil {
			t.Error(err)
		}
		if _, err := h.store.Commit(ctx, []replay.Commit{{Batch: replay.Batch{SessionID: id, TabID: "b", Seq: 9, Pack: "packs/x", Hash: sha256.Sum256(nil)}}}); err != nil {
			t.Fatal(err)
		}
		if s := h.session(id); s.State != replay.StateLive || s.SealedKey != key {
			t.Errorf("%+v", s)
		}
		if got := h.events(id, replay.EventQuery{TabID: "a"}); len(got) != 24 {
			t.Errorf("%d events of the first tab", len(got))
		}
	})
}
