package replay_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/segment"
)

// pageEvent is a full snapshot with a text that is the page's own and does not compress.
func pageEvent(at int64, text string) string {
	return fmt.Sprintf(`{"type":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[`+
		`{"type":3,"textContent":%q,"id":3}],"id":2}],"id":1},"initialOffset":{"left":0,"top":0}},"timestamp":%d}`, text, at)
}

func textEvent(at int64, text string) string {
	return fmt.Sprintf(`{"type":3,"data":{"source":0,"texts":[{"id":3,"value":%q}],"attributes":[],"removes":[],"adds":[]},"timestamp":%d}`, text, at)
}

// noise is text that does not compress.
func noise(seed, n int) string {
	var b strings.Builder
	x := uint64(seed)*0x9e3779b97f4a7c15 + 1
	for b.Len() < n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		fmt.Fprintf(&b, "%x", x)
	}
	return b.String()[:n]
}

// stored reads an object, and returns a function that puts other bytes in its place.
func (h *house) stored(key string) (good []byte, put func([]byte)) {
	h.t.Helper()
	return h.object(key), func(b []byte) {
		h.t.Helper()
		h.put(key, string(b))
	}
}

// typed returns the types of events, and the times of those with the tag of a gap.
func typed(t *testing.T, events []string) (types []int, gaps []string) {
	t.Helper()
	for _, ev := range events {
		var e struct {
			Type int
			Data struct {
				Tag     string
				Payload json.RawMessage
			}
		}
		if err := json.Unmarshal([]byte(ev), &e); err != nil {
			t.Fatal(err)
		}
		types = append(types, e.Type)
		if e.Data.Tag == replay.GapTag {
			gaps = append(gaps, string(e.Data.Payload))
		}
	}
	return types, gaps
}

// TestDamagedPack flips a bit of a batch in a pack: verify names it, it is told of, the rest plays.
func TestDamagedPack(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		for seq := range int64(30) {
			h.mustUpload(id, tab, seq, metaEvent(base+seq*5000, "u"), snapshotEvent(base+seq*5000))
		}
		key := h.keys("packs/")[0]
		good, put := h.stored(key)
		bad := bytes.Clone(good)
		bad[60] ^= 4 // in the first record
		put(bad)
		if d := h.verify(); len(d) != 1 || d[0].Object != key || d[0].Session != id {
			t.Errorf("damage %+v", d)
		}
		err := h.svc.Events(t.Context(), h.session(id), replay.EventQuery{}, func([]byte) error { return nil })
		if !errors.Is(err, replay.ErrDamaged) {
			t.Errorf("reading all: %v", err)
		}
		if got := h.events(id, replay.EventQuery{From: base + 130_000}); len(got) != 8 {
			t.Errorf("%d events after the damage", len(got))
		}
		types, gaps := typed(t, h.events(id, replay.EventQuery{Keyframe: true, Gaps: true}))
		if len(types) != 59 || types[0] != 5 || len(gaps) != 1 {
			t.Errorf("%d events, gaps %v", len(types), gaps)
		}
	})
}

// longSession records a page that changes its text all the time, for so long that it is sealed in many blocks.
func longSession(h *house) (id, tab string, events []string) {
	id, tab = newID(), newID()
	for seq := range int64(60) {
		at := base + seq*15_000
		evs := []string{textEvent(at, fmt.Sprintf("text %d %s", seq, noise(int(seq), 3000))), moveEvent(at + 7000)}
		if seq == 0 {
			evs = []string{metaEvent(at, "https://x.kr/p"), pageEvent(at, noise(99, 50_000)), moveEvent(at + 7000)}
		}
		h.mustUpload(id, tab, seq, evs...)
		events = append(events, evs...)
	}
	h.sealAll()
	return id, tab, events
}

// TestDamagedSealedSession damages a sealed session at many places. One flipped bit costs one block at most:
// verify names it, and what is before and after plays.
func TestDamagedSealedSession(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab, events := longSession(h)
		key := h.keys("sessions/" + id + "/sealed")[0]
		good, put := h.stored(key)
		lost := 0
		for at := len(segment.SealedMagic); at < len(good); at += len(good)/37 + 1 {
			bad := bytes.Clone(good)
			bad[at] ^= 4
			put(bad)
			if d := h.verify(); len(d) != 1 || d[0].Object != key || d[0].Session != id || d[0].Offset > int64(at) {
				t.Errorf("byte %d: damage %+v", at, d)
			}
			got := h.events(id, replay.EventQuery{TabID: tab, Gaps: true})
			types, gaps := typed(t, got)
			if len(gaps) == 0 {
				wantEvents(t, got, events)
				continue
			}
			lost++
			where := 0
			for types[where] != 5 {
				where++
			}
			after := got[where+1:]
			if len(gaps) != 1 || where+1 < len(got) && (types[where+1] != 4 || types[where+2] != 2) {
				t.Fatalf("byte %d: gaps %v, then %v", at, gaps, types[where:])
			}
			for len(after) > 0 && !slices.Contains(events, after[0]) {
				after = after[1:] // the keyframe
			}
			wantEvents(t, got[:where], events[:where])
			wantEvents(t, after, events[len(events)-len(after):])
			if len(events)-where-len(after) > 10 {
				t.Errorf("byte %d: %d events lost", at, len(events)-where-len(after))
			}
		}
		if lost == 0 {
			t.Error("no block was ever lost: the test damages nothing")
		}
		put(good)
	})
}

// TestKeyframeAfterDamage asks for a time within a damaged block: it plays from the next block on.
func TestKeyframeAfterDamage(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab, _ := longSession(h)
		good, put := h.stored(h.keys("sessions/" + id + "/sealed")[0])
		var gaps []string
		for at := len(good) / 2; len(gaps) == 0; at += len(good) / 40 { // past bases, which heal
			bad := bytes.Clone(good)
			bad[at] ^= 1
			put(bad)
			_, gaps = typed(t, h.events(id, replay.EventQuery{TabID: tab, Gaps: true}))
		}
		var gap struct{ From, To int64 }
		if err := json.Unmarshal([]byte(gaps[0]), &gap); err != nil {
			t.Fatal(err)
		}
		types, again := typed(t, h.events(id, replay.EventQuery{TabID: tab, Gaps: true, Keyframe: true, From: (gap.From + gap.To) / 2}))
		if len(again) != 1 || again[0] != gaps[0] || types[0] != 5 || types[1] != 4 || types[2] != 2 {
			t.Errorf("gaps %v, then %v", again, types[:5])
		}
		types, again = typed(t, h.events(id, replay.EventQuery{TabID: tab, Gaps: true, Keyframe: true, From: gap.From - 10_000, To: gap.From + 1000}))
		if types[0] != 4 || types[1] != 2 || len(again) != 1 {
			t.Errorf("before it: %v, gaps %v", types, again)
		}
	})
}

// TestKeyframesShowThePage asks for keyframes all over a session, live and sealed: each holds the text of its time.
func TestKeyframesShowThePage(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab, events := longSession(h)
		check := func() {
			for seq := int64(1); seq < 60; seq += 7 {
				got := h.events(id, replay.EventQuery{TabID: tab, Keyframe: true, From: base + seq*15_000 + 1})
				if !strings.Contains(got[1], fmt.Sprintf(`"text %d `, seq)) || !strings.Contains(got[1], fmt.Sprintf(`"timestamp":%d`, base+seq*15_000)) {
					t.Errorf("at batch %d: %.300s", seq, got[1])
				}
				i := 0
				for got[i] != events[2*seq+2] {
					i++
				}
				wantEvents(t, got[i:], events[2*seq+2:])
			}
		}
		check()
		h.mustUpload(id, tab, 60, moveEvent(base+60*15_000)) // live again
		events = append(events, moveEvent(base+60*15_000))
		check()
		h.sealAll()
		check()
	})
}

// TestMissingSnapshots records a page whose first full snapshot never came, and one that lost its snapshot later.
func TestMissingSnapshots(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		h.mustUpload(id, tab, 0, textEvent(base, "nobody knows where"), moveEvent(base+4000))
		h.mustUpload(id, tab, 1, metaEvent(base+5000, "https://x.kr/a"), pageEvent(base+5000, "first"), textEvent(base+6000, "second"))
		h.mustUpload(id, tab, 3, metaEvent(base+30_000, "https://x.kr/b"), moveEvent(base+31_000), textEvent(base+40_000, "nobody"))
		h.mustUpload(id, tab, 4, metaEvent(base+50_000, "https://x.kr/c"), pageEvent(base+50_000, "third"))
		start := replay.Gap{Why: segment.MissingSnapshot, FromSeq: -1, ToSeq: -1, From: base, To: base + 5000}
		batch := replay.Gap{Why: segment.MissingBatches, FromSeq: 2, ToSeq: 2, From: base + 6000, To: base + 30_000}
		page := replay.Gap{Why: segment.MissingSnapshot, FromSeq: -1, ToSeq: -1, From: base + 31_000, To: base + 50_000}
		check := func(want ...replay.Gap) {
			t.Helper()
			tabs, err := h.svc.Tabs(t.Context(), h.session(id))
			if err != nil || len(tabs) != 1 || !tabs[0].Playable || tabs[0].PlayableFrom != base+5000 || fmt.Sprint(tabs[0].Missing) != fmt.Sprint(want) {
				t.Errorf("%+v %v", tabs, err)
			}
			for from, text := range map[int64]string{base + 1000: "first", base + 7000: "second", base + 35_000: "third", base + 60_000: "third"} {
				got := h.events(id, replay.EventQuery{TabID: tab, Keyframe: true, From: from})
				if len(got) < 2 || !strings.Contains(got[0], `"type":4`) || !strings.Contains(got[1], text) {
					t.Errorf("from %d: %.300v", from-base, got)
				}
			}
		}
		check(start, batch) // the second page's loss is only known once the session was followed
		h.sealAll()
		check(start, batch, page)

		bare := newID()
		h.mustUpload(bare, tab, 0, moveEvent(base), moveEvent(base+2000))
		h.sealAll()
		tabs, err := h.svc.Tabs(t.Context(), h.session(bare))
		if err != nil || tabs[0].Playable || len(tabs[0].Missing) != 1 || tabs[0].Missing[0].To != base+2000 {
			t.Errorf("%+v %v", tabs, err)
		}
		if got := h.events(bare, replay.EventQuery{Keyframe: true, From: base + 1}); len(got) != 0 {
			t.Errorf("no picture ever came, and %d events are given", len(got))
		}
	})
}

// TestMomentsOfSealed reads the moments of a session before and after it is sealed: they are the same, but that
// the mirror names what was clicked where the recorder did not.
func TestMomentsOfSealed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, tab := newID(), newID()
		page := strings.Replace(pageEvent(base, "x"), `"tagName":"html"`, `"tagName":"button"`, 1)
		h.mustUpload(id, tab, 0, metaEvent(base, "https://x.kr/a"), strings.Replace(page, `"attributes":{}`, `"attributes":{"data-testid":"pay"}`, 1),
			fmt.Sprintf(`{"type":3,"data":{"source":2,"type":2,"id":2,"x":1,"y":2},"timestamp":%d}`, base+10))
		moments := func() []replay.Moment {
			t.Helper()
			m, err := h.svc.Moments(t.Context(), h.session(id))
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		live := moments()
		h.sealAll()
		sealed := moments()
		if len(live) != 2 || len(sealed) != 2 || fmt.Sprint(live[0]) != fmt.Sprint(sealed[0]) || live[1].Label != "" {
			t.Fatalf("live %+v, sealed %+v", live, sealed)
		}
		if m := sealed[1]; m.Label != "x" || m.Tab != tab || !strings.Contains(m.Selector, "pay") || !strings.Contains(string(m.Data), `"role":"button"`) {
			t.Errorf("the click is %+v", m)
		}
		h.mustUpload(id, tab, 1, metaEvent(base+20, "https://x.kr/b"))
		if again := moments(); len(again) != 3 || again[2].Kind != "page" {
			t.Errorf("after a late batch: %+v", again)
		}
		h.sealAll()
		if again := moments(); len(again) != 3 || again[1].Label != "x" {
			t.Errorf("sealed again: %+v", again)
		}
	})
}
