package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func testClaims(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"the first one holds": func(h *harness) {
			first := claimOf("p", "s")
			first.ClockOffsetMs = -1_234
			storetest.Equal(h, "claim", storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, first)), first)
			second := claimOf("other", "s")
			second.SecretHash[0]++
			second.WrappedKey = []byte{9}
			storetest.Equal(h, "second claim", storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, second)), first)
			storetest.Equal(h, "claim read", storetest.Must[replay.Claim](h)(h.Store.SessionClaim(h.Ctx, "s")), first)
		},
		"an unknown session has none": func(h *harness) {
			_, err := h.Store.SessionClaim(h.Ctx, "nobody")
			h.Wants(err, replay.ErrNotFound)
		},
		"an empty client and key are kept": func(h *harness) {
			c := replay.Claim{SessionID: "s", ProjectID: "p", WrappedKey: []byte{}}
			storetest.Equal(h, "claim", storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, c)), c)
		},
		"a session without a batch is not listed": func(h *harness) {
			h.claim("s")
			_, err := h.Store.Session(h.Ctx, "p", "s")
			h.Wants(err, replay.ErrNotFound)
			all := storetest.Must[[]replay.Session](h)(h.Store.Sessions(h.Ctx, replay.SessionFilter{Limit: 10}))
			storetest.Equal(h, "sessions", len(all), 0)
			byID := storetest.Must[[]replay.Session](h)(h.Store.SessionsByID(h.Ctx, "p", []string{"s"}))
			storetest.Equal(h, "by id", len(byID), 0)
			storetest.Equal(h, "usage", len(storetest.Must[[]replay.Usage](h)(h.Store.Usage(h.Ctx))), 0)
			storetest.Equal(h, "ended", len(storetest.Must[[]string](h)(h.Store.Ended(h.Ctx, base*2, base*2, 10))), 0)
			storetest.Equal(h, "expired", len(storetest.Must[[]string](h)(h.Store.Expired(h.Ctx, "p", base*2, 10))), 0)
			storetest.Equal(h, "outbox", len(h.drain()), 0)
		},
		"an erased session cannot be claimed again": func(h *harness) {
			h.store1("s", 1)
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			_, err := h.Store.Claim(h.Ctx, claimOf("p", "s"))
			h.Wants(err, replay.ErrErased)
			_, err = h.Store.Claim(h.Ctx, claimOf("other", "s"))
			h.Wants(err, replay.ErrErased)
			_, err = h.Store.SessionClaim(h.Ctx, "s")
			h.Wants(err, replay.ErrNotFound)
		},
		"empty ones are dropped, oldest first": func(h *harness) {
			for i, id := range []string{"c", "a", "b"} {
				c := claimOf("p", id)
				c.ClaimedAt = base + int64(i)
				storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, c))
			}
			h.store1("used", 1)
			storetest.Equal(h, "none is old enough", len(storetest.Must[[]string](h)(h.Store.DropEmptyClaims(h.Ctx, base, 10))), 0)
			storetest.Equal(h, "first", storetest.Must[[]string](h)(h.Store.DropEmptyClaims(h.Ctx, base+2, 1)), []string{"c"})
			storetest.Equal(h, "second", storetest.Must[[]string](h)(h.Store.DropEmptyClaims(h.Ctx, base+2, 10)), []string{"a"})
			storetest.Equal(h, "again", len(storetest.Must[[]string](h)(h.Store.DropEmptyClaims(h.Ctx, base+2, 10))), 0)
			storetest.Must[replay.Claim](h)(h.Store.SessionClaim(h.Ctx, "b"))
			h.session("used")
			// A dropped id is free: it was not erased.
			other := claimOf("other", "c")
			storetest.Equal(h, "claimed anew", storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, other)), other)
		},
	})
}
