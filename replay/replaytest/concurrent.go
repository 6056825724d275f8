package replaytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

// together runs n calls at once and returns their results.
func together[T any](n int, call func(n int) T) []T {
	results := make([]T, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			results[i] = call(i)
		})
	}
	close(start)
	wg.Wait()
	return results
}

type outcome[T any] struct {
	got T
	err error
}

func testConcurrency(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"claims: all get the same one": func(h *harness) {
			for _, o := range together(8, func(n int) outcome[replay.Claim] {
				c := claimOf("p", "s")
				c.WrappedKey = []byte{byte(n)}
				got, err := h.Store.Claim(h.Ctx, c)
				return outcome[replay.Claim]{got, err}
			}) {
				h.OK(o.err)
				storetest.Equal(h, "claim", o.got, storetest.Must[replay.Claim](h)(h.Store.SessionClaim(h.Ctx, "s")))
			}
		},
		"the same batch is stored once":          sameBatch,
		"other events of one number: one stored": rivalBatches,
		"writers of one session lose nothing":    oneSession,
		"groups that share sessions":             sharedSessions,
		"an erasure and commits":                 eraseRace,
		"an erasure and a claim":                 eraseClaim,
		"sealings: one wins":                     rivalSealings,
		"a sealing and commits":                  sealRace,
		"sealings and the end of a dictionary":   forgetRace,
		"learnings of one dictionary":            learnRace,
		"leases do not overlap":                  rivalLeases,
		"dropping claims and commits":            dropRace,
	})
}

func count(verdicts []outcome[[]replay.Verdict], h *harness) map[replay.Verdict]int {
	h.Helper()
	counts := make(map[replay.Verdict]int)
	for _, v := range verdicts {
		h.OK(v.err)
		for _, one := range v.got {
			counts[one]++
		}
	}
	return counts
}

// commits commits a group from each of n callers at once.
func (h *harness) commits(n int, group func(n int) []replay.Commit) []outcome[[]replay.Verdict] {
	return together(n, func(n int) outcome[[]replay.Verdict] {
		got, err := h.Store.Commit(h.Ctx, group(n))
		return outcome[[]replay.Verdict]{got, err}
	})
}

func sameBatch(h *harness) {
	h.claim("s")
	got := h.commits(8, func(int) []replay.Commit { return []replay.Commit{commitOf("s", 0)} })
	storetest.Equal(h, "verdicts", count(got, h), map[replay.Verdict]int{replay.Stored: 1, replay.Duplicate: 7})
	storetest.Equal(h, "events", h.session("s").Events, 10)
}

func rivalBatches(h *harness) {
	h.claim("s")
	got := h.commits(8, func(n int) []replay.Commit {
		return []replay.Commit{with(commitOf("s", 0), func(c *replay.Commit) { c.Batch.Hash[0] = byte(n) })}
	})
	storetest.Equal(h, "verdicts", count(got, h), map[replay.Verdict]int{replay.Stored: 1, replay.Conflict: 7})
}

func oneSession(h *harness) {
	const writers, each = 6, 10
	h.claim("s")
	got := h.commits(writers, func(n int) []replay.Commit {
		var group []replay.Commit
		for i := range int64(each) {
			c := commitOf("s", i*writers+int64(n))
			c.Summary.Counts.Clicks = 1
			c.Summary.Pages = []replay.Page{{At: c.Batch.FirstAt, Tab: "t", URL: fmt.Sprint(n)}}
			group = append(group, c)
		}
		return group
	})
	storetest.Equal(h, "verdicts", count(got, h), map[replay.Verdict]int{replay.Stored: writers * each})
	s := h.session("s")
	storetest.Equal(h, "sums", []int{int(s.Events), s.Counts.Clicks, len(s.Pages)}, []int{10 * writers * each, writers * each, writers * each})
	storetest.Equal(h, "times", []int64{s.StartedAt, s.EndedAt}, []int64{base, base + (writers*each-1)*5_000 + 4_000})
}

// sharedSessions lets groups name the same sessions in opposite orders.
func sharedSessions(h *harness) {
	const sessions, callers = 20, 6
	for n := range sessions {
		h.claim(fmt.Sprintf("s%02d", n))
	}
	got := h.commits(callers, func(caller int) []replay.Commit {
		var group []replay.Commit
		for n := range sessions {
			if caller%2 == 1 {
				n = sessions - 1 - n
			}
			group = append(group, commitOf(fmt.Sprintf("s%02d", n), int64(caller)))
		}
		return group
	})
	storetest.Equal(h, "verdicts", count(got, h), map[replay.Verdict]int{replay.Stored: sessions * callers})
	for n := range sessions {
		storetest.Equal(h, "events", h.session(fmt.Sprintf("s%02d", n)).Events, 10*callers)
	}
}

// eraseRace: whatever the order, nothing is left, and every batch that was stored after
// the erasure would be.
func eraseRace(h *harness) {
	h.store1("s", 1)
	h.store1("bystander", 1)
	erasures := make(chan error, 1)
	got := h.commits(6, func(n int) []replay.Commit {
		if n == 3 {
			erasures <- h.Store.Erase(h.Ctx, "p", "s", base)
			return nil
		}
		return []replay.Commit{commitOf("s", int64(n+1)), commitOf("bystander", int64(n+1))}
	})
	h.OK(<-erasures)
	counts := count(got, h)
	storetest.Equal(h, "each got an answer", counts[replay.Stored]+counts[replay.Gone], 10)
	_, err := h.Store.Session(h.Ctx, "p", "s")
	h.Wants(err, replay.ErrErased)
	storetest.Equal(h, "batches", len(storetest.Must[[]replay.Batch](h)(h.Store.Batches(h.Ctx, "s"))), 0)
	storetest.Equal(h, "the other session", h.session("bystander").Events, 60)
}

func eraseClaim(h *harness) {
	for n := range 10 {
		id := fmt.Sprint("s", n)
		h.claim(id)
		for _, err := range together(4, func(n int) error {
			if n == 0 {
				return h.Store.Erase(h.Ctx, "p", id, base)
			}
			_, err := h.Store.Claim(h.Ctx, claimOf("p", id))
			if errors.Is(err, replay.ErrErased) {
				return nil
			}
			return err
		}) {
			h.OK(err)
		}
		_, err := h.Store.SessionClaim(h.Ctx, id)
		h.Wants(err, replay.ErrNotFound)
	}
}

func rivalSealings(h *harness) {
	h.store1("s", 3)
	won := 0
	for _, err := range together(6, func(n int) error {
		seal := sealing("s", 0, 3)
		seal.Key = fmt.Sprint("sealed by ", n)
		return h.Store.CommitSeal(h.Ctx, seal, base)
	}) {
		if err == nil {
			won++
		} else {
			h.Wants(err, replay.ErrChanged)
		}
	}
	storetest.Equal(h, "winners", won, 1)
	storetest.Equal(h, "seal count", h.session("s").SealCount, 1)
}

// sealRace: what was committed is in the object or in its pack, and the state says which.
func sealRace(h *harness) {
	h.store1("s", 2)
	sealed := make(chan error, 1)
	count(h.commits(5, func(n int) []replay.Commit {
		if n == 2 {
			sealed <- h.Store.CommitSeal(h.Ctx, sealing("s", 0, 2), base)
			return nil
		}
		return []replay.Commit{commitOf("s", int64(n+2))}
	}), h)
	h.OK(<-sealed)
	s := h.session("s")
	storetest.Equal(h, "state", s.State, replay.StateLive)
	storetest.Equal(h, "sizes", []int64{s.StoredBytes, s.SealedBytes, s.Events}, []int64{470, 70, 60})
}

// forgetRace: a dictionary is gone, or sessions need it, never both.
func forgetRace(h *harness) {
	for round := range 10 {
		name := fmt.Sprint("d", round)
		h.learn("p", name)
		id := func(n int) string { return fmt.Sprint(name, "-", n) }
		for n := range 4 {
			h.store1(id(n), 1)
		}
		results := together(4, func(n int) error {
			if n == 0 {
				return h.Store.ForgetDictionary(h.Ctx, "p", name)
			}
			seal := sealing(id(n), 0, 1)
			seal.Dictionary = name
			return h.Store.CommitSeal(h.Ctx, seal, base)
		})
		for n, err := range results[1:] {
			if (err == nil) == (results[0] == nil) {
				h.Fatalf("forgetting: %v, sealing %d: %v", results[0], n, err)
			}
			if err != nil {
				h.Wants(err, replay.ErrChanged)
			}
		}
		_, err := h.Store.Dictionary(h.Ctx, "p", name)
		if results[0] == nil {
			h.Wants(err, replay.ErrNotFound)
		} else {
			h.Wants(results[0], replay.ErrChanged)
			h.OK(err)
		}
	}
}

// learnRace: one key holds, and all learners find it.
func learnRace(h *harness) {
	for _, err := range together(6, func(n int) error {
		d := dictionaryOf("p", "a", base)
		d.WrappedKey = []byte{byte(n + 1)}
		return h.Store.AddDictionary(h.Ctx, d)
	}) {
		h.OK(err)
	}
	first := storetest.Must[replay.Dictionary](h)(h.Store.Dictionary(h.Ctx, "p", "a"))
	h.learn("p", "a")
	storetest.Equal(h, "dictionary", storetest.Must[replay.Dictionary](h)(h.Store.Dictionary(h.Ctx, "p", "a")), first)
}

func rivalLeases(h *harness) {
	const entries = 40
	for n := range entries {
		h.store1(fmt.Sprintf("s%02d", n), 1)
	}
	seen := make(map[string]int)
	for _, o := range together(6, func(int) outcome[[]replay.Pending] {
		var all []replay.Pending
		for {
			got, err := h.Store.Lease(h.Ctx, base, 1_000, 3)
			if err != nil || len(got) == 0 {
				return outcome[[]replay.Pending]{all, err}
			}
			if len(got) > 3 {
				return outcome[[]replay.Pending]{all, fmt.Errorf("leased %d, limit 3", len(got))}
			}
			all = append(all, got...)
		}
	}) {
		h.OK(o.err)
		for _, p := range o.got {
			seen[p.SessionID]++
		}
	}
	for id, n := range seen {
		if n != 1 {
			h.Fatalf("%s was leased %d times", id, n)
		}
	}
	// A caller may be told "none" while others hold the rest for an instant.
	storetest.Equal(h, "leased in the end", len(seen)+len(h.lease(base, entries)), entries)
}

// dropRace: a claim is dropped, or its batch is stored, never both.
func dropRace(h *harness) {
	for n := range 10 {
		id := fmt.Sprint("s", n)
		h.claim(id)
		results := together(2, func(n int) outcome[bool] {
			if n == 0 {
				dropped, err := h.Store.DropEmptyClaims(h.Ctx, base+1, 10)
				return outcome[bool]{len(dropped) == 1, err}
			}
			verdicts, err := h.Store.Commit(h.Ctx, []replay.Commit{commitOf(id, 0)})
			return outcome[bool]{err == nil && verdicts[0] == replay.Stored, err}
		})
		h.OK(results[0].err)
		h.OK(results[1].err)
		if results[0].got == results[1].got {
			h.Fatalf("dropped %v and stored %v", results[0].got, results[1].got)
		}
	}
}
