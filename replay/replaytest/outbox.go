package replaytest

import (
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

// lease takes up to limit entries for a second.
func (h *harness) lease(now int64, limit int) []replay.Pending {
	h.Helper()
	return storetest.Must[[]replay.Pending](h)(h.Store.Lease(h.Ctx, now, 1_000, limit))
}

func testOutbox(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"changes of a session are one entry": func(h *harness) {
			h.store1("s", 3)
			got := h.lease(base, 10)
			storetest.Equal(h, "entries", idsOf(got), []string{"s"})
			storetest.Equal(h, "project and attempts", []any{got[0].ProjectID, got[0].Attempts}, []any{"p", 0})
		},
		"a lease holds until it ends": func(h *harness) {
			h.store1("s", 1)
			storetest.Equal(h, "first", len(h.lease(base, 10)), 1)
			storetest.Equal(h, "held", len(h.lease(base+999, 10)), 0)
			storetest.Equal(h, "ended", len(h.lease(base+1_000, 10)), 1)
		},
		"a limited lease takes the oldest": func(h *harness) {
			for i, id := range []string{"c", "a", "b"} {
				h.claim(id)
				h.commit(commitOf(id, int64(i)))
			}
			storetest.Equal(h, "first", idsOf(h.lease(base*2, 1)), []string{"c"})
			storetest.Equal(h, "second", idsOf(h.lease(base*2, 1)), []string{"a"})
			storetest.Equal(h, "rest", idsOf(h.lease(base*2, 5)), []string{"b"})
			storetest.Equal(h, "none", len(h.lease(base*2, 5)), 0)
		},
		"done removes": func(h *harness) {
			h.store1("s", 1)
			h.store1("r", 1)
			got := h.lease(base, 10)
			h.OK(h.Store.Done(h.Ctx, got))
			h.OK(h.Store.Done(h.Ctx, got))
			h.OK(h.Store.Done(h.Ctx, nil))
			storetest.Equal(h, "left", len(h.lease(base*2, 10)), 0)
			storetest.Equal(h, "state", storetest.Must[replay.OutboxState](h)(h.Store.OutboxState(h.Ctx)), replay.OutboxState{})
		},
		"a newer change stays and is free again": newerChange,
		"a newer change does not break a lease": func(h *harness) {
			h.store1("s", 1)
			h.lease(base, 10)
			h.commit(commitOf("s", 1))
			storetest.Equal(h, "held", len(h.lease(base+1, 10)), 0)
		},
		"who comes late disturbs nobody":   lateWorker,
		"fail keeps for later":             failKeeps,
		"fail counts with a newer change":  failNewer,
		"failures are listed and retried":  listedFailures,
		"touch":                            touching,
		"state":                            outboxState,
		"revisions grow, whatever is done": growingRevisions,
	})
}

func newerChange(h *harness) {
	h.store1("s", 1)
	first := h.lease(base, 10)
	h.commit(commitOf("s", 1))
	h.OK(h.Store.Done(h.Ctx, first))
	second := h.lease(base, 10)
	storetest.Equal(h, "entries", idsOf(second), []string{"s"})
	if second[0].Revision <= first[0].Revision {
		h.Fatalf("revision %d after %d", second[0].Revision, first[0].Revision)
	}
	h.OK(h.Store.Done(h.Ctx, second))
	storetest.Equal(h, "left", len(h.lease(base*2, 10)), 0)
}

func lateWorker(h *harness) {
	h.store1("s", 1)
	slow := h.lease(base, 10)
	h.commit(commitOf("s", 1))
	quick := h.lease(base+5_000, 10)
	storetest.Equal(h, "the lease had ended", len(quick), 1)
	h.OK(h.Store.Done(h.Ctx, slow))
	h.OK(h.Store.Fail(h.Ctx, slow[0], "too late", base*2))
	storetest.Equal(h, "still held", len(h.lease(base+5_001, 10)), 0)
	storetest.Equal(h, "nothing failed", storetest.Must[replay.OutboxState](h)(h.Store.OutboxState(h.Ctx)).Failing, int64(0))
	h.OK(h.Store.Done(h.Ctx, quick))
	storetest.Equal(h, "left", len(h.lease(base*3, 10)), 0)
	h.OK(h.Store.Fail(h.Ctx, slow[0], "much too late", base*2))
	storetest.Equal(h, "nothing comes back", storetest.Must[replay.OutboxState](h)(h.Store.OutboxState(h.Ctx)).Pending, int64(0))
}

func failKeeps(h *harness) {
	h.store1("s", 1)
	p := h.lease(base, 10)[0]
	h.OK(h.Store.Fail(h.Ctx, p, "engine \x00 down "+strings.Repeat("é", 5_000), base+60_000))
	storetest.Equal(h, "not yet", len(h.lease(base+59_999, 10)), 0)
	again := h.lease(base+60_000, 10)
	storetest.Equal(h, "later", idsOf(again), []string{"s"})
	storetest.Equal(h, "attempts", again[0].Attempts, 1)
	h.OK(h.Store.Fail(h.Ctx, again[0], "again", base+120_000))
	storetest.Equal(h, "attempts", h.lease(base+120_000, 10)[0].Attempts, 2)
}

func listedFailures(h *harness) {
	none := storetest.Must[[]replay.Failure](h)(h.Store.Failures(h.Ctx, 10))
	storetest.Equal(h, "none", len(none), 0)
	for i, id := range []string{"b", "a", "fine"} {
		h.claim(id)
		h.commit(commitOf(id, int64(i)))
	}
	for _, p := range h.lease(base*2, 10) {
		if p.SessionID != "fine" {
			h.OK(h.Store.Fail(h.Ctx, p, "down", base*3))
		}
	}
	got := storetest.Must[[]replay.Failure](h)(h.Store.Failures(h.Ctx, 10))
	storetest.Equal(h, "failures, longest waiting first", got, []replay.Failure{
		{SessionID: "b", ProjectID: "p", Attempts: 1, Why: "down", Since: base + 4_500, RetryAt: base * 3},
		{SessionID: "a", ProjectID: "p", Attempts: 1, Why: "down", Since: base + 9_500, RetryAt: base * 3},
	})
	storetest.Equal(h, "limited", len(storetest.Must[[]replay.Failure](h)(h.Store.Failures(h.Ctx, 1))), 1)
	storetest.Equal(h, "not yet", len(h.lease(base*3-1, 10)), 1) // the lease of the one that is fine has ended
	storetest.Equal(h, "retried", storetest.Must[int64](h)(h.Store.RetryFailures(h.Ctx, base*2)), int64(2))
	storetest.Equal(h, "again", storetest.Must[int64](h)(h.Store.RetryFailures(h.Ctx, base*2)), int64(0))
	storetest.Equal(h, "at once", idsOf(h.lease(base*2, 10)), []string{"a", "b"})
}

func failNewer(h *harness) {
	h.store1("s", 1)
	p := h.lease(base, 10)[0]
	h.commit(commitOf("s", 1))
	h.OK(h.Store.Fail(h.Ctx, p, "down", base+60_000))
	h.commit(commitOf("s", 2))
	storetest.Equal(h, "a change does not hurry it", len(h.lease(base+59_999, 10)), 0)
	again := h.lease(base+60_000, 10)[0]
	storetest.Equal(h, "attempts", again.Attempts, 1)
	h.commit(commitOf("s", 3))
	h.OK(h.Store.Done(h.Ctx, []replay.Pending{again}))
	storetest.Equal(h, "once done it starts anew", h.lease(base+60_000, 10)[0].Attempts, 0)
}

func touching(h *harness) {
	h.store1("a", 1)
	h.store1("b", 1)
	h.claim("claimed")
	h.store1("gone", 1)
	h.OK(h.Store.Erase(h.Ctx, "p", "gone", base))
	h.drain()
	h.OK(h.Store.Touch(h.Ctx, []string{"b", "nobody", "a", "b", "gone", "claimed"}, base))
	storetest.Equal(h, "entries", h.drain(), []string{"a", "b", "gone"})
	h.OK(h.Store.Touch(h.Ctx, nil, base))
	storetest.Equal(h, "none", len(h.drain()), 0)
}

func outboxState(h *harness) {
	storetest.Equal(h, "empty", storetest.Must[replay.OutboxState](h)(h.Store.OutboxState(h.Ctx)), replay.OutboxState{})
	h.store1("a", 2)
	h.store1("b", 1)
	h.drain()
	h.OK(h.Store.Touch(h.Ctx, []string{"a"}, base+7))
	h.OK(h.Store.Touch(h.Ctx, []string{"b", "a"}, base+9))
	storetest.Equal(h, "waiting", storetest.Must[replay.OutboxState](h)(h.Store.OutboxState(h.Ctx)), replay.OutboxState{Pending: 2, OldestAt: base + 7})
	first := h.lease(base*2, 1)
	h.OK(h.Store.Fail(h.Ctx, first[0], "down", base))
	storetest.Equal(h, "failing", storetest.Must[replay.OutboxState](h)(h.Store.OutboxState(h.Ctx)), replay.OutboxState{Pending: 2, Failing: 1, OldestAt: base + 7})
	first = h.lease(base*2, 1)
	h.OK(h.Store.Touch(h.Ctx, []string{"a"}, base+20))
	h.OK(h.Store.Done(h.Ctx, first))
	storetest.Equal(h, "the newer change waits since it came", storetest.Must[replay.OutboxState](h)(h.Store.OutboxState(h.Ctx)), replay.OutboxState{Pending: 2, OldestAt: base + 9})
}

// growingRevisions matters to a worker whose lease ended: what it reports must never
// match a later change.
func growingRevisions(h *harness) {
	h.store1("s", 1)
	last := int64(-1)
	for i, change := range []func() error{
		func() error { return nil },
		func() error { return h.Store.Touch(h.Ctx, []string{"s"}, base) },
		func() error { return h.Store.CommitSeal(h.Ctx, sealing("s", 0, 1), base) },
		func() error { h.commit(commitOf("s", 1)); return nil },
		func() error { return h.Store.Erase(h.Ctx, "p", "s", base) },
		func() error { return h.Store.Touch(h.Ctx, []string{"s"}, base) },
	} {
		h.OK(change())
		got := h.lease(base*2, 1)
		storetest.Equal(h, "entries", len(got), 1)
		if got[0].Revision <= last {
			h.Fatalf("change %d: revision %d after %d", i, got[0].Revision, last)
		}
		last = got[0].Revision
		h.OK(h.Store.Done(h.Ctx, got))
	}
}
