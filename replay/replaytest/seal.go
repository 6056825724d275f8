package replaytest

import (
	"testing"

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
				return must[[]string](h)(h.store.Ended(h.ctx, idleBefore, startedBefore, 10))
			}
			equal(h, "none", len(ended(base, base)), 0)
			equal(h, "idle", ended(base+4_501, 0), []string{"first"})
			equal(h, "before is exclusive", len(ended(base+4_500, 0)), 0)
			equal(h, "long", ended(0, base+1), []string{"first", "long"})
			equal(h, "either", ended(base*2, 0), []string{"first", "long", "later"})
			equal(h, "limit", must[[]string](h)(h.store.Ended(h.ctx, base*2, 0, 1)), []string{"first"})
		},
		"a sealed session": func(h *harness) {
			h.store1("s", 3)
			h.drain()
			h.ok(h.store.CommitSeal(h.ctx, sealing("s", 0, 3), base))
			s := h.session("s")
			equal(h, "state", s.State, replay.StateSealed)
			equal(h, "place", s.SealedKey, "sessions/s/sealed")
			equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes, s.RawBytes, s.Events, int64(s.SealCount)}, []int64{70, 70, 3_000, 30, 1})
			for _, b := range must[[]replay.Batch](h)(h.store.Batches(h.ctx, "s")) {
				equal(h, "pack", b.Pack, "")
			}
			equal(h, "it is not to be sealed again", len(must[[]string](h)(h.store.Ended(h.ctx, base*2, base*2, 10))), 0)
			equal(h, "outbox", h.drain(), []string{"s"})
		},
		"sealed twice is changed": func(h *harness) {
			h.store1("s", 2)
			h.ok(h.store.CommitSeal(h.ctx, sealing("s", 0, 2), base))
			before := h.session("s")
			second := sealing("s", 0, 2)
			second.Key = "another"
			h.wants(h.store.CommitSeal(h.ctx, second, base), replay.ErrChanged)
			equal(h, "session", h.session("s"), before)
		},
		"a batch that came meanwhile keeps it live": batchMeanwhile,
		"a late batch makes it live again":          lateBatch,
		"gaps and tabs":                             sealGaps,
		"a batch that is not in the index is changed": func(h *harness) {
			h.store1("s", 2)
			before := h.session("s")
			h.wants(h.store.CommitSeal(h.ctx, sealing("s", 0, 3), base), replay.ErrChanged)
			equal(h, "session", h.session("s"), before)
			equal(h, "pack", must[replay.Batch](h)(h.store.Batch(h.ctx, "s", "t", 0)).Pack, "packs/a")
		},
		"an unknown or erased session": func(h *harness) {
			h.wants(h.store.CommitSeal(h.ctx, sealing("s", 0, 1), base), replay.ErrNotFound)
			h.store1("s", 1)
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			h.wants(h.store.CommitSeal(h.ctx, sealing("s", 0, 1), base), replay.ErrErased)
		},
	})
}

func batchMeanwhile(h *harness) {
	h.store1("s", 3)
	h.ok(h.store.CommitSeal(h.ctx, sealing("s", 0, 2), base))
	s := h.session("s")
	equal(h, "state", s.State, replay.StateLive)
	equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes, int64(s.SealCount)}, []int64{70, 170, 1})
	equal(h, "sealed", must[replay.Batch](h)(h.store.Batch(h.ctx, "s", "t", 1)).Pack, "")
	equal(h, "not sealed", must[replay.Batch](h)(h.store.Batch(h.ctx, "s", "t", 2)).Pack, "packs/a")
	equal(h, "to be sealed again", must[[]string](h)(h.store.Ended(h.ctx, base*2, 0, 10)), []string{"s"})
}

func lateBatch(h *harness) {
	h.store1("s", 2)
	h.ok(h.store.CommitSeal(h.ctx, sealing("s", 0, 2), base))
	equal(h, "a repeated batch changes nothing", h.commit(commitOf("s", 1)), []replay.Verdict{replay.Duplicate})
	equal(h, "state", h.session("s").State, replay.StateSealed)
	h.commit(commitOf("s", 2))
	s := h.session("s")
	equal(h, "state", s.State, replay.StateLive)
	equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes}, []int64{70, 170})
	equal(h, "it keeps its object", s.SealedKey, "sessions/s/sealed")
	again := sealing("s", 1, 3)
	again.Key, again.Bytes = "sessions/s/sealed-2", 90
	h.ok(h.store.CommitSeal(h.ctx, again, base))
	s = h.session("s")
	equal(h, "state", s.State, replay.StateSealed)
	equal(h, "sizes", []int64{s.SealedBytes, s.StoredBytes, int64(s.SealCount)}, []int64{90, 90, 2})
	equal(h, "place", s.SealedKey, "sessions/s/sealed-2")
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
	h.ok(h.store.CommitSeal(h.ctx, seal, base))
	for _, b := range must[[]replay.Batch](h)(h.store.Batches(h.ctx, "s")) {
		if sealed := b.TabID != "u" || b.Seq != 3; sealed != (b.Pack == "") {
			h.Fatalf("tab %s batch %d: pack %q", b.TabID, b.Seq, b.Pack)
		}
	}
	equal(h, "state", h.session("s").State, replay.StateLive)
}

func testPacks(t *testing.T, open Factory) {
	empty := func(h *harness) []string { return must[[]string](h)(h.store.EmptyPacks(h.ctx, 10)) }
	tests(t, open, map[string]func(*harness){
		"an open pack is not empty yet": func(h *harness) {
			h.store1("s", 1)
			h.ok(h.store.CommitSeal(h.ctx, sealing("s", 0, 1), base))
			equal(h, "packs", len(empty(h)), 0)
			h.ok(h.store.ClosePacks(h.ctx, "packs/"))
			equal(h, "packs", empty(h), []string{"packs/a"})
		},
		"a pack is empty when its last batch left": func(h *harness) {
			h.store1("s", 2)
			h.store1("r", 1)
			h.ok(h.store.ClosePacks(h.ctx, "packs/a"))
			h.ok(h.store.CommitSeal(h.ctx, sealing("s", 0, 1), base))
			equal(h, "two left", len(empty(h)), 0)
			h.ok(h.store.CommitSeal(h.ctx, sealing("s", 1, 2), base))
			equal(h, "one left", len(empty(h)), 0)
			h.ok(h.store.Erase(h.ctx, "p", "r", base))
			equal(h, "none left", empty(h), []string{"packs/a"})
			h.ok(h.store.ForgetPack(h.ctx, "packs/a"))
			h.ok(h.store.ForgetPack(h.ctx, "packs/a"))
			equal(h, "forgotten", len(empty(h)), 0)
		},
		"the prefix is compared byte by byte": func(h *harness) {
			h.claim("s")
			for seq, pack := range []string{"packs/a_1", "packs/aB1", "packs/A_1", "packs/a_2", "packs/é1", "other"} {
				h.commit(with(commitOf("s", int64(seq)), func(c *replay.Commit) { c.Batch.Pack = pack }))
			}
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			h.ok(h.store.ClosePacks(h.ctx, "packs/a_"))
			equal(h, "packs", empty(h), []string{"packs/a_1", "packs/a_2"})
			h.ok(h.store.ClosePacks(h.ctx, "packs/é"))
			equal(h, "packs", empty(h), []string{"packs/a_1", "packs/a_2", "packs/é1"})
			h.ok(h.store.ClosePacks(h.ctx, ""))
			equal(h, "packs", empty(h), []string{"other", "packs/A_1", "packs/aB1", "packs/a_1", "packs/a_2", "packs/é1"})
			equal(h, "limit", must[[]string](h)(h.store.EmptyPacks(h.ctx, 1)), []string{"other"})
		},
		"a pack of nothing but refused batches is found": func(h *harness) {
			h.store1("s", 1)
			h.commit(with(commitOf("s", 0), func(c *replay.Commit) { c.Batch.Pack = "packs/b" }))
			h.ok(h.store.ClosePacks(h.ctx, ""))
			equal(h, "packs", empty(h), []string{"packs/b"})
		},
	})
}
