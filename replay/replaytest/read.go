package replaytest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/replay"
)

func testReads(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"another project's session is not found": func(h *harness) {
			h.store1("s", 1)
			must[replay.Session](h)(h.store.Session(h.ctx, "p", "s"))
			must[replay.Session](h)(h.store.Session(h.ctx, "", "s"))
			_, err := h.store.Session(h.ctx, "q", "s")
			h.wants(err, replay.ErrNotFound)
			_, err = h.store.Session(h.ctx, "p", "S")
			h.wants(err, replay.ErrNotFound)
		},
		"an erased session says so, to its project": func(h *harness) {
			h.store1("s", 1)
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			_, err := h.store.Session(h.ctx, "p", "s")
			h.wants(err, replay.ErrErased)
			_, err = h.store.Session(h.ctx, "", "s")
			h.wants(err, replay.ErrErased)
			_, err = h.store.Session(h.ctx, "q", "s")
			h.wants(err, replay.ErrNotFound)
		},
		"sessions by id": func(h *harness) {
			h.store1("a", 1)
			h.store1("b", 1)
			must[replay.Claim](h)(h.store.Claim(h.ctx, claimOf("q", "c")))
			h.commit(commitOf("c", 0))
			got := must[[]replay.Session](h)(h.store.SessionsByID(h.ctx, "p", []string{"b", "c", "nobody", "a", "b"}))
			ids := sessionIDs(got)
			slices.Sort(ids)
			equal(h, "ids", ids, []string{"a", "b"})
			equal(h, "none asked", len(must[[]replay.Session](h)(h.store.SessionsByID(h.ctx, "p", nil))), 0)
		},
		"five hundred sessions by id": func(h *harness) {
			var ids []string
			var group []replay.Commit
			for n := range 500 {
				id := fmt.Sprintf("s%03d", n)
				ids = append(ids, id)
				h.claim(id)
				group = append(group, commitOf(id, 0))
			}
			h.commit(group...)
			equal(h, "found", len(must[[]replay.Session](h)(h.store.SessionsByID(h.ctx, "p", ids))), 500)
		},
		"batches are ordered by tab, then number": orderedBatches,
		"usage is summed per project":             usage,
		"an ended context":                        endedContext,
	})
}

func usage(h *harness) {
	for id, project := range map[string]string{"a": "q", "b": "p", "c": "p", "d": "P"} {
		must[replay.Claim](h)(h.store.Claim(h.ctx, claimOf(project, id)))
		h.commit(commitOf(id, 0), commitOf(id, 1))
	}
	h.ok(h.store.CommitSeal(h.ctx, replay.Sealing{
		SessionID: "b", Key: "sessions/b/sealed-1", Bytes: 50, Batches: []replay.BatchID{{TabID: "t", Seq: 0}, {TabID: "t", Seq: 1}},
	}, base))
	equal(h, "usage", must[[]replay.Usage](h)(h.store.Usage(h.ctx)), []replay.Usage{
		{ProjectID: "P", Sessions: 1, RawBytes: 2_000, PackBytes: 200},
		{ProjectID: "p", Sessions: 2, RawBytes: 4_000, PackBytes: 200, SealedBytes: 50},
		{ProjectID: "q", Sessions: 1, RawBytes: 2_000, PackBytes: 200},
	})
}

func orderedBatches(h *harness) {
	h.claim("s")
	for _, tab := range []string{"b", "B", "a", "é", "Z"} {
		for _, seq := range []int64{10, 2, 0} {
			h.commit(with(commitOf("s", seq), func(c *replay.Commit) { c.Batch.TabID = tab }))
		}
	}
	var got []string
	for _, b := range must[[]replay.Batch](h)(h.store.Batches(h.ctx, "s")) {
		got = append(got, fmt.Sprint(b.TabID, b.Seq))
	}
	equal(h, "order", got, []string{"B0", "B2", "B10", "Z0", "Z2", "Z10", "a0", "a2", "a10", "b0", "b2", "b10", "é0", "é2", "é10"})
	equal(h, "of nobody", len(must[[]replay.Batch](h)(h.store.Batches(h.ctx, "nobody"))), 0)
}

func endedContext(h *harness) {
	h.store1("s", 1)
	ctx, cancel := context.WithCancel(h.ctx)
	cancel()
	_, err := h.store.Session(ctx, "p", "s")
	h.wants(err, context.Canceled)
	_, err = h.store.Commit(ctx, []replay.Commit{commitOf("s", 1)})
	h.wants(err, context.Canceled)
	_, err = h.store.Claim(ctx, claimOf("p", "r"))
	h.wants(err, context.Canceled)
	equal(h, "nothing was stored", h.session("s").Events, 10)
	equal(h, "and it goes on", h.commit(commitOf("s", 1)), []replay.Verdict{replay.Stored})
}
