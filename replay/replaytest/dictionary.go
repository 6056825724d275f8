package replaytest

import (
	"fmt"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func dictionaryOf(project, name string, learnedAt int64) replay.Dictionary {
	d := replay.Dictionary{ProjectID: project, Name: name, Sessions: 20, LearnedAt: learnedAt}
	if name != "" {
		d.WrappedKey, d.Bytes = append([]byte{0, 255}, name...), 300
	}
	return d
}

// learn adds dictionaries of a project, each learned one ms after the one before, from base on.
func (h *harness) learn(project string, names ...string) {
	h.Helper()
	for i, name := range names {
		h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf(project, name, base+int64(i))))
	}
}

// sealWith seals a session of one batch, whose number says when it started, with a dictionary.
func (h *harness) sealWith(dictionary, project, session string, seq int64) {
	h.Helper()
	storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, claimOf(project, session)))
	h.commit(commitOf(session, seq))
	h.OK(h.Store.CommitSeal(h.Ctx, replay.Sealing{
		SessionID: session, Key: "sealed", Bytes: 70, Dictionary: dictionary, Batches: []replay.BatchID{{TabID: "t", Seq: seq}},
	}, base))
}

// latest is the name of a project's last learning.
func (h *harness) latest(project string) string {
	h.Helper()
	return storetest.Must[replay.Dictionary](h)(h.Store.LatestDictionary(h.Ctx, project)).Name
}

// unused lists dictionaries that nobody needs, as project/name.
func (h *harness) unused(learnedBefore int64, limit int) []string {
	h.Helper()
	names := []string{}
	for _, d := range storetest.Must[[]replay.Dictionary](h)(h.Store.UnusedDictionaries(h.Ctx, learnedBefore, limit)) {
		storetest.Equal(h, "unused", d, storetest.Must[replay.Dictionary](h)(h.Store.Dictionary(h.Ctx, d.ProjectID, d.Name)))
		names = append(names, d.ProjectID+"/"+d.Name)
	}
	return names
}

func testDictionaries(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"a learning is kept as it came":                 keepsDictionary,
		"the same name again is the newest again":       learnedAgain,
		"the latest is the one learned last":            latestDictionary,
		"use is of the project's sealed sessions":       dictionaryUse,
		"use sums up the first and the newest":          dictionarySums,
		"unused ones are neither newest nor needed":     unusedDictionaries,
		"unused ones come page by page, oldest first":   unusedInOrder,
		"one that a session needs is not forgotten":     neededDictionary,
		"one that an erased session needed is unused":   erasedDictionary,
		"one that an object before needed is unused":    replacedDictionary,
		"one that is forgotten is needed by no sealing": forgottenDictionary,
		"another project's of the same name is another": foreignDictionary,
		"usage counts what dictionaries take":           dictionaryUsage,
		"unknown ones": func(h *harness) {
			h.learn("p", "a")
			for _, at := range [][2]string{{"p", "b"}, {"p", "A"}, {"p", ""}, {"q", "a"}} {
				_, err := h.Store.Dictionary(h.Ctx, at[0], at[1])
				h.Wants(err, replay.ErrNotFound)
			}
			_, err := h.Store.LatestDictionary(h.Ctx, "q")
			h.Wants(err, replay.ErrNotFound)
			h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "b"))
			storetest.Equal(h, "the other one stays", h.latest("p"), "a")
		},
	})
}

func keepsDictionary(h *harness) {
	found := dictionaryOf("p", "한글 'quoted'", base+5)
	none := dictionaryOf("q", "", base)
	for _, d := range []replay.Dictionary{found, none} {
		for range 2 { // twice is no error
			h.OK(h.Store.AddDictionary(h.Ctx, d))
			storetest.Equal(h, "by name", storetest.Must[replay.Dictionary](h)(h.Store.Dictionary(h.Ctx, d.ProjectID, d.Name)), d)
			storetest.Equal(h, "latest", storetest.Must[replay.Dictionary](h)(h.Store.LatestDictionary(h.Ctx, d.ProjectID)), d)
		}
	}
	if d := storetest.Must[replay.Dictionary](h)(h.Store.LatestDictionary(h.Ctx, "q")); d.WrappedKey != nil {
		h.Errorf("a learning without a dictionary has a key: %v", d.WrappedKey)
	}
}

// learnedAgain: the objects of a name were stored once, with the first key.
func learnedAgain(h *harness) {
	h.learn("p", "a", "b")
	storetest.Equal(h, "latest", h.latest("p"), "b")
	again := dictionaryOf("p", "a", base+9)
	again.WrappedKey, again.Bytes, again.Sessions = []byte("another"), 999, 500
	h.OK(h.Store.AddDictionary(h.Ctx, again))
	want := dictionaryOf("p", "a", base+9)
	want.Sessions = 500
	storetest.Equal(h, "latest", storetest.Must[replay.Dictionary](h)(h.Store.LatestDictionary(h.Ctx, "p")), want)
	storetest.Equal(h, "unused", h.unused(base*2, 10), []string{"p/b"})
}

func latestDictionary(h *harness) {
	h.learn("p", "c", "a", "")
	storetest.Equal(h, "found too little", h.latest("p"), "")
	h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("p", "late", base-1)))
	storetest.Equal(h, "one learned before", h.latest("p"), "")
	h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("p", "B", base+2)))
	h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("p", "b", base+2)))
	h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("p", "BB", base+2)))
	storetest.Equal(h, "of one time, the last name", h.latest("p"), "b")
	h.learn("q", "x")
	storetest.Equal(h, "another project's", h.latest("q"), "x")
	for _, next := range []string{"BB", "B", "", "a", "c", "late"} {
		h.OK(h.Store.ForgetDictionary(h.Ctx, "p", h.latest("p")))
		storetest.Equal(h, "once the latest is forgotten", h.latest("p"), next)
	}
}

func (h *harness) use(name string, sample int, since int64) replay.DictionaryUse {
	h.Helper()
	return storetest.Must[replay.DictionaryUse](h)(h.Store.DictionaryUse(h.Ctx, "p", name, sample, since))
}

func dictionaryUse(h *harness) {
	storetest.Equal(h, "none", h.use("a", 10, 0), replay.DictionaryUse{})
	h.learn("p", "a", "b")
	h.learn("q", "a")
	h.sealWith("a", "p", "s", 0)
	h.sealWith("b", "p", "other", 0)
	h.sealWith("", "p", "without", 0)
	h.sealWith("a", "q", "foreign", 0)
	h.store1("live", 1)
	h.claim("empty")
	one := replay.DictionaryUse{Sealed: 3, RawThen: 1_000, SealedThen: 70, RawNow: 1_000, SealedNow: 70}
	storetest.Equal(h, "of a dictionary", h.use("a", 10, 0), one)
	storetest.Equal(h, "of none", h.use("", 10, 0), replay.DictionaryUse{Sealed: 3})
	storetest.Equal(h, "of an unknown one", h.use("A", 10, 0), replay.DictionaryUse{Sealed: 3})
	h.commit(commitOf("s", 1))
	storetest.Equal(h, "live again", h.use("a", 10, 0), replay.DictionaryUse{Sealed: 2})
}

func dictionarySums(h *harness) {
	h.learn("p", "a")
	// Sessions s1 to s5, each 5 s later and larger than the one before, then two at one time.
	for n, id := range []string{"s3", "s1", "s5", "s2", "s4", "s7", "s6"} {
		size := int64(id[1] - '0')
		h.claim(id)
		h.commit(with(commitOf(id, min(size, 6)), func(c *replay.Commit) { c.Batch.RawBytes = size * 1_000 }))
		h.OK(h.Store.CommitSeal(h.Ctx, replay.Sealing{
			SessionID: id, Key: fmt.Sprint("sealed ", n), Bytes: size, Dictionary: "a", Batches: []replay.BatchID{{TabID: "t", Seq: min(size, 6)}},
		}, base))
	}
	sums := func(then, now int64) replay.DictionaryUse {
		return replay.DictionaryUse{Sealed: 7, RawThen: then * 1_000, SealedThen: then, RawNow: now * 1_000, SealedNow: now}
	}
	storetest.Equal(h, "one", h.use("a", 1, 0), sums(1, 7))
	storetest.Equal(h, "two", h.use("a", 2, 0), sums(1+2, 7+6))
	storetest.Equal(h, "six", h.use("a", 6, 0), sums(1+2+3+4+5+6, 7+6+5+4+3+2))
	storetest.Equal(h, "all", h.use("a", 100, 0), sums(28, 28))
	storetest.Equal(h, "since is inclusive", h.use("a", 100, base+5*5_000), sums(28, 7+6+5))
	storetest.Equal(h, "none since", h.use("a", 100, base+6*5_000+1), sums(28, 0))
}

func unusedDictionaries(h *harness) {
	storetest.Equal(h, "none", h.unused(base*2, 10), []string{})
	h.learn("p", "a", "b", "c")
	h.learn("q", "a")
	h.learn("r", "a", "")
	h.learn("s", "", "a")
	storetest.Equal(h, "unused", h.unused(base*2, 10), []string{"p/a", "r/a", "p/b"})
	storetest.Equal(h, "before is exclusive", h.unused(base+1, 10), []string{"p/a", "r/a"})
	h.sealWith("a", "p", "s1", 0)
	h.sealWith("a", "p", "s2", 0)
	h.sealWith("a", "q", "s3", 0)
	storetest.Equal(h, "that nobody needs", h.unused(base*2, 10), []string{"r/a", "p/b"})
	h.commit(commitOf("s1", 1), commitOf("s2", 1))
	storetest.Equal(h, "a live session needs its object's", h.unused(base*2, 10), []string{"r/a", "p/b"})
	h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("q", "b", base+1)))
	storetest.Equal(h, "not the newest, but needed", h.unused(base*2, 10), []string{"r/a", "p/b"})
	h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("p", "bb", base+2)))
	storetest.Equal(h, "of one time, the last name is the newest", h.unused(base*2, 10), []string{"r/a", "p/b", "p/bb"})
}

func unusedInOrder(h *harness) {
	for i, name := range []string{"b", "B", "a"} {
		h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("q", name, base)))
		h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("P", name, base+int64(i))))
		h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf("p", name, base)))
	}
	for _, project := range []string{"P", "p", "q"} {
		h.OK(h.Store.AddDictionary(h.Ctx, dictionaryOf(project, "newest", base+100)))
	}
	all := []string{"P/b", "p/B", "p/a", "p/b", "q/B", "q/a", "q/b", "P/B", "P/a"}
	storetest.Equal(h, "order", h.unused(base*2, 100), all)
	for len(all) > 0 { // who forgets them sees the next ones
		some := h.unused(base*2, 2)
		storetest.Equal(h, "page", some, all[:min(2, len(all))])
		for _, name := range some {
			h.OK(h.Store.ForgetDictionary(h.Ctx, name[:1], name[2:]))
		}
		all = all[len(some):]
	}
	storetest.Equal(h, "in the end", h.unused(base*2, 2), []string{})
}

func neededDictionary(h *harness) {
	h.learn("p", "a", "b")
	h.sealWith("a", "p", "s", 0)
	h.Wants(h.Store.ForgetDictionary(h.Ctx, "p", "a"), replay.ErrChanged)
	storetest.Equal(h, "row", storetest.Must[replay.Dictionary](h)(h.Store.Dictionary(h.Ctx, "p", "a")), dictionaryOf("p", "a", base))
	h.commit(commitOf("s", 1))
	h.Wants(h.Store.ForgetDictionary(h.Ctx, "p", "a"), replay.ErrChanged)
	for range 2 { // twice is no error
		h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "b"))
		_, err := h.Store.Dictionary(h.Ctx, "p", "b")
		h.Wants(err, replay.ErrNotFound)
	}
	storetest.Equal(h, "the session's stays", h.latest("p"), "a")
}

func erasedDictionary(h *harness) {
	h.learn("p", "a", "b")
	h.sealWith("a", "p", "s1", 0)
	h.sealWith("a", "p", "s2", 0)
	h.OK(h.Store.Erase(h.Ctx, "p", "s1", base))
	storetest.Equal(h, "one needs it still", h.unused(base*2, 10), []string{})
	h.Wants(h.Store.ForgetDictionary(h.Ctx, "p", "a"), replay.ErrChanged)
	h.OK(h.Store.Erase(h.Ctx, "p", "s2", base))
	storetest.Equal(h, "nobody does", h.unused(base*2, 10), []string{"p/a"})
	h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "a"))
	storetest.Equal(h, "forgotten", h.unused(base*2, 10), []string{})
}

func replacedDictionary(h *harness) {
	h.learn("p", "a", "b", "c")
	h.sealWith("a", "p", "s", 0)
	for n, next := range []string{"b", ""} {
		h.commit(commitOf("s", int64(n+1)))
		again := sealing("s", n+1, n+2)
		again.Dictionary = next
		h.OK(h.Store.CommitSeal(h.Ctx, again, base))
		storetest.Equal(h, "dictionary", h.session("s").Dictionary, next)
		storetest.Equal(h, "unused", h.unused(base*2, 10), []string{"p/a", "p/b"}[:n+1])
	}
	h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "a"))
	h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "b"))
}

func forgottenDictionary(h *harness) {
	h.learn("p", "a")
	h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "a"))
	h.claim("s")
	h.commit(with(commitOf("s", 0), func(c *replay.Commit) { c.Batch.Moments = []replay.Moment{{At: base, Kind: "click"}} }))
	h.drain()
	before, rows := h.session("s"), storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s"))
	for _, name := range []string{"a", "never learned"} {
		seal := sealing("s", 0, 1)
		seal.Dictionary = name
		h.Wants(h.Store.CommitSeal(h.Ctx, seal, base), replay.ErrChanged)
	}
	storetest.Equal(h, "session", h.session("s"), before)
	storetest.Equal(h, "rows", storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s")), rows)
	storetest.Equal(h, "outbox", len(h.drain()), 0)
	h.learn("p", "a")
	seal := sealing("s", 0, 1)
	seal.Dictionary = "a"
	h.OK(h.Store.CommitSeal(h.Ctx, seal, base)) // it is there again
}

func foreignDictionary(h *harness) {
	h.learn("q", "a", "b")
	h.store1("s", 1)
	seal := sealing("s", 0, 1)
	seal.Dictionary = "a"
	h.Wants(h.Store.CommitSeal(h.Ctx, seal, base), replay.ErrChanged)
	h.learn("p", "a", "b")
	h.OK(h.Store.CommitSeal(h.Ctx, seal, base))
	h.sealWith("", "q", "theirs", 0)
	h.learn("p", "only here")
	seal = replay.Sealing{SessionID: "theirs", Key: "sealed", SealCount: 1, Dictionary: "only here"}
	h.Wants(h.Store.CommitSeal(h.Ctx, seal, base), replay.ErrChanged)
	h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "only here"))
	storetest.Equal(h, "unused", h.unused(base*2, 10), []string{"q/a"})
	h.OK(h.Store.ForgetDictionary(h.Ctx, "q", "a"))
	h.Wants(h.Store.ForgetDictionary(h.Ctx, "p", "a"), replay.ErrChanged)
}

// dictionaryUsage: what lies in the bucket is somebody's, also once its sessions are gone.
func dictionaryUsage(h *harness) {
	h.learn("p", "a", "b", "")
	h.learn("q", "")
	h.learn("r", "a")
	h.store1("s", 1)
	h.store1("t", 1)
	storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, claimOf("q", "u")))
	h.commit(commitOf("u", 0))
	of := storetest.Must[[]replay.Usage](h)
	q := replay.Usage{ProjectID: "q", Sessions: 1, RawBytes: 1_000, PackBytes: 100}
	r := replay.Usage{ProjectID: "r", DictionaryBytes: 300}
	storetest.Equal(h, "usage", of(h.Store.Usage(h.Ctx)), []replay.Usage{
		{ProjectID: "p", Sessions: 2, RawBytes: 2_000, PackBytes: 200, DictionaryBytes: 600}, q, r,
	})
	h.OK(h.Store.ForgetDictionary(h.Ctx, "p", "a"))
	h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
	h.OK(h.Store.Erase(h.Ctx, "p", "t", base))
	h.OK(h.Store.Erase(h.Ctx, "q", "u", base))
	storetest.Equal(h, "usage", of(h.Store.Usage(h.Ctx)), []replay.Usage{{ProjectID: "p", DictionaryBytes: 300}, r})
}
