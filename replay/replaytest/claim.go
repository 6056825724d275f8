package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/replay"
)

func testClaims(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"the first one holds": func(h *harness) {
			first := claimOf("p", "s")
			first.ClockOffsetMs = -1_234
			equal(h, "claim", must[replay.Claim](h)(h.store.Claim(h.ctx, first)), first)
			second := claimOf("other", "s")
			second.SecretHash[0]++
			second.WrappedKey = []byte{9}
			equal(h, "second claim", must[replay.Claim](h)(h.store.Claim(h.ctx, second)), first)
			equal(h, "claim read", must[replay.Claim](h)(h.store.SessionClaim(h.ctx, "s")), first)
		},
		"an unknown session has none": func(h *harness) {
			_, err := h.store.SessionClaim(h.ctx, "nobody")
			h.wants(err, replay.ErrNotFound)
		},
		"an empty client and key are kept": func(h *harness) {
			c := replay.Claim{SessionID: "s", ProjectID: "p", WrappedKey: []byte{}}
			equal(h, "claim", must[replay.Claim](h)(h.store.Claim(h.ctx, c)), c)
		},
		"a session without a batch is not listed": func(h *harness) {
			h.claim("s")
			_, err := h.store.Session(h.ctx, "p", "s")
			h.wants(err, replay.ErrNotFound)
			all := must[[]replay.Session](h)(h.store.Sessions(h.ctx, replay.SessionFilter{Limit: 10}))
			equal(h, "sessions", len(all), 0)
			byID := must[[]replay.Session](h)(h.store.SessionsByID(h.ctx, "p", []string{"s"}))
			equal(h, "by id", len(byID), 0)
			equal(h, "usage", len(must[[]replay.Usage](h)(h.store.Usage(h.ctx))), 0)
			equal(h, "ended", len(must[[]string](h)(h.store.Ended(h.ctx, base*2, base*2, 10))), 0)
			equal(h, "expired", len(must[[]string](h)(h.store.Expired(h.ctx, "p", base*2, 10))), 0)
			equal(h, "outbox", len(h.drain()), 0)
		},
		"an erased session cannot be claimed again": func(h *harness) {
			h.store1("s", 1)
			h.ok(h.store.Erase(h.ctx, "p", "s", base))
			_, err := h.store.Claim(h.ctx, claimOf("p", "s"))
			h.wants(err, replay.ErrErased)
			_, err = h.store.Claim(h.ctx, claimOf("other", "s"))
			h.wants(err, replay.ErrErased)
			_, err = h.store.SessionClaim(h.ctx, "s")
			h.wants(err, replay.ErrNotFound)
		},
		"empty ones are dropped, oldest first": func(h *harness) {
			for i, id := range []string{"c", "a", "b"} {
				c := claimOf("p", id)
				c.ClaimedAt = base + int64(i)
				must[replay.Claim](h)(h.store.Claim(h.ctx, c))
			}
			h.store1("used", 1)
			equal(h, "none is old enough", len(must[[]string](h)(h.store.DropEmptyClaims(h.ctx, base, 10))), 0)
			equal(h, "first", must[[]string](h)(h.store.DropEmptyClaims(h.ctx, base+2, 1)), []string{"c"})
			equal(h, "second", must[[]string](h)(h.store.DropEmptyClaims(h.ctx, base+2, 10)), []string{"a"})
			equal(h, "again", len(must[[]string](h)(h.store.DropEmptyClaims(h.ctx, base+2, 10))), 0)
			must[replay.Claim](h)(h.store.SessionClaim(h.ctx, "b"))
			h.session("used")
			// A dropped id is free: it was not erased.
			other := claimOf("other", "c")
			equal(h, "claimed anew", must[replay.Claim](h)(h.store.Claim(h.ctx, other)), other)
		},
	})
}
