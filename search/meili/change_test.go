package meili

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/search"
)

// openBeside opens another process's view of a server, with a clock that stands still.
func openBeside(t *testing.T, url string) (*Index, *clock) {
	t.Helper()
	x := openAt(t, url, "", "t")
	c := &clock{t: time.Date(2026, 7, 10, 0, 0, 0, 0, time.UTC)}
	x.now = c.now
	x.months.forget() // what Open listed at another time
	return x, c
}

// TestFakeServerMovesASession holds that a session whose start moves to another month is never missing,
// and in the end in one month only.
func TestFakeServerMovesASession(t *testing.T) {
	f, url := startFake(t)
	x, _ := openBeside(t, url)
	put(t, x, session("a", at("2026-05")), session("b", at("2026-05")))
	f.with(func() {
		f.before = func(*fakeTask) {
			ids := find(t, x, search.Request{ProjectID: "p"})
			slices.Sort(ids)
			expect(t, ids, "a b")
		}
	})
	moved := session("a", at("2026-06"))
	if err := x.Put(context.Background(), []search.Document{moved}); err != nil {
		t.Fatal(err)
	}
	f.with(func() { f.before = nil })
	if got := f.there(); got != "t-sessions-v2-202605:1 t-sessions-v2-202606:1" {
		t.Errorf("on the server: %s", got)
	}
	expect(t, find(t, x, search.Request{ProjectID: "p"}), "a b")
}

// TestFakeServerDropsEmptyMonths holds that a month goes with its last session if it is over, and
// not before.
func TestFakeServerDropsEmptyMonths(t *testing.T) {
	f, url := startFake(t)
	x, c := openBeside(t, url)
	put(t, x, session("a", at("2026-05")), session("b", at("2026-05")), session("c", at("2026-06")), session("d", at("2026-07")))
	for _, step := range []struct {
		ids  []string
		left string
	}{
		{[]string{"a", "never"}, "t-sessions-v2-202605:1 t-sessions-v2-202606:1 t-sessions-v2-202607:1"},
		{[]string{"b", "d"}, "t-sessions-v2-202606:1 t-sessions-v2-202607:0"},
		{[]string{"c"}, "t-sessions-v2-202607:0"},
	} {
		if err := x.Delete(context.Background(), step.ids); err != nil {
			t.Fatal(err)
		}
		if got := f.there(); got != step.left {
			t.Errorf("after deleting %v: %s, want %s", step.ids, got, step.left)
		}
	}
	expect(t, find(t, x, search.Request{ProjectID: "p"}), "")
	c.add(35 * 24 * time.Hour) // July is over now; the next deletion of anything takes it along
	if err := x.Delete(context.Background(), []string{"never"}); err != nil {
		t.Fatal(err)
	}
	if got := f.there(); got != "" {
		t.Errorf("left: %s", got)
	}
	put(t, x, session("a", at("2026-05"))) // and it can come back
	expect(t, find(t, x, search.Request{ProjectID: "p"}), "a")
}

// TestFakeServerDropLosesNothing lets another process put a session into a month while it is dropped:
// before it gets its other name, and after.
func TestFakeServerDropLosesNothing(t *testing.T) {
	for _, kind := range []string{"indexSwap", "indexDeletion"} {
		f, url := startFake(t)
		x, _ := openBeside(t, url)
		other, _ := openBeside(t, url)
		put(t, other, session("a", at("2026-05")))
		f.with(func() {
			f.bare = true // the server makes the month anew by itself
			f.before = func(task *fakeTask) {
				if task.kind == kind {
					f.with(func() { f.before = nil })
					put(t, other, session("late", at("2026-05")))
				}
			}
		})
		if err := x.Delete(context.Background(), []string{"a"}); err != nil {
			t.Fatal(err)
		}
		f.with(func() { f.before = nil })
		expect(t, find(t, x, search.Request{ProjectID: "p"}), "late")
		if got := f.there(); got != "t-sessions-v2-202605:1" {
			t.Errorf("%s: left %s", kind, got)
		}
		if made := len(f.asked("PATCH")); made != 2 && kind == "indexDeletion" {
			t.Errorf("%s: settings were applied %d times, want again for the month that was made anew", kind, made)
		}
	}
}

// TestFakeServerEndsADropOfAnother holds that Open puts back what a process that died while it dropped
// a month left away.
func TestFakeServerEndsADropOfAnother(t *testing.T) {
	f, url := startFake(t)
	x, _ := openBeside(t, url)
	put(t, x, session("a", at("2026-05")), session("b", at("2026-05")))
	f.with(func() {
		f.bare = true
		f.indexes["t-sessions-v2-202605-drop"] = f.indexes["t-sessions-v2-202605"]
		delete(f.indexes, "t-sessions-v2-202605")
	})
	y := openAt(t, url, "", "t")
	expect(t, find(t, y, search.Request{ProjectID: "p"}), "b a")
	if got := f.there(); got != "t-sessions-v2-202605:2" {
		t.Errorf("left: %s", got)
	}
}

// TestFakeServerDeletesWhatIsStillToCome holds that a session which a dead process had sent does not
// come back behind its deletion.
func TestFakeServerDeletesWhatIsStillToCome(t *testing.T) {
	f, url := startFake(t)
	x, _ := openBeside(t, url)
	dead, _ := openBeside(t, url)
	put(t, dead, session("a", at("2026-05")))
	ctx, die := context.WithCancel(context.Background())
	f.with(func() {
		f.polls = 1000 // the server is busy
		f.fail = nil
	})
	go func() {
		for len(f.asked("GET /tasks/")) == 0 {
			select {
			case <-t.Context().Done():
			case <-time.After(time.Millisecond):
			}
		}
		die()
	}()
	if err := dead.Put(ctx, []search.Document{session("zombie", at("2026-05"))}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	f.with(func() { f.polls = 0 })
	if err := x.Delete(context.Background(), []string{"zombie"}); err != nil {
		t.Fatal(err)
	}
	f.with(func() { f.work(len(f.tasks)) })
	expect(t, find(t, x, search.Request{ProjectID: "p"}), "a")
}

// TestFakeServerSeesMonthsOfOthers holds that what another process puts into a new month is found
// within a second, and that a month which it dropped is no error.
func TestFakeServerSeesMonthsOfOthers(t *testing.T) {
	_, url := startFake(t)
	x, c := openBeside(t, url)
	other, _ := openBeside(t, url)
	put(t, x, session("a", at("2026-04")))
	expect(t, find(t, x, search.Request{ProjectID: "p"}), "a")
	put(t, other, session("b", at("2026-06")), session("c", at("2026-05")))
	c.add(listedFor)
	r := search.Request{ProjectID: "p", WithTotal: true, WithFacet: true}
	expect(t, find(t, x, r), "b c a")
	if err := other.Delete(context.Background(), []string{"b", "c"}); err != nil {
		t.Fatal(err)
	}
	expect(t, find(t, x, r), "a") // the list still has both months
}

// TestFakeServerDropsEarlierVersions holds that indexes which nobody keeps up to date go.
func TestFakeServerDropsEarlierVersions(t *testing.T) {
	f, url := startFake(t)
	f.with(func() {
		for _, uid := range []string{"t-sessions-v1", "t-sessions-v1-next", "t-sessions-v1-202605", "t-sessions-v10", "t-sessions-vx", "tt-sessions-v1", "t-sessions-v1x"} {
			f.create(uid)
		}
	})
	x := openAt(t, url, "", "t")
	if !x.Fresh() || !strings.Contains(f.there(), "t-sessions-v1:0") {
		t.Errorf("an index without sessions is fresh, and leaves the earlier version: %s", f.there())
	}
	put(t, x, session("a", at("2026-05")))
	if openAt(t, url, "", "t").Fresh() {
		t.Error("an index with sessions is not fresh")
	}
	if got := f.there(); got != "t-sessions-v10:0 t-sessions-v1x:0 t-sessions-v2-202605:1 t-sessions-vx:0 tt-sessions-v1:0" {
		t.Errorf("left: %s", got)
	}
}
