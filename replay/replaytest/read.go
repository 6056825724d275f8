package replaytest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func testReads(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"another project's session is not found": func(h *harness) {
			h.store1("s", 1)
			storetest.Must[replay.Session](h)(h.Store.Session(h.Ctx, "p", "s"))
			storetest.Must[replay.Session](h)(h.Store.Session(h.Ctx, "", "s"))
			_, err := h.Store.Session(h.Ctx, "q", "s")
			h.Wants(err, replay.ErrNotFound)
			_, err = h.Store.Session(h.Ctx, "p", "S")
			h.Wants(err, replay.ErrNotFound)
		},
		"an erased session says so, to its project": func(h *harness) {
			h.store1("s", 1)
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			_, err := h.Store.Session(h.Ctx, "p", "s")
			h.Wants(err, replay.ErrErased)
			_, err = h.Store.Session(h.Ctx, "", "s")
			h.Wants(err, replay.ErrErased)
			_, err = h.Store.Session(h.Ctx, "q", "s")
			h.Wants(err, replay.ErrNotFound)
		},
		"sessions by id": func(h *harness) {
			h.store1("a", 1)
			h.store1("b", 1)
			storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, claimOf("q", "c")))
			h.commit(commitOf("c", 0))
			got := storetest.Must[[]replay.Session](h)(h.Store.SessionsByID(h.Ctx, "p", []string{"b", "c", "nobody", "a", "b"}))
			ids := sessionIDs(got)
			slices.Sort(ids)
			storetest.Equal(h, "ids", ids, []string{"a", "b"})
			storetest.Equal(h, "none asked", len(storetest.Must[[]replay.Session](h)(h.Store.SessionsByID(h.Ctx, "p", nil))), 0)
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
			storetest.Equal(h, "found", len(storetest.Must[[]replay.Session](h)(h.Store.SessionsByID(h.Ctx, "p", ids))), 500)
		},
		"batches are ordered by tab, then number": orderedBatches,
		"usage is summed per project":             usage,
		"an ended context":                        endedContext,
	})
}

func usage(h *harness) {
	storetest.Equal(h, "no projects", len(storetest.Must[[]string](h)(h.Store.ProjectIDs(h.Ctx))), 0)
	storetest.Equal(h, "no usage", len(storetest.Must[[]replay.Usage](h)(h.Store.Usage(h.Ctx))), 0)
	for id, project := range map[string]string{"a": "q", "b": "p", "c": "p", "d": "P"} {
		storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, claimOf(project, id)))
		h.commit(commitOf(id, 0), commitOf(id, 1))
	}
	h.OK(h.Store.CommitSeal(h.Ctx, replay.Sealing{
		SessionID: "b", Key: "sessions/b/sealed-1", Bytes: 50, Batches: []replay.BatchID{{TabID: "t", Seq: 0}, {TabID: "t", Seq: 1}},
	}, base))
	h.claim("never got a batch")
	storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, claimOf("o", "neither")))
	storetest.Equal(h, "projects", storetest.Must[[]string](h)(h.Store.ProjectIDs(h.Ctx)), []string{"P", "p", "q"})
	storetest.Equal(h, "usage", storetest.Must[[]replay.Usage](h)(h.Store.Usage(h.Ctx)), []replay.Usage{
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
	for _, b := range storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s")) {
		got = append(got, fmt.Sprint(b.TabID, b.Seq))
	}
	storetest.Equal(h, "order", got, []string{"B0", "B2", "B10", "Z0", "Z2", "Z10", "a0", "a2", "a10", "b0", "b2", "b10", "é0", "é2", "é10"})
	storetest.Equal(h, "of nobody", len(storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "nobody"))), 0)
}

func endedContext(h *harness) {
	h.store1("s", 1)
	ctx, cancel := context.WithCancel(h.Ctx)
	cancel()
	_, err := h.Store.Session(ctx, "p", "s")
	h.Wants(err, context.Canceled)
	_, err = h.Store.Commit(ctx, []replay.Commit{commitOf("s", 1)})
	h.Wants(err, context.Canceled)
	_, err = h.Store.Claim(ctx, claimOf("p", "r"))
	h.Wants(err, context.Canceled)
	storetest.Equal(h, "nothing was stored", h.session("s").Events, 10)
	storetest.Equal(h, "and it goes on", h.commit(commitOf("s", 1)), []replay.Verdict{replay.Stored})
}
