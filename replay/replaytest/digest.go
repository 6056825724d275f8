package replaytest

import (
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func testDigests(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"a digest of the last change is kept": func(h *harness) {
			h.store1("s", 1)
			storetest.Equal(h, "none", h.session("s").Digest, (*replay.Digest)(nil))
			p := h.lease(base, 10)[0]
			want := replay.Digest{Signals: map[string]int{"rage": 2}, Entry: "/a", Exit: "/나", UTM: map[string]string{"source": "x"},
				Visits: []replay.Visit{{At: 1, Tab: "t", URL: "/a", DurationMs: 7, Vitals: replay.Vitals{"LCP": 1.5}}}, Vitals: replay.Vitals{"LCP": 1.5}}
			h.OK(h.Store.SaveDigests(h.Ctx, []replay.Finding{{SessionID: "s", Revision: p.Revision, Digest: want}, {SessionID: "nobody", Revision: 1}}))
			storetest.Equal(h, "digest", *h.session("s").Digest, want)
			h.commit(commitOf("s", 1))
			h.OK(h.Store.SaveDigests(h.Ctx, []replay.Finding{{SessionID: "s", Revision: p.Revision}}))
			storetest.Equal(h, "one of an older state changes nothing", *h.session("s").Digest, want)
			h.OK(h.Store.SaveDigests(h.Ctx, nil))
			h.OK(h.Store.Done(h.Ctx, []replay.Pending{p}))
			storetest.Equal(h, "revision", h.lease(base*2, 10)[0].Revision, p.Revision+1)
		},
		"sealing brings one": func(h *harness) {
			h.store1("s", 1)
			seal := sealing("s", 0, 1)
			seal.Digest = &replay.Digest{Exit: "/end"}
			h.OK(h.Store.CommitSeal(h.Ctx, seal, base))
			storetest.Equal(h, "digest", *h.session("s").Digest, *seal.Digest)
			storetest.Equal(h, "up to date", len(storetest.Must[[]string](h)(h.Store.Outdated(h.Ctx, 10))), 0)
		},
		"a sealed session without one is outdated": func(h *harness) {
			h.store1("live", 1)
			for _, id := range []string{"b", "a"} {
				h.store1(id, 1)
				h.OK(h.Store.CommitSeal(h.Ctx, sealing(id, 0, 1), base))
			}
			storetest.Equal(h, "outdated", storetest.Must[[]string](h)(h.Store.Outdated(h.Ctx, 10)), []string{"a", "b"})
			storetest.Equal(h, "limited", storetest.Must[[]string](h)(h.Store.Outdated(h.Ctx, 1)), []string{"a"})
			again := sealing("a", 1, 1)
			again.Digest = &replay.Digest{}
			h.OK(h.Store.CommitSeal(h.Ctx, again, base))
			storetest.Equal(h, "sealed again", storetest.Must[[]string](h)(h.Store.Outdated(h.Ctx, 10)), []string{"b"})
		},
		"facts stay until the batch is sealed": func(h *harness) {
			h.claim("s")
			c := commitOf("s", 0)
			c.Batch.Facts = []byte("[1,\"결제\"]")
			h.commit(c)
			read := func() string {
				return string(storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 0)).Facts)
			}
			storetest.Equal(h, "facts", read(), string(c.Batch.Facts))
			h.OK(h.Store.CommitSeal(h.Ctx, sealing("s", 0, 1), base))
			storetest.Equal(h, "sealed", read(), "")
		},
		"the team's tags": tagged,
	})
}

func tagged(h *harness) {
	h.store1("s", 1)
	h.OK(h.Store.Done(h.Ctx, h.lease(base, 10)))
	h.OK(h.Store.SetTags(h.Ctx, "p", "s", []string{"VIP", "확인 필요"}, base))
	storetest.Equal(h, "tags", h.session("s").TeamTags, []string{"VIP", "확인 필요"})
	storetest.Equal(h, "the index is told", idsOf(h.lease(base*2, 10)), []string{"s"})
	h.commit(commitOf("s", 1))
	storetest.Equal(h, "a batch leaves them", h.session("s").TeamTags, []string{"VIP", "확인 필요"})
	h.OK(h.Store.SetTags(h.Ctx, "p", "s", nil, base))
	storetest.Equal(h, "none", h.session("s").TeamTags, []string(nil))
	h.Wants(h.Store.SetTags(h.Ctx, "other", "s", []string{"x"}, base), replay.ErrNotFound)
	h.Wants(h.Store.SetTags(h.Ctx, "p", "never", []string{"x"}, base), replay.ErrNotFound)
	h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
	h.Wants(h.Store.SetTags(h.Ctx, "p", "s", []string{"x"}, base), replay.ErrErased)
}
