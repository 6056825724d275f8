package meili

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// TestConformance runs against a real server.
func TestConformance(t *testing.T) {
	url := os.Getenv("AFTERIMAGE_TEST_MEILI_URL")
	if url == "" {
		t.Skip("AFTERIMAGE_TEST_MEILI_URL is not set: no Meilisearch server to test against")
	}
	searchtest.Run(t, func(t *testing.T) search.Index {
		t.Helper()
		prefix := fmt.Sprintf("test-%d-%d", time.Now().UnixNano(), rand.Uint32())
		x := openAt(t, url, os.Getenv("AFTERIMAGE_TEST_MEILI_KEY"), prefix)
		t.Cleanup(func() {
			if err := errors.Join(x.drop(context.Background(), x.uid), x.drop(context.Background(), x.nextUID())); err != nil {
				t.Error(err)
			}
		})
		return x
	})
}

// TestFakeServerConformance runs the suite against the fake: it shows that what the adapter
// asks for means the query, not that a real server answers so.
func TestFakeServerConformance(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Index {
		_, url := startFake(t)
		return openAt(t, url, "", "t")
	})
}

func openAt(t *testing.T, url, key, prefix string) *Index {
	t.Helper()
	x, err := Open(context.Background(), url, key, prefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func parse(t *testing.T, q string) search.Query {
	t.Helper()
	parsed, err := search.Parse(q)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestFakeServerRetriesWhatPasses(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	failures := 3
	f.fail = func(*http.Request) (int, string) {
		if failures--; failures >= 0 {
			return http.StatusServiceUnavailable, "too_many_search_requests"
		}
		return 0, ""
	}
	if err := x.Put(context.Background(), searchtest.Documents(1, "p", 3)); err != nil {
		t.Errorf("Put while the server says 503 three times: %v", err)
	}
	if result, err := x.Search(context.Background(), search.Request{ProjectID: "p"}); err != nil || len(result.Hits) != 3 {
		t.Errorf("Search: %d hits, %v", len(result.Hits), err)
	}
}

func TestFakeServerErrorsHoldNoContent(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	for status, unavailable := range map[int]bool{http.StatusBadRequest: false, http.StatusForbidden: true} {
		f.fail = func(*http.Request) (int, string) { return status, "some_code" }
		errs := []error{x.Put(context.Background(), []search.Document{{ID: "a", ProjectID: "p", Complaints: []string{"privatewords"}}})}
		_, err := x.Search(context.Background(), search.Request{ProjectID: "p", Query: parse(t, "privatewords")})
		for _, err := range append(errs, err) {
			if err == nil || errors.Is(err, search.ErrUnavailable) != unavailable || strings.Contains(err.Error(), "privatewords") || !strings.Contains(err.Error(), "some_code") {
				t.Errorf("status %d: %v", status, err)
			}
		}
	}
}

func TestFakeServerFailedTaskIsAnError(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	f.failTask = func(kind string) string {
		if kind == "documentAdditionOrUpdate" {
			return "no_space_left_on_device"
		}
		return ""
	}
	if err := x.Put(context.Background(), searchtest.Documents(1, "p", 1)); err == nil || !strings.Contains(err.Error(), "no_space_left_on_device") {
		t.Errorf("Put with a task that fails: %v", err)
	}
}

func TestFakeServerGone(t *testing.T) {
	if _, err := Open(context.Background(), "http://127.0.0.1:1", "", "t"); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("Open with nobody there: %v, want ErrUnavailable", err)
	}
}

// TestFakeServerRequests holds what is sent: settings before documents, the project in every
// search, no field that means something else when it is zero.
func TestFakeServerRequests(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	if !x.Fresh() || openAt(t, url, "", "t").Fresh() {
		t.Error("the first Open makes the index, the second finds it")
	}
	if err := x.Put(context.Background(), searchtest.Documents(1, `p" OR project EXISTS`, 2)); err != nil {
		t.Fatal(err)
	}
	f.requests = nil
	r := search.Request{ProjectID: `p" OR project EXISTS`, Query: parse(t, "-checkout"), WithTotal: true, WithFacet: true}
	if _, err := x.Search(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if len(f.requests) != 2 {
		t.Fatalf("a search makes %d requests, want one for hits and one to count", len(f.requests))
	}
	for i, request := range f.requests {
		if !strings.Contains(request, `"filter":"project = \"p70222`) || !strings.HasPrefix(request, "POST /indexes/t-sessions-v1/search ") {
			t.Errorf("request %d: %s", i, request)
		}
	}
	if hits := f.requests[0]; !strings.Contains(hits, `"limit":51`) || !strings.Contains(hits, `"sort":["startedAt:desc"]`) {
		t.Errorf("hits: %s", hits)
	}
	if count := f.requests[1]; !strings.Contains(count, `"hitsPerPage":0`) || !strings.Contains(count, `"facets.browser"`) {
		t.Errorf("count: %s", count)
	}
}

// TestRankedTail holds that relevance loses no session beyond those it ranks.
func TestFakeServerRanksAndGoesOn(t *testing.T) {
	_, url := startFake(t)
	x := openAt(t, url, "", "t")
	docs := make([]search.Document, maxRanked+150)
	for i := range docs {
		docs[i] = search.Document{ID: fmt.Sprintf("s%05d", i), ProjectID: "p", StartedAt: int64(1000 + i/3), Complaints: []string{strings.Repeat("결제 ", 1+i%4)}}
	}
	if err := x.Put(context.Background(), docs); err != nil {
		t.Fatal(err)
	}
	r := search.Request{ProjectID: "p", Query: parse(t, "결제"), Sort: search.SortRelevance, Limit: 100}
	seen := map[string]bool{}
	for range 20 {
		result, err := x.Search(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range result.Hits {
			if seen[h.ID] {
				t.Errorf("%s comes twice", h.ID)
			}
			seen[h.ID] = true
		}
		if r.Cursor = result.NextCursor; r.Cursor == "" {
			break
		}
	}
	if len(seen) != len(docs) {
		t.Errorf("%d sessions, want %d", len(seen), len(docs))
	}
}
