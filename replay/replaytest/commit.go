package replaytest

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func testCommits(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"nothing": func(h *harness) {
			storetest.Equal(h, "verdicts", len(h.commit()), 0)
		},
		"a batch is kept as it came": keepsBatch,
		"the verdicts":               verdicts,
		"the verdicts within a list": verdictsWithinList,
		"only what is stored counts": onlyStoredCounts,
		"an unclaimed session is Gone": func(h *harness) {
			h.claim("s")
			storetest.Equal(h, "verdicts", h.commit(commitOf("nobody", 0), commitOf("s", 0)), []replay.Verdict{replay.Gone, replay.Stored})
			storetest.Equal(h, "batches", len(storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "nobody"))), 0)
		},
		"an erased session is Gone": func(h *harness) {
			h.store1("s", 1)
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			storetest.Equal(h, "verdicts", h.commit(commitOf("s", 0), commitOf("s", 1)), []replay.Verdict{replay.Gone, replay.Gone})
			storetest.Equal(h, "batches", len(storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s"))), 0)
		},
		"a large group":             largeGroup,
		"one session, many batches": manyBatches,
		"the order of numbers does not matter": func(h *harness) {
			h.claim("s")
			h.commit(commitOf("s", 2))
			h.commit(commitOf("s", 0), commitOf("s", 1))
			s := h.session("s")
			storetest.Equal(h, "times", []int64{s.StartedAt, s.EndedAt, s.ReceivedAt}, []int64{base, base + 14_000, base + 14_500})
		},
	})
}

func keepsBatch(h *harness) {
	h.claim("s")
	c := commitOf("s", 7)
	c.Batch.TabID = "tab 'quoted' \\ 한글"
	c.Batch.SnapshotAt = base + 1
	c.Batch.Moments = []replay.Moment{
		{At: base + 1, Kind: "page", Label: "<결제> & \"more\"", Data: json.RawMessage(`{"url":"/a?b=<c>"}`)},
		{At: base + 2, Kind: "click", Label: "nul \x00 byte", Selector: "#a > b"},
	}
	h.commit(c)
	storetest.Equal(h, "batch", storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", c.Batch.TabID, 7)), c.Batch)
	_, err := h.Store.Batch(h.Ctx, "s", "t", 7)
	h.Wants(err, replay.ErrNotFound)
	_, err = h.Store.Batch(h.Ctx, "s", c.Batch.TabID, 8)
	h.Wants(err, replay.ErrNotFound)
}

func verdicts(h *harness) {
	h.store1("s", 1)
	same := commitOf("s", 0)
	same.Batch.Pack = "packs/another"
	other := with(commitOf("s", 0), func(c *replay.Commit) { c.Batch.Hash[0]++ })
	otherTab := with(other, func(c *replay.Commit) { c.Batch.TabID = "u" })
	got := h.commit(same, other, otherTab, commitOf("s", 1))
	storetest.Equal(h, "verdicts", got, []replay.Verdict{replay.Duplicate, replay.Conflict, replay.Stored, replay.Stored})
	storetest.Equal(h, "the first one stays", storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 0)), commitOf("s", 0).Batch)
}

func verdictsWithinList(h *harness) {
	h.claim("s")
	a := commitOf("s", 0)
	b := with(a, func(c *replay.Commit) { c.Batch.Hash[0]++; c.Batch.RawBytes = 7 })
	storetest.Equal(h, "all new", h.commit(a, b, a, b), []replay.Verdict{replay.Stored, replay.Conflict, replay.Duplicate, replay.Conflict})
	storetest.Equal(h, "all there", h.commit(b, a, b), []replay.Verdict{replay.Conflict, replay.Duplicate, replay.Conflict})
	storetest.Equal(h, "the first one is kept", h.session("s").RawBytes, 1_000)
}

func onlyStoredCounts(h *harness) {
	h.claim("s")
	c := commitOf("s", 0)
	c.Summary = replay.Summary{
		Release: "1", Counts: replay.Counts{Clicks: 1}, ActiveMs: 10, FirstActiveAt: base, LastActiveAt: base + 10,
		Pages: []replay.Page{{At: base, Tab: "t", URL: "/a"}},
	}
	h.commit(c)
	before := h.session("s")
	storetest.Equal(h, "outbox", h.drain(), []string{"s"})
	again := with(c, func(c *replay.Commit) { c.Summary.Release = "2"; c.Batch.ReceivedAt += 1_000_000 })
	conflict := with(again, func(c *replay.Commit) { c.Batch.Hash[0]++ })
	h.commit(again, conflict)
	storetest.Equal(h, "session", h.session("s"), before)
	storetest.Equal(h, "outbox", len(h.drain()), 0)
}

func largeGroup(h *harness) {
	const sessions, perSession = 137, 5
	var group []replay.Commit
	for seq := range int64(perSession) {
		for n := range sessions {
			group = append(group, commitOf(fmt.Sprintf("s%03d", n), seq))
		}
	}
	for n := range sessions {
		h.claim(fmt.Sprintf("s%03d", n))
	}
	for i, v := range h.commit(group...) {
		if v != replay.Stored {
			h.Fatalf("batch %d: verdict %d", i, v)
		}
	}
	for i, v := range h.commit(group...) {
		if v != replay.Duplicate {
			h.Fatalf("batch %d again: verdict %d", i, v)
		}
	}
	for n := range sessions {
		s := h.session(fmt.Sprintf("s%03d", n))
		storetest.Equal(h, "events and bytes", []int64{s.Events, s.RawBytes, s.StoredBytes}, []int64{50, 5_000, 500})
	}
	storetest.Equal(h, "outbox", len(h.drain()), sessions)
}

func manyBatches(h *harness) {
	const batches = 300
	h.claim("s")
	group := make([]replay.Commit, 0, batches)
	for seq := range int64(batches) {
		group = append(group, commitOf("s", batches-1-seq))
	}
	h.commit(group...)
	rows := storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s"))
	storetest.Equal(h, "batches", len(rows), batches)
	for i := range rows {
		storetest.Equal(h, "number", rows[i].Seq, int64(i))
	}
	storetest.Equal(h, "events", h.session("s").Events, int64(10*batches))
}
