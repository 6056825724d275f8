package replaytest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func testLists(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"newest first, then by id": func(h *harness) {
			h.listed()
			storetest.Equal(h, "order", h.list(replay.SessionFilter{ProjectID: "p", Limit: 100}), []string{"z", "é", "b", "a", "Z", "B", "A"})
		},
		"every project": func(h *harness) {
			h.listed()
			storetest.Equal(h, "order", h.list(replay.SessionFilter{Limit: 100}), []string{"z", "é", "b", "a", "Z", "B", "A", "0"})
		},
		"pages meet whatever their size": func(h *harness) {
			h.listed()
			for _, f := range []replay.SessionFilter{{}, {ProjectID: "p"}} {
				f.Limit = 100
				whole := h.list(f)
				for size := 1; size <= len(whole); size++ {
					storetest.Equal(h, fmt.Sprint("pages of ", size), h.pages(f, size), whole)
				}
			}
		},
		"from is inclusive, to is not": func(h *harness) {
			h.listed()
			storetest.Equal(h, "from", h.list(replay.SessionFilter{ProjectID: "p", From: base + 5_000, Limit: 9}), []string{"z", "é", "b", "a", "Z", "B"})
			storetest.Equal(h, "to", h.list(replay.SessionFilter{ProjectID: "p", To: base + 5_000, Limit: 9}), []string{"A"})
			storetest.Equal(h, "both", h.list(replay.SessionFilter{ProjectID: "p", From: base + 5_000, To: base + 10_000, Limit: 9}), []string{"é", "b", "a", "Z", "B"})
			storetest.Equal(h, "none", len(h.list(replay.SessionFilter{ProjectID: "p", From: base + 10_001, Limit: 9})), 0)
		},
		"of one user": func(h *harness) {
			h.listed()
			storetest.Equal(h, "user", h.list(replay.SessionFilter{ProjectID: "p", UserID: "u", Limit: 9}), []string{"b", "B"})
			storetest.Equal(h, "user of any project", h.list(replay.SessionFilter{UserID: "u", Limit: 9}), []string{"b", "B", "0"})
			storetest.Equal(h, "nobody", len(h.list(replay.SessionFilter{ProjectID: "p", UserID: "U", Limit: 9})), 0)
			storetest.Equal(h, "pages", h.pages(replay.SessionFilter{UserID: "u"}, 1), []string{"b", "B", "0"})
		},
		"no project, no sessions": func(h *harness) {
			h.listed()
			storetest.Equal(h, "sessions", len(h.list(replay.SessionFilter{ProjectID: "nobody", Limit: 9})), 0)
		},
		"a limit out of range is refused": func(h *harness) {
			for _, limit := range []int{0, -1, 1_000_000} {
				_, err := h.Store.Sessions(h.Ctx, replay.SessionFilter{Limit: limit})
				h.Wants(err, replay.ErrInvalid)
			}
		},
		"expired ones are listed oldest first": func(h *harness) {
			h.listed()
			expired := storetest.Must[[]string](h)(h.Store.Expired(h.Ctx, "p", base+10_000, 100))
			storetest.Equal(h, "expired", expired, []string{"A", "B", "Z", "a", "b", "é"})
			storetest.Equal(h, "limit", storetest.Must[[]string](h)(h.Store.Expired(h.Ctx, "p", base+10_000, 2)), []string{"A", "B"})
			storetest.Equal(h, "before is exclusive", storetest.Must[[]string](h)(h.Store.Expired(h.Ctx, "p", base+9_500, 100)), []string{"A"})
		},
	})
}

// listed stores sessions of the project "p" of which five began at the same time, whose
// ids only compare right byte by byte, and one of the project "q".
func (h *harness) listed() {
	h.Helper()
	for id, seq := range map[string]int64{"A": 0, "b": 1, "a": 1, "B": 1, "Z": 1, "é": 1, "z": 2} {
		h.claim(id)
		c := commitOf(id, seq)
		if id == "b" || id == "B" {
			c.Summary.User.ID = "u"
		}
		h.commit(c)
	}
	storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, claimOf("q", "0")))
	h.commit(with(commitOf("0", 0), func(c *replay.Commit) { c.Summary.User.ID = "u" }))
}

func (h *harness) list(f replay.SessionFilter) []string {
	h.Helper()
	return sessionIDs(storetest.Must[[]replay.Session](h)(h.Store.Sessions(h.Ctx, f)))
}

// pages reads a whole listing page by page.
func (h *harness) pages(f replay.SessionFilter, size int) []string {
	h.Helper()
	f.Limit = size
	var all []string
	for {
		page := storetest.Must[[]replay.Session](h)(h.Store.Sessions(h.Ctx, f))
		all = slices.Concat(all, sessionIDs(page))
		if len(page) < size {
			return all
		}
		last := page[len(page)-1]
		f.AfterStarted, f.AfterID = last.StartedAt, last.ID
	}
}
