// Package replaytest is the conformance suite of replay.Store: every promise that the
// interface makes, as a test that any implementation must pass.
package replaytest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"

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
		{"Erase", testErasing},
		{"Outbox", testOutbox},
		{"Concurrent", testConcurrency},
		{"Refuse", testRefusals},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

// base is the time the tests' sessions begin: unix ms.
const base = 1_760_000_000_000

// harness is a store and what tests do with it.
type harness struct {
	testing.TB
	store replay.Store
	ctx   context.Context
}

// tests runs named subtests, each on a store of its own.
func tests(t *testing.T, open Factory, named map[string]func(h *harness)) {
	names := make([]string, 0, len(named))
	for name := range named {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			named[name](&harness{TB: t, store: open(t), ctx: t.Context()})
		})
	}
}

// ok fails the test on an error.
func (h *harness) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// wants fails the test unless err wraps the sentinel.
func (h *harness) wants(err, sentinel error) {
	h.Helper()
	if !errors.Is(err, sentinel) {
		h.Fatalf("error is %v, want %v", err, sentinel)
	}
}

// equal fails the test unless both values look the same.
func equal[T any](h *harness, what string, got, want T) {
	h.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		h.Fatalf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// must returns a value that came without an error.
func must[T any](h *harness) func(v T, err error) T {
	h.Helper()
	return func(v T, err error) T {
		h.Helper()
		h.ok(err)
		return v
	}
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
		must[replay.Claim](h)(h.store.Claim(h.ctx, claimOf("p", id)))
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
	return must[[]replay.Verdict](h)(h.store.Commit(h.ctx, commits))
}

// store1 claims a session and commits batches of it, numbered from 0.
func (h *harness) store1(session string, batches int) {
	h.Helper()
	h.claim(session)
	for seq := range int64(batches) {
		equal(h, "verdict", h.commit(commitOf(session, seq)), []replay.Verdict{replay.Stored})
	}
}

func (h *harness) session(id string) replay.Session {
	h.Helper()
	return must[replay.Session](h)(h.store.Session(h.ctx, "", id))
}

// drain takes everything out of the outbox and returns the session ids, sorted.
func (h *harness) drain() []string {
	h.Helper()
	pending := must[[]replay.Pending](h)(h.store.Lease(h.ctx, base, 1_000, 10_000))
	h.ok(h.store.Done(h.ctx, pending))
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
