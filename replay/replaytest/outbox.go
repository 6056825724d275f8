package replaytest

import (
	"strings"
	"testing"

	"github.com/afterimage/afterimage/replay"
)

// lease takes up to limit entries for a second.
func (h *harness) lease(now int64, limit int) []replay.Pending {
	h.Helper()
	return must[[]replay.Pending](h)(h.store.Lease(h.ctx, now, 1_000, limit))
}

func testOutbox(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"changes of a session are one entry": func(h *harness) {
			h.store1("s", 3)
			got := h.lease(base, 10)
			equal(h, "entries", idsOf(got), []string{"s"})
			equal(h, "project and attempts", []any{got[0].ProjectID, got[0].Attempts}, []any{"p", 0})
		},
		"a lease holds until it ends": func(h *harness) {
			h.store1("s", 1)
			equal(h, "first", len(h.lease(base, 10)), 1)
			equal(h, "held", len(h.lease(base+999, 10)), 0)
			equal(h, "ended", len(h.lease(base+1_000, 10)), 1)
		},
		"a limited lease takes the oldest": func(h *harness) {
			for i, id := range []string{"c", "a", "b"} {
				h.claim(id)
				h.commit(commitOf(id, int64(i)))
			}
			equal(h, "first", idsOf(h.lease(base*2, 1)), []string{"c"})
			equal(h, "second", idsOf(h.lease(base*2, 1)), []string{"a"})
			equal(h, "rest", idsOf(h.lease(base*2, 5)), []string{"b"})
			equal(h, "none", len(h.lease(base*2, 5)), 0)
		},
		"done removes": func(h *harness) {
			h.store1("s", 1)
			h.store1("r", 1)
			got := h.lease(base, 10)
			h.ok(h.store.Done(h.ctx, got))
			h.ok(h.store.Done(h.ctx, got))
			h.ok(h.store.Done(h.ctx, nil))
			equal(h, "left", len(h.lease(base*2, 10)), 0)
			equal(h, "state", must[replay.OutboxState](h)(h.store.OutboxState(h.ctx)), replay.OutboxState{})
		},
		"a newer change stays and is free again": newerChange,
		"a newer change does not break a lease": func(h *harness) {
			h.store1("s", 1)
			h.lease(base, 10)
			h.commit(commitOf("s", 1))
			equal(h, "held", len(h.lease(base+1, 10)), 0)
		},
		"who comes late disturbs nobody":   lateWorker,
		"fail keeps for later":             failKeeps,
		"fail counts with a newer change":  failNewer,
		"touch":                            touching,
		"state":                            outboxState,
		"revisions grow, whatever is done": growingRevisions,
	})
}

func newerChange(h *harness) {
	h.store1("s", 1)
	first := h.lease(base, 10)
	h.commit(commitOf("s", 1))
	h.ok(h.store.Done(h.ctx, first))
	second := h.lease(base, 10)
	equal(h, "entries", idsOf(second), []string{"s"})
	if second[0].Revision <= first[0].Revision {
		h.Fatalf("revision %d after %d", second[0].Revision, first[0].Revision)
	}
	h.ok(h.store.Done(h.ctx, second))
	equal(h, "left", len(h.lease(base*2, 10)), 0)
}

func lateWorker(h *harness) {
	h.store1("s", 1)
	slow := h.lease(base, 10)
	h.commit(commitOf("s", 1))
	quick := h.lease(base+5_000, 10)
	equal(h, "the lease had ended", len(quick), 1)
	h.ok(h.store.Done(h.ctx, slow))
	h.ok(h.store.Fail(h.ctx, slow[0], "too late", base*2))
	equal(h, "still held", len(h.lease(base+5_001, 10)), 0)
	equal(h, "nothing failed", must[replay.OutboxState](h)(h.store.OutboxState(h.ctx)).Failing, int64(0))
	h.ok(h.store.Done(h.ctx, quick))
	equal(h, "left", len(h.lease(base*3, 10)), 0)
	h.ok(h.store.Fail(h.ctx, slow[0], "much too late", base*2))
	equal(h, "nothing comes back", must[replay.OutboxState](h)(h.store.OutboxState(h.ctx)).Pending, int64(0))
}

func failKeeps(h *harness) {
	h.store1("s", 1)
	p := h.lease(base, 10)[0]
	h.ok(h.store.Fail(h.ctx, p, "engine \x00 down "+strings.Repeat("é", 5_000), base+60_000))
	equal(h, "not yet", len(h.lease(base+59_999, 10)), 0)
	again := h.lease(base+60_000, 10)
	equal(h, "later", idsOf(again), []string{"s"})
	equal(h, "attempts", again[0].Attempts, 1)
	h.ok(h.store.Fail(h.ctx, again[0], "again", base+120_000))
	equal(h, "attempts", h.lease(base+120_000, 10)[0].Attempts, 2)
}

func failNewer(h *harness) {
	h.store1("s", 1)
	p := h.lease(base, 10)[0]
	h.commit(commitOf("s", 1))
	h.ok(h.store.Fail(h.ctx, p, "down", base+60_000))
	h.commit(commitOf("s", 2))
	equal(h, "a change does not hurry it", len(h.lease(base+59_999, 10)), 0)
	again := h.lease(base+60_000, 10)[0]
	equal(h, "attempts", again.Attempts, 1)
	h.commit(commitOf("s", 3))
	h.ok(h.store.Done(h.ctx, []replay.Pending{again}))
	equal(h, "once done it starts anew", h.lease(base+60_000, 10)[0].Attempts, 0)
}

func touching(h *harness) {
	h.store1("a", 1)
	h.store1("b", 1)
	h.claim("claimed")
	h.store1("gone", 1)
	h.ok(h.store.Erase(h.ctx, "p", "gone", base))
	h.drain()
	h.ok(h.store.Touch(h.ctx, []string{"b", "nobody", "a", "b", "gone", "claimed"}, base))
	equal(h, "entries", h.drain(), []string{"a", "b", "gone"})
	h.ok(h.store.Touch(h.ctx, nil, base))
	equal(h, "none", len(h.drain()), 0)
}

func outboxState(h *harness) {
	equal(h, "empty", must[replay.OutboxState](h)(h.store.OutboxState(h.ctx)), replay.OutboxState{})
	h.store1("a", 2)
	h.store1("b", 1)
	h.drain()
	h.ok(h.store.Touch(h.ctx, []string{"a"}, base+7))
	h.ok(h.store.Touch(h.ctx, []string{"b", "a"}, base+9))
	equal(h, "waiting", must[replay.OutboxState](h)(h.store.OutboxState(h.ctx)), replay.OutboxState{Pending: 2, OldestAt: base + 7})
	first := h.lease(base*2, 1)
	h.ok(h.store.Fail(h.ctx, first[0], "down", base))
	equal(h, "failing", must[replay.OutboxState](h)(h.store.OutboxState(h.ctx)), replay.OutboxState{Pending: 2, Failing: 1, OldestAt: base + 7})
	first = h.lease(base*2, 1)
	h.ok(h.store.Touch(h.ctx, []string{"a"}, base+20))
	h.ok(h.store.Done(h.ctx, first))
	equal(h, "the newer change waits since it came", must[replay.OutboxState](h)(h.store.OutboxState(h.ctx)), replay.OutboxState{Pending: 2, OldestAt: base + 9})
}

// growingRevisions matters to a worker whose lease ended: what it reports must never
// match a later change.
func growingRevisions(h *harness) {
	h.store1("s", 1)
	last := int64(-1)
	for i, change := range []func() error{
		func() error { return nil },
		func() error { return h.store.Touch(h.ctx, []string{"s"}, base) },
		func() error { return h.store.CommitSeal(h.ctx, sealing("s", 0, 1), base) },
		func() error { h.commit(commitOf("s", 1)); return nil },
		func() error { return h.store.Erase(h.ctx, "p", "s", base) },
		func() error { return h.store.Touch(h.ctx, []string{"s"}, base) },
	} {
		h.ok(change())
		got := h.lease(base*2, 1)
		equal(h, "entries", len(got), 1)
		if got[0].Revision <= last {
			h.Fatalf("change %d: revision %d after %d", i, got[0].Revision, last)
		}
		last = got[0].Revision
		h.ok(h.store.Done(h.ctx, got))
	}
}
