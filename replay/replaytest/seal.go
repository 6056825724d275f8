package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

// sealing is of the first batches of a session's tab "t", for the nth time.
func sealing(session string, sealCount, batches int) replay.Sealing {
	s := replay.Sealing{SessionID: session, Key: "sessions/" + session + "/sealed", Bytes: 70, SealCount: sealCount}
	for seq := range int64(batches) {
		s.Batches = append(s.Batches, replay.BatchID{TabID: "t", Seq: seq})
	}
	return s
}

func testSealing(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"ended ones are idle or long, oldest first": func(h *harness) {
			h.store1("first", 1)
			h.store1("long", 3)
			h.claim("later")
			h.commit(commitOf("later", 4))
			ended := func(idleBefore, startedBefore int64) []string {
				return storetest.Must[[]string](h)(h.Store.Ended(h.Ctx, idleBefore, startedBefore, 10))
			}
			storetest.Equal(h, "none", len(ended(base, base)), 0)
			storetest.Equal(h, "idle", ended(base+4_501, 0), []string{"first"})
			storetest.Equal(h, "before is exclusive", len(ended(base+4_500, 0)), 0)
			storetest.Equal(h, "long", ended(0, base+1), []string{"first", "long"})
			storetest.Equal(h, "either", ended(base*2, 0), []string{"first", "long", "later"})
			storetest.Equal(h, "limit", storetest.Must[[]string](h)(h.Store.Ended(h.Ctx, base*2, 0, 1)), []string{"first"})
		},
		"a sealed session": func(h *harness) {
			h.store1("s", 3)
			h.drain()
			h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 3), base))
			s := h.session("s")
			storetest.Equal(h, "state", s.State, replay.StateSealed)
			storetest.Equal(h, "place", s.SealedKey, "sessions/s/sealed")
			storetest.Equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes, s.RawBytes, s.Events, int64(s.SealCount)}, []int64{70, 70, 3_000, 30, 1})
			for _, b := range storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s")) {
				storetest.Equal(h, "pack", b.Pack, "")
			}
			storetest.Equal(h, "it is not to be sealed again", len(storetest.Must[[]string](h)(h.Store.Ended(h.Ctx, base*2, base*2, 10))), 0)
			storetest.Equal(h, "outbox", h.drain(), []string{"s"})
		},
		"sealed twice is changed": func(h *harness) {
			h.store1("s", 2)
			h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 2), base))
			before := h.session("s")
			second := sealing("s", 0, 2)
			second.Key = "another"
			h.Wants(h.Store.CommitSeal(h.Ctx, second, base), replay.ErrChanged)
			storetest.Equal(h, "session", h.session("s"), before)
		},
		"a batch that came meanwhile keeps it live": batchMeanwhile,
		"a late batch makes it live again":          lateBatch,
		"gaps and tabs":                             sealGaps,
		"what the sealing found":                    sealFindings,
		"moments are where their batch is":          sealedMoments,
		"a late batch keeps what the sealing found": lateFindings,
		"a batch that is not in the index is changed": func(h *harness) {
			h.store1("s", 2)
			before := h.session("s")
			h.Wants(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 3), base), replay.ErrChanged)
			storetest.Equal(h, "session", h.session("s"), before)
			storetest.Equal(h, "pack", storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 0)).Pack, "packs/a")
		},
		"an unknown or erased session": func(h *harness) {
			h.Wants(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 1), base), replay.ErrNotFound)
			h.store1("s", 1)
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			h.Wants(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 1), base), replay.ErrErased)
		},
	})
}

func batchMeanwhile(h *harness) {
	h.store1("s", 3)
	h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 2), base))
	s := h.session("s")
	storetest.Equal(h, "state", s.State, replay.StateLive)
	storetest.Equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes, int64(s.SealCount)}, []int64{70, 170, 1})
	storetest.Equal(h, "sealed", storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 1)).Pack, "")
	storetest.Equal(h, "not sealed", storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 2)).Pack, "packs/a")
	storetest.Equal(h, "to be sealed again", storetest.Must[[]string](h)(h.Store.Ended(h.Ctx, base*2, 0, 10)), []string{"s"})
}

func lateBatch(h *harness) {
	h.store1("s", 2)
	h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 2), base))
	storetest.Equal(h, "a repeated batch changes nothing", h.commit(commitOf("s", 1)), []replay.Verdict{replay.Duplicate})
	storetest.Equal(h, "state", h.session("s").State, replay.StateSealed)
	h.commit(commitOf("s", 2))
	s := h.session("s")
	storetest.Equal(h, "state", s.State, replay.StateLive)
	storetest.Equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes}, []int64{70, 170})
	storetest.Equal(h, "it keeps its object", s.SealedKey, "sessions/s/sealed")
	again := sealing("s", 1, 3)
	again.Key, again.Bytes = "sessions/s/sealed-2", 90
	h.OK(h.Store.CommitSeal(h.Ctx, again, base))
	s = h.session("s")
	storetest.Equal(h, "state", s.State, replay.StateSealed)
	storetest.Equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes, int64(s.SealCount)}, []int64{90, 90, 2})
	storetest.Equal(h, "place", s.SealedKey, "sessions/s/sealed-2")
}

// sealGaps seals all batches but one in the middle of a run.
func sealGaps(h *harness) {
	h.claim("s")
	seal := replay.Sealing{SessionID: "s", Key: "k"}
	for _, tab := range []string{"u", "t"} {
		for _, seq := range []int64{9, 0, 1, 2, 4, 3} {
			h.commit(with(commitOf("s", seq), func(c *replay.Commit) { c.Batch.TabID = tab }))
			if tab == "t" || seq != 3 {
				seal.Batches = append(seal.Batches, replay.BatchID{TabID: tab, Seq: seq})
			}
		}
	}
	h.OK(h.Store.CommitSeal(h.Ctx, seal, base))
	for _, b := range storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s")) {
		if sealed := b.TabID != "u" || b.Seq != 3; sealed != (b.Pack == "") {
			h.Fatalf("tab %s batch %d: pack %q", b.TabID, b.Seq, b.Pack)
		}
	}
	storetest.Equal(h, "state", h.session("s").State, replay.StateLive)
}

func tabsFound() []replay.Tab {
	return []replay.Tab{
		{ID: "탭 'quoted' \\ \x00", StartedAt: base, EndedAt: base + 9, Events: 3, Playable: true, PlayableFrom: base + 2, Missing: []replay.Gap{
			{Why: "snapshot", FromSeq: -1, ToSeq: -1, From: base, To: base + 2}, {Why: "batches", FromSeq: 1, ToSeq: 2, From: base + 3, To: base + 4},
		}},
		{ID: "t", StartedAt: base + 1, EndedAt: base + 1, Events: 1},
	}
}

// sealFindings: each sealing says anew what it found, also that it found nothing.
func sealFindings(h *harness) {
	h.learn("p", "d")
	h.store1("s", 1)
	if s := h.session("s"); s.Tabs != nil || s.Dictionary != "" {
		h.Errorf("before any sealing: tabs %v, dictionary %q", s.Tabs, s.Dictionary)
	}
	for n, found := range []replay.Sealing{{Tabs: tabsFound(), Dictionary: "d"}, {Tabs: []replay.Tab{}}, {Tabs: tabsFound()[1:], Dictionary: "d"}, {}} {
		seal := sealing("s", n, 1)
		seal.Tabs, seal.Dictionary = found.Tabs, found.Dictionary
		h.OK(h.Store.CommitSeal(h.Ctx, seal, base))
		listed := storetest.Must[[]replay.Session](h)(h.Store.Sessions(h.Ctx, replay.SessionFilter{Limit: 1}))
		byID := storetest.Must[[]replay.Session](h)(h.Store.SessionsByID(h.Ctx, "p", []string{"s"}))
		for _, s := range []replay.Session{h.session("s"), listed[0], byID[0]} {
			storetest.Equal(h, "tabs", s.Tabs, found.Tabs)
			if (s.Tabs == nil) != (found.Tabs == nil) {
				h.Errorf("tabs are nil: %v, want %v", s.Tabs == nil, found.Tabs == nil)
			}
			storetest.Equal(h, "dictionary", s.Dictionary, found.Dictionary)
		}
	}
}

// sealedMoments: the object has those of the batches that are in it, and nobody else has.
func sealedMoments(h *harness) {
	h.claim("s")
	for seq := range int64(3) {
		h.commit(with(commitOf("s", seq), func(c *replay.Commit) {
			c.Batch.Moments = []replay.Moment{{At: base + seq, Kind: "click", Label: "words"}}
		}))
	}
	h.Wants(h.Store.CommitSeal(h.Ctx, sealing("s", 1, 2), base), replay.ErrChanged)
	kept := func() (seqs []int64) {
		for _, b := range storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s")) {
			if len(b.Moments) == 1 && b.Moments[0].Label == "words" {
				seqs = append(seqs, b.Seq)
			}
		}
		return seqs
	}
	storetest.Equal(h, "after a sealing that failed", kept(), []int64{0, 1, 2})
	h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 2), base))
	storetest.Equal(h, "after one of two batches", kept(), []int64{2})
	storetest.Equal(h, "sealed", len(storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 0)).Moments), 0)
	h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 1, 3), base))
	storetest.Equal(h, "after one of all", len(kept()), 0)
}

// lateFindings: what is known of the object stays with it until the next sealing.
func lateFindings(h *harness) {
	h.learn("p", "d")
	h.store1("s", 1)
	seal := sealing("s", 0, 1)
	seal.Tabs, seal.Dictionary = tabsFound(), "d"
	h.OK(h.Store.CommitSeal(h.Ctx, seal, base))
	h.commit(commitOf("s", 1))
	s := h.session("s")
	storetest.Equal(h, "state", s.State, replay.StateLive)
	storetest.Equal(h, "object", []string{s.SealedKey, s.Dictionary}, []string{seal.Key, "d"})
	storetest.Equal(h, "tabs", s.Tabs, tabsFound())
	h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 1, 2), base))
	s = h.session("s")
	storetest.Equal(h, "dictionary", s.Dictionary, "")
	storetest.Equal(h, "tabs", len(s.Tabs), 0)
}

func testPacks(t *testing.T, open Factory) {
	empty := func(h *harness) []string { return storetest.Must[[]string](h)(h.Store.EmptyPacks(h.Ctx, 10)) }
	tests(t, open, map[string]func(*harness){
		"an open pack is not empty yet": func(h *harness) {
			h.store1("s", 1)
			h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 1), base))
			storetest.Equal(h, "packs", len(empty(h)), 0)
			h.OK(h.Store.ClosePacks(h.Ctx, "packs/"))
			storetest.Equal(h, "packs", empty(h), []string{"packs/a"})
		},
		"a pack is empty when its last batch left": func(h *harness) {
			h.store1("s", 2)
			h.store1("r", 1)
			h.OK(h.Store.ClosePacks(h.Ctx, "packs/a"))
			h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 1), base))
			storetest.Equal(h, "two left", len(empty(h)), 0)
			h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 1, 2), base))
			storetest.Equal(h, "one left", len(empty(h)), 0)
			h.OK(h.Store.Erase(h.Ctx, "p", "r", base))
			storetest.Equal(h, "none left", empty(h), []string{"packs/a"})
			h.OK(h.Store.ForgetPack(h.Ctx, "packs/a"))
			h.OK(h.Store.ForgetPack(h.Ctx, "packs/a"))
			storetest.Equal(h, "forgotten", len(empty(h)), 0)
		},
		"the prefix is compared byte by byte": func(h *harness) {
			h.claim("s")
			for seq, pack := range []string{"packs/a_1", "packs/aB1", "packs/A_1", "packs/a_2", "packs/é1", "other"} {
				h.commit(with(commitOf("s", int64(seq)), func(c *replay.Commit) { c.Batch.Pack = pack }))
			}
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			h.OK(h.Store.ClosePacks(h.Ctx, "packs/a_"))
			storetest.Equal(h, "packs", empty(h), []string{"packs/a_1", "packs/a_2"})
			h.OK(h.Store.ClosePacks(h.Ctx, "packs/é"))
			storetest.Equal(h, "packs", empty(h), []string{"packs/a_1", "packs/a_2", "packs/é1"})
			h.OK(h.Store.ClosePacks(h.Ctx, ""))
			storetest.Equal(h, "packs", empty(h), []string{"other", "packs/A_1", "packs/aB1", "packs/a_1", "packs/a_2", "packs/é1"})
			storetest.Equal(h, "limit", storetest.Must[[]string](h)(h.Store.EmptyPacks(h.Ctx, 1)), []string{"other"})
		},
		"a pack of nothing but refused batches is found": func(h *harness) {
			h.store1("s", 1)
			h.commit(with(commitOf("s", 0), func(c *replay.Commit) { c.Batch.Pack = "packs/b" }))
			h.OK(h.Store.ClosePacks(h.Ctx, ""))
			storetest.Equal(h, "packs", empty(h), []string{"packs/b"})
		},
	})
}
