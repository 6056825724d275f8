package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
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
				_, err := h.Store.Claim(h.Ctx, c)
				h.Wants(err, replay.ErrInvalid)
			}
			_, err := h.Store.SessionClaim(h.Ctx, "s")
			h.Wants(err, replay.ErrNotFound)
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
				_, err := h.Store.Commit(h.Ctx, []replay.Commit{commitOf("s", 1), c})
				h.Wants(err, replay.ErrInvalid)
			}
			storetest.Equal(h, "all or nothing", len(storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s"))), 0)
		}
		named[what+" in a sealing"] = func(h *harness) { badSealing(h, bad) }
		named[what+" in a dictionary"] = func(h *harness) { badDictionary(h, bad) }
		named[what+" is found nowhere"] = func(h *harness) {
			_, err := h.Store.Session(h.Ctx, "", bad)
			h.Wants(err, replay.ErrNotFound)
			_, err = h.Store.SessionClaim(h.Ctx, bad)
			h.Wants(err, replay.ErrNotFound)
			_, err = h.Store.Batch(h.Ctx, "s", bad, 0)
			h.Wants(err, replay.ErrNotFound)
			h.Wants(h.Store.Erase(h.Ctx, "p", bad, base), replay.ErrNotFound)
		}
	}
	named["a claim without ids"] = func(h *harness) {
		_, err := h.Store.Claim(h.Ctx, claimOf("p", ""))
		h.Wants(err, replay.ErrInvalid)
		_, err = h.Store.Claim(h.Ctx, claimOf("", "s"))
		h.Wants(err, replay.ErrInvalid)
	}
	named["a dictionary without a project, or a key without a name"] = incompleteDictionary
	named["a batch without a place"] = func(h *harness) {
		h.claim("s")
		for _, change := range []func(b *replay.Batch){
			func(b *replay.Batch) { b.Pack = "" },
			func(b *replay.Batch) { b.TabID = "" },
			func(b *replay.Batch) { b.Seq = -1 },
		} {
			c := commitOf("s", 0)
			change(&c.Batch)
			_, err := h.Store.Commit(h.Ctx, []replay.Commit{c})
			h.Wants(err, replay.ErrInvalid)
		}
	}
	tests(t, open, named)
}

func badSealing(h *harness, bad string) {
	h.store1("s", 1)
	before := h.session("s")
	for _, change := range []func(s *replay.Sealing){
		func(s *replay.Sealing) { s.SessionID = bad },
		func(s *replay.Sealing) { s.Key = bad },
		func(s *replay.Sealing) { s.Dictionary = bad },
		func(s *replay.Sealing) { s.Batches[0].TabID = bad },
	} {
		seal := sealing("s", 0, 1)
		change(&seal)
		h.Wants(h.Store.CommitSeal(h.Ctx, seal, base), replay.ErrInvalid)
	}
	storetest.Equal(h, "session", h.session("s"), before)
}

func badDictionary(h *harness, bad string) {
	for _, d := range []replay.Dictionary{dictionaryOf(bad, "a", base), dictionaryOf("p", bad, base)} {
		h.Wants(h.Store.AddDictionary(h.Ctx, d), replay.ErrInvalid)
		_, err := h.Store.Dictionary(h.Ctx, d.ProjectID, d.Name)
		h.Wants(err, replay.ErrNotFound)
		_, err = h.Store.LatestDictionary(h.Ctx, d.ProjectID)
		h.Wants(err, replay.ErrNotFound)
		_, err = h.Store.DictionaryUse(h.Ctx, d.ProjectID, d.Name, 10, 0)
		h.Wants(err, replay.ErrInvalid)
		h.Wants(h.Store.ForgetDictionary(h.Ctx, d.ProjectID, d.Name), replay.ErrInvalid)
	}
}

func incompleteDictionary(h *harness) {
	for _, change := range []func(d *replay.Dictionary){
		func(d *replay.Dictionary) { d.ProjectID = "" },
		func(d *replay.Dictionary) { d.Name = "" },
		func(d *replay.Dictionary) { d.WrappedKey = nil },
	} {
		d := dictionaryOf("p", "a", base)
		change(&d)
		h.Wants(h.Store.AddDictionary(h.Ctx, d), replay.ErrInvalid)
	}
	_, err := h.Store.LatestDictionary(h.Ctx, "p")
	h.Wants(err, replay.ErrNotFound)
}
