package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/replay"
)

// testRefusals: what one engine could not keep, no store keeps.
func testRefusals(t *testing.T, open Factory) {
	named := make(map[string]func(*harness))
	for what, bad := range map[string]string{"NUL": "a\x00b", "not UTF-8": "a\xffb"} {
		named[what+" in a claim"] = func(h *harness) {
			for _, change := range []func(c *replay.Claim){
				func(c *replay.Claim) { c.SessionID = bad },
				func(c *replay.Claim) { c.ProjectID = bad },
			} {
				c := claimOf("p", "s")
				change(&c)
				_, err := h.store.Claim(h.ctx, c)
				h.wants(err, replay.ErrInvalid)
			}
			_, err := h.store.SessionClaim(h.ctx, "s")
			h.wants(err, replay.ErrNotFound)
		}
		named[what+" in a batch"] = func(h *harness) {
			h.claim("s")
			for _, change := range []func(b *replay.Batch){
				func(b *replay.Batch) { b.SessionID = bad },
				func(b *replay.Batch) { b.TabID = bad },
				func(b *replay.Batch) { b.Pack = bad },
			} {
				c := commitOf("s", 0)
				change(&c.Batch)
				_, err := h.store.Commit(h.ctx, []replay.Commit{commitOf("s", 1), c})
				h.wants(err, replay.ErrInvalid)
			}
			equal(h, "all or nothing", len(must[[]replay.Batch](h)(h.store.Batches(h.ctx, "s"))), 0)
		}
		named[what+" is found nowhere"] = func(h *harness) {
			_, err := h.store.Session(h.ctx, "", bad)
			h.wants(err, replay.ErrNotFound)
			_, err = h.store.SessionClaim(h.ctx, bad)
			h.wants(err, replay.ErrNotFound)
			_, err = h.store.Batch(h.ctx, "s", bad, 0)
			h.wants(err, replay.ErrNotFound)
			h.wants(h.store.Erase(h.ctx, "p", bad, base), replay.ErrNotFound)
		}
	}
	named["a claim without ids"] = func(h *harness) {
		_, err := h.store.Claim(h.ctx, claimOf("p", ""))
		h.wants(err, replay.ErrInvalid)
		_, err = h.store.Claim(h.ctx, claimOf("", "s"))
		h.wants(err, replay.ErrInvalid)
	}
	named["a batch without a place"] = func(h *harness) {
		h.claim("s")
		for _, change := range []func(b *replay.Batch){
			func(b *replay.Batch) { b.Pack = "" },
			func(b *replay.Batch) { b.TabID = "" },
			func(b *replay.Batch) { b.Seq = -1 },
		} {
			c := commitOf("s", 0)
			change(&c.Batch)
			_, err := h.store.Commit(h.ctx, []replay.Commit{c})
			h.wants(err, replay.ErrInvalid)
		}
	}
	tests(t, open, named)
}
