package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/replay"
)

func testErasing(t *testing.T, open Factory) {
	pending := func(h *harness) []string { return must[[]string](h)(h.store.PendingErasures(h.ctx, 10)) }
	tests(t, open, map[string]func(*harness){
		"nothing is left": func(h *harness) {
			h.store1("s", 3)
			h.store1("r", 1)
			h.drain()
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			_, err := h.store.Session(h.ctx, "p", "s")
			h.wants(err, replay.ErrErased)
			_, err = h.store.SessionClaim(h.ctx, "s")
			h.wants(err, replay.ErrNotFound)
			_, err = h.store.Batch(h.ctx, "s", "t", 0)
			h.wants(err, replay.ErrNotFound)
			equal(h, "batches", len(must[[]replay.Batch](h)(h.store.Batches(h.ctx, "s"))), 0)
			equal(h, "list", h.list(replay.SessionFilter{Limit: 10}), []string{"r"})
			equal(h, "usage", must[[]replay.Usage](h)(h.store.Usage(h.ctx))[0].Sessions, int64(1))
			equal(h, "outbox", h.drain(), []string{"s"})
			equal(h, "the other one stays", h.session("r").Events, int64(10))
		},
		"twice": func(h *harness) {
			h.store1("s", 1)
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			h.drain()
			h.ok(h.store.Erase(h.ctx, "p", "s", base+1))
			equal(h, "outbox", len(h.drain()), 0)
			equal(h, "pending", pending(h), []string{"s"})
		},
		"unknown, or another project's": func(h *harness) {
			h.wants(h.store.Erase(h.ctx, "p", "nobody", base), replay.ErrNotFound)
			h.store1("s", 1)
			h.wants(h.store.Erase(h.ctx, "q", "s", base), replay.ErrNotFound)
			h.session("s")
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			h.wants(h.store.Erase(h.ctx, "q", "s", base), replay.ErrNotFound)
			equal(h, "pending", pending(h), []string{"s"})
		},
		"one that never got a batch": func(h *harness) {
			h.claim("s")
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			_, err := h.store.Claim(h.ctx, claimOf("p", "s"))
			h.wants(err, replay.ErrErased)
			equal(h, "pending", pending(h), []string{"s"})
		},
		"pending until done, oldest first": func(h *harness) {
			for i, id := range []string{"c", "a", "b"} {
				h.store1(id, 1)
				h.ok(h.store.Erase(h.ctx, "p", id, base+int64(i)))
			}
			equal(h, "pending", pending(h), []string{"c", "a", "b"})
			equal(h, "limit", must[[]string](h)(h.store.PendingErasures(h.ctx, 1)), []string{"c"})
			h.ok(h.store.ErasureDone(h.ctx, "c", base))
			h.ok(h.store.ErasureDone(h.ctx, "c", base+1))
			h.ok(h.store.ErasureDone(h.ctx, "nobody", base))
			equal(h, "pending", pending(h), []string{"a", "b"})
			_, err := h.store.Session(h.ctx, "p", "c")
			h.wants(err, replay.ErrErased)
		},
		"scrub": func(h *harness) {
			h.store1("s", 1)
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			h.ok(h.store.Scrub(h.ctx))
			h.ok(h.store.Scrub(h.ctx))
			h.store1("r", 1)
		},
	})
}
