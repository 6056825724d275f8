package meili

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// TestFakeServerRetriesWhatPasses lets the server fail three times in a row, each time it is asked:
// with what a busy one answers, and by cutting the connection.
func TestFakeServerRetriesWhatPasses(t *testing.T) {
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusBadGateway, -1} {
		f, url := startFake(t)
		x := openAt(t, url, "", "t")
		x.pause = time.Millisecond
		failures := map[string]int{}
		f.with(func() {
			f.fail = func(r *http.Request) (int, string) {
				if failures[r.URL.Path]++; failures[r.URL.Path] <= 3 && r.URL.Path != "/swap-indexes" {
					return status, "too_many_search_requests"
				}
				return 0, ""
			}
		})
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		if err := x.Put(ctx, searchtest.Documents(1, "p", 3)); err != nil {
			t.Errorf("%d three times: Put: %v", status, err)
		}
		if result, err := x.Search(ctx, search.Request{ProjectID: "p"}); err != nil || len(result.Hits) != 3 {
			t.Errorf("%d three times: %d hits, %v", status, len(result.Hits), err)
		}
		stop()
	}
}

// TestFakeServerErrors holds that every error says what the server answered and what to do, and
// nothing of what is in the sessions or the query.
func TestFakeServerErrors(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	put(t, x, session("a", at("2026-05")))
	for _, c := range []struct {
		status      int
		code, says  string
		unavailable bool
	}{
		{http.StatusBadRequest, "bad_request", url + " answered 400 bad_request; the server has to be", false},
		{http.StatusForbidden, "invalid_api_key", "the key must be allowed", true},
		{http.StatusUnauthorized, "missing_authorization_header", "set the server's key", true},
		{http.StatusRequestEntityTooLarge, "payload_too_large", "http-payload-size-limit", false},
		{http.StatusInternalServerError, "internal", url + " answered 500 internal", false},
	} {
		f.with(func() { f.fail = func(*http.Request) (int, string) { return c.status, c.code } })
		ctx := context.Background()
		doc := search.Document{ID: "a", ProjectID: "p", Complaints: []string{"privatewords"}}
		_, found := x.Search(ctx, search.Request{ProjectID: "p", Query: parse(t, "privatewords")})
		_, values := x.Values(ctx, "p", "browser", "privatewords", 5)
		_, bytes := x.Bytes(ctx)
		for call, err := range map[string]error{
			"Put": x.Put(ctx, []search.Document{doc}), "Delete": x.Delete(ctx, []string{"a"}), "Search": found, "Values": values, "Bytes": bytes,
			"IDs":     x.IDs(ctx, "", func(string) error { return nil }),
			"Rebuild": x.Rebuild(ctx, func(put func([]search.Document) error) error { return put([]search.Document{doc}) }),
		} {
			if err == nil || errors.Is(err, search.ErrUnavailable) != c.unavailable || strings.Contains(err.Error(), "privatewords") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s, status %d: %v", call, c.status, err)
			}
		}
	}
}

// TestFakeServerTaskThatDoesNotSucceed holds that a task which fails, or which somebody cancels, is an
// error with the server's code.
func TestFakeServerTaskThatDoesNotSucceed(t *testing.T) {
	for status, says := range map[string]string{"failed": "it failed: no_space_left_on_device; give the server more disk", "canceled": "was canceled"} {
		f, url := startFake(t)
		x := openAt(t, url, "", "t")
		put(t, x, session("a", at("2026-05")))
		f.with(func() {
			f.failTask = func(kind string) (string, string) {
				if kind == "documentAdditionOrUpdate" || kind == "documentDeletion" {
					return status, "no_space_left_on_device"
				}
				return "", ""
			}
		})
		for call, err := range map[string]error{
			"Put":    x.Put(context.Background(), []search.Document{session("b", at("2026-05"))}),
			"Delete": x.Delete(context.Background(), []string{"a"}),
		} {
			if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "privatewords") {
				t.Errorf("%s with a task that is %s: %v", call, status, err)
			}
		}
		expect(t, find(t, x, search.Request{ProjectID: "p"}), "a")
	}
}

// TestFakeServerSlowTasks holds that tasks are waited for however often they have to be asked for, and
// no longer than the caller waits.
func TestFakeServerSlowTasks(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	f.with(func() { f.polls = 4 })
	put(t, x, session("a", at("2026-05")))
	expect(t, find(t, x, search.Request{ProjectID: "p"}), "a")
	f.with(func() { f.polls = 1 << 30 })
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	if err := x.Put(ctx, []search.Document{session("b", at("2026-05"))}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Put of a caller who does not wait: %v", err)
	}
}

// TestFakeServerMonthWithoutSettings holds that a search makes good what a process left that died
// between the server's making a month anew and its settings.
func TestFakeServerMonthWithoutSettings(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	f.with(func() {
		f.bare = true
		f.add("t-sessions-v2-202605", asSent(t, session("a", at("2026-05"))))
	})
	x.months.forget()
	expect(t, find(t, x, search.Request{ProjectID: "p", WithTotal: true}), "a")
}

func TestFakeServerKey(t *testing.T) {
	f, url := startFake(t)
	f.with(func() { f.key = "secretkey" })
	openAt(t, url, "secretkey", "t")
	if _, err := Open(context.Background(), url, "otherkey", "t"); err == nil || strings.Contains(err.Error(), "otherkey") || !strings.Contains(err.Error(), "the key must be allowed") {
		t.Errorf("Open with a wrong key: %v", err)
	}
	if _, err := Open(context.Background(), url, "", "a b"); err == nil {
		t.Error("Open with a prefix that no index can have")
	}
	for _, address := range []string{"meili:7700", "http://", "http://user:secret@host:port"} {
		if _, err := Open(context.Background(), address, "", "t"); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "http://host:7700") {
			t.Errorf("Open of the address %q: %v", address, err)
		}
	}
}

// TestNoMeilisearchThere holds what is said where nothing listens, or something else does.
func TestNoMeilisearchThere(t *testing.T) {
	begin := func(url string) error {
		x, err := newIndex(url, "", "t")
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		x.pause = time.Millisecond
		return x.begin(context.Background())
	}
	if err := begin("http://127.0.0.1:1"); !errors.Is(err, search.ErrUnavailable) || !strings.Contains(err.Error(), "check the address") {
		t.Errorf("nobody there: %v, want ErrUnavailable", err)
	}
	for status, body := range map[int]string{200: "<html>privatewords</html>", 404: "privatewords", 500: `{"code":"privatewords: 1"}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			w.Write([]byte(body))
		}))
		if err := begin(server.URL); err == nil || strings.Contains(err.Error(), "privatewords") {
			t.Errorf("something answers %d %s: %v", status, body, err)
		}
		server.Close()
	}
}

// TestFakeServerDisorder holds that a server which stopped to sort fills no page.
func TestFakeServerDisorder(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	put(t, x, session("a", at("2026-05")), session("b", at("2026-05")+1), session("c", at("2026-05")+2))
	for disorder, ok := range map[bool]bool{false: true, true: false} {
		f.with(func() { f.disorder = disorder })
		for _, sort := range []search.Sort{search.SortNewest, search.SortOldest, search.SortRelevance} {
			if _, err := x.Search(context.Background(), search.Request{ProjectID: "p", Sort: sort}); (err == nil) != ok {
				t.Errorf("%s, out of order: %v: %v", sort, disorder, err)
			}
		}
	}
}
