package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func testErasing(t *testing.T, open Factory) {
	pending := func(h *harness) []string { return storetest.Must[[]string](h)(h.Store.PendingErasures(h.Ctx, 10)) }
	tests(t, open, map[string]func(*harness){
		"nothing is left": func(h *harness) {
			h.store1("s", 3)
			h.store1("r", 1)
			h.drain()
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			_, err := h.Store.Session(h.Ctx, "p", "s")
			h.Wants(err, replay.ErrErased)
			_, err = h.Store.SessionClaim(h.Ctx, "s")
			h.Wants(err, replay.ErrNotFound)
			_, err = h.Store.Batch(h.Ctx, "s", "t", 0)
			h.Wants(err, replay.ErrNotFound)
			storetest.Equal(h, "batches", len(storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s"))), 0)
			storetest.Equal(h, "list", h.list(replay.SessionFilter{Limit: 10}), []string{"r"})
			storetest.Equal(h, "usage", storetest.Must[[]replay.Usage](h)(h.Store.Usage(h.Ctx))[0].Sessions, int64(1))
			storetest.Equal(h, "outbox", h.drain(), []string{"s"})
			storetest.Equal(h, "the other one stays", h.session("r").Events, int64(10))
		},
		"twice": func(h *harness) {
			h.store1("s", 1)
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			h.drain()
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base+1))
			storetest.Equal(h, "outbox", len(h.drain()), 0)
			storetest.Equal(h, "pending", pending(h), []string{"s"})
		},
		"unknown, or another project's": func(h *harness) {
			h.Wants(h.Store.Erase(h.Ctx, "p", "nobody", base), replay.ErrNotFound)
			h.store1("s", 1)
			h.Wants(h.Store.Erase(h.Ctx, "q", "s", base), replay.ErrNotFound)
			h.session("s")
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			h.Wants(h.Store.Erase(h.Ctx, "q", "s", base), replay.ErrNotFound)
			storetest.Equal(h, "pending", pending(h), []string{"s"})
		},
		"one that never got a batch": func(h *harness) {
			h.claim("s")
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			_, err := h.Store.Claim(h.Ctx, claimOf("p", "s"))
			h.Wants(err, replay.ErrErased)
			storetest.Equal(h, "pending", pending(h), []string{"s"})
		},
		"pending until done, oldest first": func(h *harness) {
			for i, id := range []string{"c", "a", "b"} {
				h.store1(id, 1)
				h.OK(h.Store.Erase(h.Ctx, "p", id, base+int64(i)))
			}
			storetest.Equal(h, "pending", pending(h), []string{"c", "a", "b"})
			storetest.Equal(h, "limit", storetest.Must[[]string](h)(h.Store.PendingErasures(h.Ctx, 1)), []string{"c"})
			h.OK(h.Store.ErasureDone(h.Ctx, "c", base))
			h.OK(h.Store.ErasureDone(h.Ctx, "c", base+1))
			h.OK(h.Store.ErasureDone(h.Ctx, "nobody", base))
			storetest.Equal(h, "pending", pending(h), []string{"a", "b"})
			_, err := h.Store.Session(h.Ctx, "p", "c")
			h.Wants(err, replay.ErrErased)
		},
		"scrub": func(h *harness) {
			h.store1("s", 1)
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			h.OK(h.Store.Scrub(h.Ctx))
			h.OK(h.Store.Scrub(h.Ctx))
			h.store1("r", 1)
		},
	})
}
