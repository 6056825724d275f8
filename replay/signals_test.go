package replay_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/demo"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob/mem"
	"github.com/afterimage/afterimage/replay/segment"
)

// troubled is a page on which somebody clicks a button that does nothing, four times, meets an error and leaves.
func troubled(at int64) []string {
	click := func(at int64, node int) string {
		return fmt.Sprintf(`{"type":3,"data":{"source":2,"type":2,"id":%d,"x":10,"y":10},"timestamp":%d}`, node, at)
	}
	custom := func(at int64, tag, payload string) string {
		return fmt.Sprintf(`{"type":5,"data":{"tag":%q,"payload":%s},"timestamp":%d}`, tag, payload, at)
	}
	button := `{"type":2,"tagName":"button","attributes":{"data-testid":"pay"},"childNodes":[{"type":3,"textContent":"결제하기","id":4}],"id":3}`
	page := `{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[` + button + `],"id":2}],"id":1}`
	return []string{
		metaEvent(at, "https://x.kr/cart?utm_source=news&utm_campaign=가을"),
		fmt.Sprintf(`{"type":2,"data":{"node":%s,"initialOffset":{"left":0,"top":0}},"timestamp":%d}`, page, at+1),
		custom(at+50, "afterimage.vital", `{"name":"LCP","value":5200}`),
		click(at+2_000, 3), click(at+2_300, 3), click(at+2_600, 3), click(at+2_900, 3),
		custom(at+3_000, "afterimage.error", `{"type":"TypeError","message":"x is null","stack":"TypeError: x is null\n    at pay (https://x.kr/app.js:1:2)"}`),
		moveEvent(at + 9_000),
		metaEvent(at+20_000, "https://x.kr/done"), moveEvent(at + 21_000),
	}
}

// signals are a session's moments beyond those that one event tells, in words that do not depend on the ids of tabs.
func (h *house) signals(id string) []string {
	h.t.Helper()
	moments, err := h.svc.Moments(h.t.Context(), h.session(id))
	if err != nil {
		h.t.Fatal(err)
	}
	told := []string{"page", "click", "console", "request", "response", "custom", "identify", "error"}
	var found []string
	for _, m := range moments {
		if !slices.Contains(told, m.Kind) {
			found = append(found, fmt.Sprintf("%d %s %q %s %s", m.At-base, m.Kind, m.Label, m.Selector, m.Data))
		}
	}
	slices.Sort(found)
	return found
}

// TestSignals finds the same signals however a stream is cut into batches and in whatever order they come, live
// and sealed, and names what was clicked from the page.
func TestSignals(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		events := troubled(base)
		g := rand.New(rand.NewPCG(4, 2))
		var want []string
		for try := range 5 {
			id, tab := newID(), newID()
			var batches [][]string
			for rest := events; len(rest) > 0; {
				n := min(len(rest), 1+g.IntN(len(events)))
				if try == 0 {
					n = len(rest)
				}
				batches, rest = append(batches, rest[:n]), rest[n:]
			}
			for _, seq := range g.Perm(len(batches)) {
				h.mustUpload(id, tab, int64(seq), batches[seq]...)
			}
			live := h.signals(id)
			if try == 0 {
				want = live
			}
			h.sealAll()
			sealed := h.signals(id)
			if strings.Join(live, "\n") != strings.Join(want, "\n") || strings.Join(sealed, "\n") != strings.Join(want, "\n") {
				t.Fatalf("in %d batches\nlive   %q\nsealed %q\nwant   %q", len(batches), live, sealed, want)
			}
		}
		text := strings.Join(want, "\n")
		for _, kind := range []string{`2000 rage "결제하기"`, `dead "결제하기"`, "errorclick"} {
			if !strings.Contains(text, kind) {
				t.Errorf("no %s among\n%s", kind, text)
			}
		}
	})
}

// TestDigest sums a session up while it is live, and when it is sealed.
func TestDigest(t *testing.T) {
	h := newHouse(t, "", mem.New())
	id, tab := newID(), newID()
	h.mustUpload(id, tab, 0, troubled(base)...)
	_, live, err := h.svc.Review(t.Context(), h.session(id))
	if err != nil {
		t.Fatal(err)
	}
	h.sealAll()
	sealed := h.session(id).Digest
	for name, d := range map[string]*replay.Digest{"live": live, "sealed": sealed} {
		if d == nil {
			t.Fatalf("%s: no digest", name)
		}
		if d.Signals["rage"] != 1 || d.Signals["dead"] != 1 || d.Entry != "https://x.kr/cart?utm_source=news&utm_campaign=가을" || d.Exit != "https://x.kr/done" {
			t.Errorf("%s: %+v", name, d)
		}
		if d.UTM["source"] != "news" || d.UTM["campaign"] != "가을" || d.Vitals["LCP"] != 5200 || len(d.Visits) != 2 {
			t.Errorf("%s: %+v", name, d)
		}
		if v := d.Visits[0]; v.DurationMs != 20_000 || v.Tab != tab || v.Vitals["LCP"] != 5200 || d.Visits[1].DurationMs != 1_000 {
			t.Errorf("%s: visits %+v", name, d.Visits)
		}
	}
}

// TestSignalsOfDemo holds live and sealed against each other for the sessions that come with the program.
func TestSignalsOfDemo(t *testing.T) {
	h := newHouse(t, "", mem.New())
	found := 0
	err := demo.LoadSessions(func(s demo.Session) error {
		first, _, err := s.Span()
		if err != nil {
			return err
		}
		events, err := s.Shifted(base - first)
		if err != nil {
			return err
		}
		id, tab := newID(), newID()
		seq := int64(0)
		for part := range slices.Chunk(events, 150) {
			texts := make([]string, len(part))
			for i := range part {
				texts[i] = string(part[i])
			}
			h.mustUpload(id, tab, seq, texts...)
			seq++
		}
		live := h.signals(id)
		h.sealAll()
		if sealed := h.signals(id); !slices.Equal(live, sealed) {
			onlyEnded := slices.DeleteFunc(slices.Clone(sealed), func(s string) bool { return slices.Contains(live, s) })
			t.Errorf("live\n%s\nsealed, beside these\n%s", strings.Join(live, "\n"), strings.Join(onlyEnded, "\n"))
		}
		found += len(live)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no signal in any of the demo's sessions")
	}
	t.Logf("%d signals", found)
}

// TestSignalsOfDamaged tells what is known without the page where a pack is damaged, or gone.
func TestSignalsOfDamaged(t *testing.T) {
	h := newHouse(t, "", mem.New())
	id, tab := newID(), newID()
	h.mustUpload(id, tab, 0, troubled(base)...)
	pack := h.keys("packs/")[0]
	good, put := h.stored(pack)
	bad := slices.Clone(good)
	bad[len(bad)/2] ^= 1
	put(bad)
	h.restart()
	if got := strings.Join(h.signals(id), "\n"); !strings.Contains(got, `2000 rage ""`) {
		t.Errorf("damaged: %s", got)
	}
	if err := h.bucket.Delete(t.Context(), pack); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(h.signals(id), "\n"); !strings.Contains(got, `2000 rage ""`) {
		t.Errorf("gone: %s", got)
	}
	put(good)
	if got := strings.Join(h.signals(id), "\n"); !strings.Contains(got, `2000 rage "결제하기"`) {
		t.Errorf("there again: %s", got)
	}
}

// TestPagesOnce tells of a page once, also where its load comes in two batches and a snapshot is taken later.
func TestPagesOnce(t *testing.T) {
	h := newHouse(t, "", mem.New())
	id, tab := newID(), newID()
	told := fmt.Sprintf(`{"type":5,"data":{"tag":"afterimage.page","payload":{"url":"https://x.kr/a","title":"가게"}},"timestamp":%d}`, base+5)
	h.mustUpload(id, tab, 0, metaEvent(base, "https://x.kr/a"), pageEvent(base+1, "x"))
	h.mustUpload(id, tab, 1, told)
	h.mustUpload(id, tab, 2, metaEvent(base+600_000, "https://x.kr/a"), strings.Replace(pageEvent(base+600_001, "x"), `"id":1}`, `"id":9}`, 1))
	h.mustUpload(id, tab, 3, metaEvent(base+700_000, "https://x.kr/b"), pageEvent(base+700_001, "y"))
	for _, state := range []string{"live", "sealed"} {
		moments, d, err := h.svc.Review(t.Context(), h.session(id))
		if err != nil {
			t.Fatal(err)
		}
		var pages []string
		for _, m := range moments {
			if m.Kind == "page" {
				pages = append(pages, fmt.Sprint(m.At-base, " ", m.Label))
			}
		}
		if got := strings.Join(pages, ", "); got != "0 https://x.kr/a, 700000 https://x.kr/b" || d.Pages != 2 || d.Visits[0].Title != "가게" {
			t.Errorf("%s: %s; %d pages, %+v", state, got, d.Pages, d.Visits)
		}
		h.sealAll()
	}
}

// TestSignalsOfMissing takes no click for dead whose answer may have been in a batch that never came.
func TestSignalsOfMissing(t *testing.T) {
	h := newHouse(t, "", mem.New())
	events := troubled(base)
	for _, lost := range []bool{false, true} {
		id, tab := newID(), newID()
		h.mustUpload(id, tab, 0, events[:7]...)
		next := int64(1)
		if lost {
			next++
		}
		h.mustUpload(id, tab, next, events[7:]...)
		live := h.signals(id)
		h.sealAll()
		if sealed := h.signals(id); !slices.Equal(live, sealed) {
			t.Errorf("live %q, sealed %q", live, sealed)
		}
		if dead := strings.Contains(strings.Join(live, "\n"), " dead "); dead == lost {
			t.Errorf("a batch is lost: %v, dead click: %v", lost, dead)
		}
	}
}

// forgetful stores sealings without a digest, as an older version did.
type forgetful struct{ *sqlstore.Store }

func (f forgetful) CommitSeal(ctx context.Context, s replay.Sealing, now int64) error {
	s.Digest = nil
	return f.Store.CommitSeal(ctx, s, now)
}

// TestOutdated seals anew what was sealed without a digest, once.
func TestOutdated(t *testing.T) {
	h := newHouse(t, "", mem.New())
	id, tab := newID(), newID()
	h.mustUpload(id, tab, 0, troubled(base)...)
	old := h.another(forgetful{h.store}, segment.NewKeyring([32]byte{9}))
	if err := old.Seal(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	before := h.events(id, replay.EventQuery{TabID: tab})
	h.sealAll()
	sess := h.session(id)
	if sess.SealCount != 2 || sess.Digest == nil || sess.Digest.Signals["rage"] != 1 {
		t.Errorf("sealed %d times, digest %+v", sess.SealCount, sess.Digest)
	}
	if after := h.events(id, replay.EventQuery{TabID: tab}); !slices.Equal(before, after) {
		t.Errorf("the events changed: %d, then %d", len(before), len(after))
	}
	h.sealAll()
	if again := h.session(id).SealCount; again != 2 {
		t.Errorf("sealed %d times", again)
	}
	if len(h.keys("sessions/"+id+"/")) != 1 {
		t.Errorf("objects %v", h.keys("sessions/"+id+"/"))
	}
}

// TestTags keeps what the site and the team call a session.
func TestTags(t *testing.T) {
	h := newHouse(t, "", mem.New())
	id, tab := newID(), newID()
	meta := strings.Replace(string(body(troubled(base)...)), `"release":"r1"`, `"release":"r1","tags":["beta"," beta","`+strings.Repeat("가", 60)+`"]`, 1)
	if _, err := h.upload(id, tab, 0, []byte(meta)); err != nil {
		t.Fatal(err)
	}
	if got := h.session(id).SiteTags; len(got) != 2 || got[0] != "beta" || len([]rune(got[1])) != replay.TagRunesMax {
		t.Errorf("site's tags %q", got)
	}
	ctx := t.Context()
	if err := h.svc.Tag(ctx, h.project, id, []string{" 확인 ", "확인", ""}); err != nil || !slices.Equal(h.session(id).TeamTags, []string{"확인"}) {
		t.Errorf("team's tags %q, %v", h.session(id).TeamTags, err)
	}
	for _, bad := range [][]string{{"a\nb"}, {strings.Repeat("x", replay.TagRunesMax+1)}, slices.Repeat([]string{""}, 3)} {
		err := h.svc.Tag(ctx, h.project, id, bad)
		if cmp.Or(bad...) != "" && err == nil {
			t.Errorf("tags %q are taken", bad)
		}
	}
}
