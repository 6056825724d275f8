package replay_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/replay"
)

func TestIngestPlaySeal(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		var want []string
		for seq := range int64(6) {
			at := base + seq*5000
			evs := []string{moveEvent(at + 2), moveEvent(at + 1), moveEvent(at + 1)} // out of order stays so
			if seq%3 == 0 {
				evs = append([]string{metaEvent(at, "https://x.kr/p"), snapshotEvent(at + 1)}, evs...)
			}
			b := body(evs...)
			if seq%2 == 1 {
				b = gzipped(t, b)
			}
			got, err := h.upload(id, tab, seq, b)
			if err != nil || got.Duplicate || got.Events != len(evs) {
				t.Fatalf("seq %d: %+v %v", seq, got, err)
			}
			want = append(want, evs...)
		}
		wantEvents(t, h.events(id, replay.EventQuery{}), want)
		wantEvents(t, h.events(id, replay.EventQuery{TabID: tab, From: base + 5000, To: base + 10_000}), want[5:8])
		frame := []string{`{"type":4,"data":{"href":"https://x.kr/p","width":800,"height":600},"timestamp":1760000015999}`,
			`{"type":2,"data":{"node":{"type":0,"childNodes":[],"id":1},"initialOffset":{"left":0,"top":0},"newest":1},"timestamp":1760000015999}`}
		after := slices.DeleteFunc(slices.Clone(want), func(ev string) bool { return timestampOf(t, ev) < base+16_000 })
		wantKeyframe(t, h.events(id, replay.EventQuery{Keyframe: true, From: base + 16_000}), frame, after)
		wantEvents(t, h.events(id, replay.EventQuery{Keyframe: true, From: base}), want)
		wantEvents(t, h.events(id, replay.EventQuery{TabID: newID()}), nil)
		play, err := h.svc.Play(t.Context(), h.session(id), replay.EventQuery{TabID: tab})
		if err != nil || play.LastSeq != 5 {
			t.Errorf("%+v %v", play, err)
		}
		if none, err := h.svc.Play(t.Context(), h.session(id), replay.EventQuery{TabID: newID()}); err != nil || none.LastSeq != -1 {
			t.Errorf("%+v %v", none, err)
		}

		sess := h.session(id)
		if sess.State != replay.StateLive || sess.StartedAt != base || sess.Events != int64(len(want)) || sess.User.ID != "u1" ||
			sess.Client.Language != "ko-KR" || sess.Release != "r1" || sess.Counts.Pages != 2 {
			t.Errorf("session: %+v", sess)
		}
		h.sealAll()
		if s := h.session(id); s.State != replay.StateSealed || s.SealedBytes == 0 {
			t.Errorf("after sealing: %+v", s)
		}
		h.restart() // the pack of this run is closed
		if n, err := h.svc.SweepPacks(t.Context()); err != nil || len(h.keys("packs/")) != 0 {
			t.Errorf("packs removed %d, left %v: %v", n, h.keys("packs/"), err)
		}
		wantEvents(t, h.events(id, replay.EventQuery{}), want)
		wantKeyframe(t, h.events(id, replay.EventQuery{Keyframe: true, From: base + 16_000}), frame, after)
		if d := h.verify(); len(d) != 0 {
			t.Errorf("damage: %+v", d)
		}
	})
}

func TestIdempotent(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		first := body(metaEvent(base, "u"), snapshotEvent(base))
		h.mustUpload(id, tab, 0, metaEvent(base, "u"), snapshotEvent(base))
		// The same events, compressed and sent at another time, are the same batch.
		again, err := h.upload(id, tab, 0, gzipped(t, bytes.Replace(first, []byte(fmt.Sprint(base)), []byte(fmt.Sprint(base+4000)), 1)))
		if err != nil || !again.Duplicate {
			t.Errorf("again: %+v %v", again, err)
		}
		if _, err := h.upload(id, tab, 0, body(moveEvent(base))); !errors.Is(err, replay.ErrConflict) {
			t.Errorf("other events: %v", err)
		}
		h.sealAll()
		if again, err := h.upload(id, tab, 0, first); err != nil || !again.Duplicate {
			t.Errorf("after sealing: %+v %v", again, err)
		}
		if s := h.session(id); s.State != replay.StateSealed || s.Events != 2 {
			t.Errorf("a duplicate changed the session: %+v", s)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		stored := 0
		for range 50 {
			wg.Go(func() {
				r, err := h.upload(id, tab, 1, body(moveEvent(base+1)))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if !r.Duplicate {
					stored++
				}
			})
		}
		wg.Wait()
		if stored != 1 || h.session(id).Events != 3 {
			t.Errorf("stored %d times, %d events", stored, h.session(id).Events)
		}
	})
}

// TestLateBatch lets batches come out of order, with gaps, around two sealings.
func TestLateBatch(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		ev := func(seq int64) string { return moveEvent(base + 10 + seq*1000) }
		h.mustUpload(id, tab, 0, metaEvent(base, "u"), snapshotEvent(base+1))
		h.mustUpload(id, tab, 4, ev(4))
		h.mustUpload(id, tab, 1, ev(1))
		h.sealAll()
		tabs, err := h.svc.Tabs(t.Context(), h.session(id))
		if err != nil || len(tabs) != 1 || len(tabs[0].Missing) != 1 || tabs[0].Missing[0].FromSeq != 2 || tabs[0].Missing[0].ToSeq != 3 {
			t.Errorf("tabs: %+v %v", tabs, err)
		}
		h.mustUpload(id, tab, 2, ev(2))
		want := []string{metaEvent(base, "u"), snapshotEvent(base + 1), ev(1), ev(2), ev(4)}
		wantEvents(t, h.events(id, replay.EventQuery{}), want)
		if s := h.session(id); s.State != replay.StateLive {
			t.Errorf("state after a late batch: %s", s.State)
		}
		h.sealAll()
		h.mustUpload(id, tab, 3, ev(3))
		h.sealAll()
		want = slices.Insert(want, 4, ev(3))
		wantEvents(t, h.events(id, replay.EventQuery{}), want)
		if keys := h.keys("sessions/" + id + "/sealed"); len(keys) != 1 {
			t.Errorf("sealed objects: %v", keys)
		}
		var seqs []int64
		err = h.svc.BatchesAfter(t.Context(), h.session(id), tab, 1, func(seq int64, events []byte) error {
			seqs = append(seqs, seq)
			if string(events) != "["+ev(seq)+"]" {
				t.Errorf("batch %d: %s", seq, events)
			}
			return nil
		})
		if err != nil || !slices.Equal(seqs, []int64{2, 3, 4}) {
			t.Errorf("batches after 1: %v %v", seqs, err)
		}
		if d := h.verify(); len(d) != 0 {
			t.Errorf("damage: %+v", d)
		}
	})
}

// TestSealWhileReading removes the objects that a reader was going to read.
func TestSealWhileReading(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		var want []string
		for seq := range int64(40) {
			evs := []string{moveEvent(base + seq*7000), moveEvent(base + seq*7000 + 1)}
			h.mustUpload(id, tab, seq, evs...)
			want = append(want, evs...)
		}
		var got []string
		err := h.svc.Events(t.Context(), h.session(id), replay.EventQuery{}, func(ev []byte) error {
			got = append(got, string(ev))
			switch len(got) {
			case 3, 51: // in the middle of a batch; the second time of a sealed one
				if len(got) == 51 {
					h.mustUpload(id, tab, 40, moveEvent(base+400_000))
				}
				h.sealAll()
				h.restart() // a pack that is still written must not go
				for _, key := range h.keys("packs/") {
					if err := h.bucket.Delete(t.Context(), key); err != nil {
						t.Fatal(err)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wantEvents(t, got[:80], want)
	})
}

func TestTabsMerge(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, a, b := newID(), newID(), newID()
		h.mustUpload(id, a, 0, moveEvent(base), moveEvent(base+20))
		h.mustUpload(id, b, 0, moveEvent(base+10), moveEvent(base+30))
		want := []string{moveEvent(base), moveEvent(base + 10), moveEvent(base + 20), moveEvent(base + 30)}
		wantEvents(t, h.events(id, replay.EventQuery{}), want)
		h.sealAll()
		wantEvents(t, h.events(id, replay.EventQuery{}), want)
		wantEvents(t, h.events(id, replay.EventQuery{TabID: b}), []string{want[1], want[3]})
	})
}

// TestSealTwiceAtOnce seals one session from many sides while batches come: whoever wins, nothing is lost.
func TestSealTwiceAtOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		var want []string
		for round := range int64(8) {
			want = append(want, moveEvent(base+round*10))
			h.mustUpload(id, tab, round, moveEvent(base+round*10))
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := h.svc.Seal(t.Context(), id, true); err != nil && !errors.Is(err, replay.ErrChanged) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			wantEvents(t, h.events(id, replay.EventQuery{}), want)
		}
		if keys := h.keys("sessions/" + id); len(keys) != 1 {
			t.Errorf("sealed objects: %v", keys)
		}
		if d := h.verify(); len(d) != 0 {
			t.Errorf("damage: %+v", d)
		}
	})
}

// TestMissingSnapshot plays from the next full snapshot where the first never came.
func TestMissingSnapshot(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		h.mustUpload(id, tab, 0, moveEvent(base))
		h.mustUpload(id, tab, 1, moveEvent(base+1000), metaEvent(base+2000, "u"))
		h.mustUpload(id, tab, 2, snapshotEvent(base+2001), moveEvent(base+3000))
		for range 2 {
			wantEvents(t, h.events(id, replay.EventQuery{Keyframe: true}),
				[]string{metaEvent(base+2000, "u"), snapshotEvent(base + 2001), moveEvent(base + 3000)})
			h.sealAll()
		}
		other := newID()
		h.mustUpload(other, tab, 0, moveEvent(base))
		if got := h.events(other, replay.EventQuery{Keyframe: true}); len(got) != 0 {
			t.Errorf("without any snapshot: %v", got)
		}
		if tabs, err := h.svc.Tabs(t.Context(), h.session(other)); err != nil || tabs[0].Playable {
			t.Errorf("tabs: %+v %v", tabs, err)
		}
	})
}

func TestMoments(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		identify := func(at int64, who string) string {
			return fmt.Sprintf(`{"type":5,"timestamp":%d,"data":{"tag":"afterimage.identify","payload":{"id":%q}}}`, at, who)
		}
		h.mustUpload(id, tab, 0, metaEvent(base+5, "/a"), identify(base, "u1"))
		h.mustUpload(id, tab, 1, identify(base+10, "u1"), metaEvent(base+11, "/b"), identify(base+12, "u2"))
		moments, err := h.svc.Moments(t.Context(), h.session(id))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range moments {
			got = append(got, fmt.Sprintf("%d %s %s", m.At-base, m.Kind, m.Label))
			if m.Tab != tab {
				t.Errorf("moment of tab %q", m.Tab)
			}
		}
		if want := []string{"0 identify u1", "5 page /a", "11 page /b", "12 identify u2"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestErase(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab, kept := newID(), newID(), newID()
		h.mustUpload(id, tab, 0, moveEvent(base))
		h.mustUpload(kept, tab, 0, moveEvent(base))
		h.sealAll()
		h.mustUpload(id, tab, 1, moveEvent(base+1))
		if err := h.svc.Erase(t.Context(), "another", id); !errors.Is(err, replay.ErrNotFound) {
			t.Errorf("another project's: %v", err)
		}
		for range 2 { // twice is no error
			if err := h.svc.Erase(t.Context(), h.project, id); err != nil {
				t.Fatal(err)
			}
		}
		if keys := append(h.keys("sessions/"+id), h.keys("claims/"+id)...); len(keys) != 0 {
			t.Errorf("objects left: %v", keys)
		}
		if _, err := h.svc.Session(t.Context(), h.project, id); !errors.Is(err, replay.ErrErased) {
			t.Errorf("session: %v", err)
		}
		for seq := range int64(3) {
			if _, err := h.upload(id, tab, seq, body(moveEvent(base))); !errors.Is(err, replay.ErrErased) {
				t.Errorf("late batch: %v", err)
			}
		}
		if len(h.keys("claims/"+id)) != 0 {
			t.Error("a late batch left a claim")
		}
		wantEvents(t, h.events(kept, replay.EventQuery{}), []string{moveEvent(base)})
	})
}

// TestDroppedClaim lets a claim be forgotten under a process that still holds it.
func TestDroppedClaim(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		if _, err := h.upload(id, tab, 0, body(moveEvent(base+99*24*3600_000))); !errors.Is(err, replay.ErrInvalid) {
			t.Fatalf("a batch of the far future: %v", err) // refused after the claim
		}
		h.clock.add(25 * time.Hour)
		if ids, err := h.store.DropEmptyClaims(t.Context(), h.clock.Now().UnixMilli()-1000, 10); err != nil || len(ids) != 1 {
			t.Fatalf("dropped %v: %v", ids, err)
		}
		if _, err := h.upload(id, tab, 0, body(moveEvent(base))); !errors.Is(err, replay.ErrBusy) {
			t.Errorf("with the claim dropped: %v", err)
		}
		h.mustUpload(id, tab, 0, moveEvent(base))
		wantEvents(t, h.events(id, replay.EventQuery{}), []string{moveEvent(base)})
	})
}

func TestBadUploads(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		h.mustUpload(id, tab, 0, moveEvent(base))
		good := body(moveEvent(base))
		bomb := gzipped(t, append(good[:len(good)-2:len(good)-2], bytes.Repeat([]byte(" "), 34<<20)...))
		for _, c := range []struct {
			name, session, tab string
			seq                int64
			body               []byte
			want               error
			says               string
		}{
			{"session id", "x", tab, 0, good, replay.ErrInvalid, "UUID"},
			{"upper case", strings.ToUpper(id), tab, 0, good, replay.ErrInvalid, "UUID"},
			{"tab id", id, "../../x", 0, good, replay.ErrInvalid, "UUID"},
			{"negative seq", id, tab, -1, good, replay.ErrInvalid, "batch number"},
			{"no JSON", id, tab, 1, []byte("hello"), replay.ErrInvalid, "byte 0"},
			{"cut gzip", id, tab, 1, gzipped(t, good)[:40], replay.ErrInvalid, "gzip"},
			{"bomb", id, tab, 1, bomb, replay.ErrTooLarge, "inflates"},
			{"no secret", id, tab, 1, []byte(`{"events":[]}`), replay.ErrInvalid, "secret"},
			{"wrong secret", id, tab, 1, bytes.Replace(good, []byte("0123"), []byte("3210"), 1), replay.ErrWrongSecret, ""},
			{"meta", id, tab, 1, bytes.Replace(good, []byte(`"ko-KR"`), []byte(`7`), 1), replay.ErrInvalid, "meta"},
			{"future", id, tab, 1, body(moveEvent(base + 11*365*24*3600_000)), replay.ErrInvalid, "future"},
			{"too large", id, tab, 1, make([]byte, 9<<20), replay.ErrTooLarge, ""},
		} {
			_, err := h.upload(c.session, c.tab, c.seq, c.body)
			if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		wantEvents(t, h.events(id, replay.EventQuery{}), []string{moveEvent(base)})
	})
}

// TestClockSkew takes a browser whose clock is ten years off at its word about distances only.
func TestClockSkew(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const tenYears = int64(10 * 365 * 24 * 3600_000)
		for _, skew := range []int64{tenYears, -tenYears, 1000} {
			id, tab := newID(), newID()
			ev := moveEvent(base + skew - 100)
			b := fmt.Sprintf(`{"secret":%q,"sentAt":%d,"events":[%s]}`, secret, base+skew, ev)
			if _, err := h.upload(id, tab, 0, []byte(b)); err != nil {
				t.Fatal(err)
			}
			want := base - 100
			if skew == 1000 {
				want = base + 900 // within the time an upload takes: not corrected
			}
			if s := h.session(id); s.StartedAt != want {
				t.Errorf("skew %d: began %d ms off", skew, s.StartedAt-want)
			}
			wantEvents(t, h.events(id, replay.EventQuery{From: want, To: want + 1}), []string{ev})
		}
	})
}

func TestCloseRefuses(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		if err := h.svc.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.upload(newID(), newID(), 0, body(moveEvent(base))); !errors.Is(err, replay.ErrBusy) {
			t.Errorf("after close: %v", err)
		}
	})
}

// TestManyWriters holds what many sessions wrote at once against what is read back, with
// sealing, sweeping and restarts in between.
func TestManyWriters(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const sessions, batches = 12, 20
		ids := make([]string, sessions)
		want := make([][]string, sessions)
		tab := newID()
		for i := range ids {
			ids[i] = newID()
		}
		for round := range int64(2) {
			var wg sync.WaitGroup
			for i := range ids {
				wg.Go(func() {
					r := rand.New(rand.NewPCG(uint64(i), uint64(round)))
					for n := range int64(batches) {
						seq := round*batches + n
						evs := []string{moveEvent(base + seq*100), moveEvent(base + seq*100 + r.Int64N(100))}
						if _, err := h.upload(ids[i], tab, seq, body(evs...)); err != nil {
							t.Error(err)
						}
						want[i] = append(want[i], evs...)
					}
				})
			}
			wg.Go(h.sealAll)
			wg.Wait()
			h.restart()
			if _, err := h.svc.SweepPacks(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for i, id := range ids {
			wantEvents(t, h.events(id, replay.EventQuery{}), want[i])
		}
		h.clock.add(time.Hour)
		if ended, err := h.svc.Ended(t.Context(), false, 500); err != nil || len(ended) == 0 {
			t.Errorf("ended after an hour: %v %v", ended, err)
		}
		h.sealAll()
		for i, id := range ids {
			wantEvents(t, h.events(id, replay.EventQuery{}), want[i])
		}
		if d := h.verify(); len(d) != 0 {
			t.Errorf("damage: %+v", d)
		}
	})
}
