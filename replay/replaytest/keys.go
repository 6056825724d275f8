package replaytest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

// wrappedUnder is what a key wrapped with the master key of that id looks like to a store.
func wrappedUnder(id replay.MasterKeyID, rest string) []byte { return append(id[:], rest...) }

// Two master keys; the first bytes are such as text would not survive.
var keyA, keyB = replay.MasterKeyID{0, 0xff, 'a'}, replay.MasterKeyID{0, 0xff, 'b'}

// claimUnder claims sessions whose keys are under a master key.
func (h *harness) claimUnder(id replay.MasterKeyID, sessions ...string) {
	h.Helper()
	for _, s := range sessions {
		c := claimOf("p", s)
		c.WrappedKey = wrappedUnder(id, s)
		storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, c))
	}
}

// keysNot lists the owners of keys that are not under id.
func (h *harness) keysNot(id replay.MasterKeyID, after string, limit int) []string {
	h.Helper()
	owners := []string{}
	for _, k := range storetest.Must[[]replay.WrappedKey](h)(h.Store.WrappedKeys(h.Ctx, replay.KeySession, id, after, limit)) {
		owners = append(owners, k.Owner)
	}
	return owners
}

func (h *harness) wrapped(session string) []byte {
	h.Helper()
	return storetest.Must[replay.Claim](h)(h.Store.SessionClaim(h.Ctx, session)).WrappedKey
}

func (h *harness) rewrap(session string, from, to []byte) {
	h.Helper()
	h.OK(h.Store.Rewrap(h.Ctx, replay.KeySession, []replay.Rewrapping{{Owner: session, Old: from, New: to}}))
}

func testKeys(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"are listed in order, page by page": func(h *harness) {
			h.claimUnder(keyA, "b", "a", "B", "d")
			h.claimUnder(keyB, "c", "e")
			storetest.Equal(h, "not under B", h.keysNot(keyB, "", 10), []string{"B", "a", "b", "d"})
			storetest.Equal(h, "not under A", h.keysNot(keyA, "", 10), []string{"c", "e"})
			storetest.Equal(h, "page 1", h.keysNot(keyB, "", 2), []string{"B", "a"})
			storetest.Equal(h, "page 2", h.keysNot(keyB, "a", 2), []string{"b", "d"})
			storetest.Equal(h, "page 3", h.keysNot(keyB, "d", 2), []string{})
			got := storetest.Must[[]replay.WrappedKey](h)(h.Store.WrappedKeys(h.Ctx, replay.KeySession, keyA, "", 1))
			storetest.Equal(h, "one", got, []replay.WrappedKey{{Owner: "c", Wrapped: wrappedUnder(keyB, "c")}})
		},
		"are counted": func(h *harness) {
			storetest.Equal(h, "none", len(storetest.Must[[]replay.KeyCount](h)(h.Store.KeyCounts(h.Ctx))), 0)
			h.claimUnder(keyB, "c")
			h.claimUnder(keyA, "a", "b")
			h.commit(commitOf("a", 0))
			storetest.Equal(h, "counts", storetest.Must[[]replay.KeyCount](h)(h.Store.KeyCounts(h.Ctx)),
				[]replay.KeyCount{{Kind: replay.KeySession, Under: keyA, Keys: 2}, {Kind: replay.KeySession, Under: keyB, Keys: 1}})
		},
		"are replaced, and nothing else is": keysReplaced,
		"that changed meanwhile stay": func(h *harness) {
			h.claimUnder(keyA, "s")
			h.rewrap("s", wrappedUnder(keyA, "another"), wrappedUnder(keyB, "lost"))
			storetest.Equal(h, "key", h.wrapped("s"), wrappedUnder(keyA, "s"))
		},
		"of the erased do not come back": func(h *harness) {
			h.claimUnder(keyA, "s")
			h.commit(commitOf("s", 0))
			h.OK(h.Store.Erase(h.Ctx, "p", "s", base))
			h.rewrap("s", wrappedUnder(keyA, "s"), wrappedUnder(keyB, "s"))
			_, err := h.Store.SessionClaim(h.Ctx, "s")
			h.Wants(err, replay.ErrNotFound)
			storetest.Equal(h, "counts", len(storetest.Must[[]replay.KeyCount](h)(h.Store.KeyCounts(h.Ctx))), 0)
		},
		"replaced by many at once": keysRace,
		"of dictionaries": func(h *harness) {
			for i, name := range []string{"", "b", "a"} {
				d := replay.Dictionary{ProjectID: "p", Name: name, LearnedAt: base + int64(i)}
				if name != "" {
					d.WrappedKey = wrappedUnder(keyA, name)
				}
				h.OK(h.Store.AddDictionary(h.Ctx, d))
			}
			h.claimUnder(keyA, "s")
			counts := storetest.Must[[]replay.KeyCount](h)
			storetest.Equal(h, "counts", counts(h.Store.KeyCounts(h.Ctx)),
				[]replay.KeyCount{{Kind: replay.KeyDictionary, Under: keyA, Keys: 2}, {Kind: replay.KeySession, Under: keyA, Keys: 1}})
			keys := storetest.Must[[]replay.WrappedKey](h)(h.Store.WrappedKeys(h.Ctx, replay.KeyDictionary, keyB, "", 10))
			storetest.Equal(h, "keys", keys, []replay.WrappedKey{{Owner: "p/a", Wrapped: wrappedUnder(keyA, "a")}, {Owner: "p/b", Wrapped: wrappedUnder(keyA, "b")}})
			h.OK(h.Store.Rewrap(h.Ctx, replay.KeyDictionary, []replay.Rewrapping{{Owner: "p/a", Old: keys[0].Wrapped, New: wrappedUnder(keyB, "a")}}))
			got := storetest.Must[replay.Dictionary](h)(h.Store.Dictionary(h.Ctx, "p", "a"))
			storetest.Equal(h, "key", got.WrappedKey, wrappedUnder(keyB, "a"))
			storetest.Equal(h, "a session's", h.wrapped("s"), wrappedUnder(keyA, "s"))
		},
		"of no known kind": func(h *harness) {
			_, err := h.Store.WrappedKeys(h.Ctx, "letter", keyA, "", 10)
			h.Wants(err, replay.ErrInvalid)
			h.Wants(h.Store.Rewrap(h.Ctx, "letter", nil), replay.ErrInvalid)
			_, err = h.Store.WrappedKeys(h.Ctx, replay.KeySession, keyA, "a\x00b", 10)
			h.Wants(err, replay.ErrInvalid)
		},
	})
}

func keysReplaced(h *harness) {
	h.claimUnder(keyA, "s", "t", "u")
	h.commit(commitOf("s", 0), commitOf("u", 0))
	h.drain()
	before := h.session("s")
	var changes []replay.Rewrapping
	for _, id := range []string{"t", "s"} { // in whatever order
		changes = append(changes, replay.Rewrapping{Owner: id, Old: wrappedUnder(keyA, id), New: wrappedUnder(keyB, id+" anew")})
	}
	for range 2 { // twice is no error
		h.OK(h.Store.Rewrap(h.Ctx, replay.KeySession, changes))
		want := claimOf("p", "s")
		want.WrappedKey = wrappedUnder(keyB, "s anew")
		storetest.Equal(h, "claim", storetest.Must[replay.Claim](h)(h.Store.SessionClaim(h.Ctx, "s")), want)
		storetest.Equal(h, "without a batch", h.wrapped("t"), wrappedUnder(keyB, "t anew"))
		storetest.Equal(h, "another", h.wrapped("u"), wrappedUnder(keyA, "u"))
	}
	storetest.Equal(h, "left", h.keysNot(keyB, "", 10), []string{"u"})
	storetest.Equal(h, "session", h.session("s"), before)
	storetest.Equal(h, "outbox", len(h.drain()), 0)
	again := claimOf("p", "s")
	again.WrappedKey = wrappedUnder(keyA, "a late one")
	storetest.Equal(h, "claimed again", storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, again)).WrappedKey, wrappedUnder(keyB, "s anew"))
}

func keysRace(h *harness) {
	const sessions = 20
	for i := range sessions {
		h.claimUnder(keyA, fmt.Sprint(i))
	}
	for _, err := range together(6, func(n int) error {
		var changes []replay.Rewrapping
		for i := range sessions {
			id := fmt.Sprint(i)
			changes = append(changes, replay.Rewrapping{Owner: id, Old: wrappedUnder(keyA, id), New: wrappedUnder(keyB, fmt.Sprint(n))})
		}
		if n%2 == 1 {
			slices.Reverse(changes)
		}
		if n == 0 {
			commits := make([]replay.Commit, sessions)
			for i := range commits {
				commits[i] = commitOf(fmt.Sprint(i), 0)
			}
			_, err := h.Store.Commit(h.Ctx, commits)
			return err
		}
		return h.Store.Rewrap(h.Ctx, replay.KeySession, changes)
	}) {
		h.OK(err)
	}
	first := h.wrapped("0")
	for i := range sessions { // one of them won, whole
		if got := h.wrapped(fmt.Sprint(i)); !bytes.Equal(got, first) || !bytes.HasPrefix(got, keyB[:]) {
			h.Errorf("session %d: %q, session 0: %q", i, got, first)
		}
	}
}
