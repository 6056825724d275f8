package meili

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// asSent gives documents as they are in a request.
func asSent(t *testing.T, docs ...search.Document) []any {
	t.Helper()
	records, err := recordsOf(docs)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	var sent []any
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatal(err)
	}
	return sent
}

// TestFakeServerRebuildsWithoutGap searches before each task of a rebuild in which a month vanishes,
// one stays and one is new: every answer is all of the old or all of the new sessions.
func TestFakeServerRebuildsWithoutGap(t *testing.T) {
	f, url := startFake(t)
	x, _ := openBeside(t, url)
	reader, c := openBeside(t, url)
	put(t, x, session("old4", at("2026-04")), session("old5", at("2026-05")))
	seen := map[string]int{}
	f.with(func() {
		f.before = func(*fakeTask) {
			c.add(listedFor)
			seen[strings.Join(find(t, reader, search.Request{ProjectID: "p"}), " ")]++
			seen[strings.Join(find(t, x, search.Request{ProjectID: "p"}), " ")]++
		}
	})
	err := x.Rebuild(context.Background(), func(put func([]search.Document) error) error {
		return put([]search.Document{session("new5", at("2026-05")), session("new6", at("2026-06"))})
	})
	if err != nil {
		t.Fatal(err)
	}
	f.with(func() { f.before = nil })
	if len(seen) != 2 || seen["old5 old4"] == 0 || seen["new6 new5"] == 0 {
		t.Errorf("searches meanwhile found %v", seen)
	}
	if swaps := f.asked("POST /swap-indexes"); len(swaps) != 2 || strings.Count(swaps[0], `"indexes"`) != 3 {
		t.Errorf("want one swap of all months, and one that drops what is empty: %v", swaps)
	}
	expect(t, find(t, reader, search.Request{ProjectID: "p"}), "new6 new5")
	if got := f.there(); got != "t-sessions-v2-202605:1 t-sessions-v2-202606:1" {
		t.Errorf("left: %s", got)
	}
}

// TestFakeServerRebuildThatBreaks holds that a rebuild which breaks at any task leaves what was
// there, or all that is new, and that the next one works.
func TestFakeServerRebuildThatBreaks(t *testing.T) {
	for _, kind := range []string{"indexCreation", "settingsUpdate", "documentAdditionOrUpdate", "indexSwap", "indexDeletion"} {
		f, url := startFake(t)
		x, _ := openBeside(t, url)
		put(t, x, session("old", at("2026-05")))
		broken := 1
		f.with(func() {
			f.failTask = func(k string) (string, string) {
				if k == kind && broken > 0 {
					broken--
					return "failed", "internal"
				}
				return "", ""
			}
		})
		fill := func(put func([]search.Document) error) error {
			return put([]search.Document{session("new", at("2026-06"))})
		}
		if err := x.Rebuild(context.Background(), fill); err == nil || !strings.Contains(err.Error(), "internal") || broken != 0 {
			t.Errorf("%s fails: %v", kind, err)
		}
		if got := strings.Join(find(t, x, search.Request{ProjectID: "p"}), " "); got != "old" && got != "new" || got == "new" && kind != "indexDeletion" {
			t.Errorf("%s failed: found %q", kind, got)
		}
		if err := x.Rebuild(context.Background(), fill); err != nil {
			t.Errorf("after %s had failed: %v", kind, err)
		}
		expect(t, find(t, x, search.Request{ProjectID: "p"}), "new")
		if got := f.there(); got != "t-sessions-v2-202606:1" {
			t.Errorf("%s failed once: left %s", kind, got)
		}
	}
}

// TestFakeServerPutAfterFill holds that fill's function is of no use later.
func TestFakeServerPutAfterFill(t *testing.T) {
	_, url := startFake(t)
	x := openAt(t, url, "", "t")
	var late func([]search.Document) error
	if err := x.Rebuild(context.Background(), func(put func([]search.Document) error) error { late = put; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := late([]search.Document{session("a", at("2026-05"))}); err == nil {
		t.Error("put after fill returned")
	}
	var none *callError
	if errors.As(late(nil), &none) {
		t.Error("put after fill asked the server")
	}
}
