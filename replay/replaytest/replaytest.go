// Package replaytest is the conformance suite of replay.Store: every promise that the
// interface makes, as a test that any implementation must pass.
package replaytest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

// Factory makes an empty store that ends with the test.
type Factory func(t testing.TB) replay.Store

// Run runs the whole suite. Every subtest gets a store of its own from open.
func Run(t *testing.T, open Factory) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Factory)
	}{
		{"Claim", testClaims},
		{"Commit", testCommits},
		{"Summary", testSummaries},
		{"Read", testReads},
		{"List", testLists},
		{"Seal", testSealing},
		{"Packs", testPacks},
		{"Dictionaries", testDictionaries},
		{"Erase", testErasing},
		{"Keys", testKeys},
		{"Digests", testDigests},
		{"Outbox", testOutbox},
		{"Concurrent", testConcurrency},
		{"Refuse", testRefusals},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

const base = storetest.Base

// harness is a store and what tests do with it.
type harness struct {
	storetest.Harness[replay.Store]
}

// tests runs named subtests, each on a store of its own.
func tests(t *testing.T, open Factory, named map[string]func(h *harness)) {
	storetest.Each(t, named, func(t *testing.T, test func(h *harness)) {
		test(&harness{storetest.New(t, open)})
	})
}

func claimOf(project, session string) replay.Claim {
	return replay.Claim{
		SessionID:  session,
		ProjectID:  project,
		SecretHash: sha256.Sum256([]byte("secret of " + session)),
		WrappedKey: []byte{0, 1, 2, 255},
		Client:     replay.Client{Browser: "Firefox 140", OS: "Linux", Device: "desktop", Country: "KR", Language: "ko"},
		ClaimedAt:  base,
	}
}

// claim claims sessions of the project "p".
func (h *harness) claim(sessions ...string) {
	h.Helper()
	for _, id := range sessions {
		storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, claimOf("p", id)))
	}
}

// commitOf is a batch of ten events of a session's tab "t": five seconds from seq*5 s on.
func commitOf(session string, seq int64) replay.Commit {
	at := base + seq*5_000
	return replay.Commit{Batch: replay.Batch{
		SessionID: session, TabID: "t", Seq: seq,
		Hash: sha256.Sum256(fmt.Append(nil, "events ", seq)),
		Pack: "packs/a", Offset: seq * 100, Length: 100,
		RawBytes: 1_000, Events: 10, FirstAt: at, LastAt: at + 4_000, ReceivedAt: at + 4_500,
	}}
}

// with returns a commit changed by f.
func with(c replay.Commit, f func(c *replay.Commit)) replay.Commit {
	f(&c)
	return c
}

func (h *harness) commit(commits ...replay.Commit) []replay.Verdict {
	h.Helper()
	return storetest.Must[[]replay.Verdict](h)(h.Store.Commit(h.Ctx, commits))
}

// store1 claims a session and commits batches of it, numbered from 0.
func (h *harness) store1(session string, batches int) {
	h.Helper()
	h.claim(session)
	for seq := range int64(batches) {
		storetest.Equal(h, "verdict", h.commit(commitOf(session, seq)), []replay.Verdict{replay.Stored})
	}
}

func (h *harness) session(id string) replay.Session {
	h.Helper()
	return storetest.Must[replay.Session](h)(h.Store.Session(h.Ctx, "", id))
}

// drain takes everything out of the outbox and returns the session ids, sorted.
func (h *harness) drain() []string {
	h.Helper()
	pending := storetest.Must[[]replay.Pending](h)(h.Store.Lease(h.Ctx, base, 1_000, 10_000))
	h.OK(h.Store.Done(h.Ctx, pending))
	return idsOf(pending)
}

func idsOf(pending []replay.Pending) []string {
	ids := make([]string, 0, len(pending))
	for _, p := range pending {
		ids = append(ids, p.SessionID)
	}
	slices.Sort(ids)
	return ids
}

func sessionIDs(sessions []replay.Session) []string {
	ids := make([]string, 0, len(sessions))
	for i := range sessions {
		ids = append(ids, sessions[i].ID)
	}
	return ids
}
