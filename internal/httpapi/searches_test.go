package httpapi_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

type savedSearch struct {
	ID, Name, Query, Period, Sort, CreatedBy string
	CreatedAt, UpdatedAt, Count              int64
}

type savedList struct{ Items []savedSearch }

// save saves a search that must be taken.
func (w *world) save(name, query, period string) savedSearch {
	w.t.Helper()
	var made savedSearch
	w.want(201, call{method: "POST", path: "/api/v1/searches", as: "shop/member", body: map[string]string{"name": name, "query": query, "period": period}}, &made)
	return made
}

// keep stores a search as it is, also one that the API would refuse.
func (w *world) keep(s search.Saved) {
	w.t.Helper()
	s.ProjectID, s.Sort = "shop", search.SortNewest
	w.check(w.store.AddSavedSearch(w.t.Context(), s))
}

// counts lists the saved searches as "name count".
func (w *world) counts(query string) string {
	w.t.Helper()
	var got savedList
	w.want(200, call{method: "GET", path: "/api/v1/searches" + query, as: "shop/viewer"}, &got)
	var all []string
	for _, s := range got.Items {
		all = append(all, fmt.Sprint(s.Name, " ", s.Count))
	}
	return strings.Join(all, ", ")
}

func TestSavedSearches(t *testing.T) {
	w := newWorld(t)
	w.record("shop")
	w.record("shop")
	w.indexed()
	made := w.save(" 오류 ", "error:TypeError", "7d")
	if made.Name != "오류" || made.Query != "error:TypeError" || made.Period != "7d" || made.Sort != "newest" || made.Count != 2 || made.CreatedAt == 0 || !strings.HasPrefix(made.CreatedBy, "tok_") {
		t.Errorf("made %+v", made)
	}
	w.save("all", "", "")
	w.save("nothing", "-error:*", "1h")
	if got := w.counts(""); got != "all 2, nothing 0, 오류 2" {
		t.Errorf("counts %q", got)
	}
	path := "/api/v1/searches/" + made.ID
	var changed savedSearch
	w.want(200, call{method: "PUT", path: path, as: "shop/member", body: `{"name":"errors","query":"browser:nothing","sort":"oldest"}`}, &changed)
	if changed.ID != made.ID || changed.Name != "errors" || changed.Period != "" || changed.Sort != "oldest" || changed.Count != 0 || changed.CreatedAt != made.CreatedAt || changed.CreatedBy != made.CreatedBy {
		t.Errorf("changed %+v", changed)
	}
	w.refused(409, "exists", call{method: "PUT", path: path, as: "shop/member", body: `{"name":"all"}`})
	w.refused(409, "exists", call{method: "POST", path: "/api/v1/searches", as: "shop/member", body: `{"name":"all"}`})
	for _, c := range []call{{method: "PUT", path: path, body: `{"name":"mine"}`}, {method: "DELETE", path: path}, {method: "PUT", path: "/api/v1/searches/x%2fy", body: `{"name":"x"}`}} {
		c.as = "other/admin"
		w.refused(404, "not-found", c)
		c.path += "?project=shop"
		w.refused(404, "not-found", c)
	}
	var others savedList
	w.want(200, call{method: "GET", path: "/api/v1/searches", as: "other/admin"}, &others)
	if len(others.Items) != 0 {
		t.Errorf("another project sees %+v", others.Items)
	}
	w.want(204, call{method: "DELETE", path: path, as: "shop/member"}, nil)
	w.refused(404, "not-found", call{method: "DELETE", path: path, as: "shop/member"})
}

func TestBadSavedSearches(t *testing.T) {
	w := newWorld(t)
	post := func(body any) call {
		return call{method: "POST", path: "/api/v1/searches", as: "shop/member", body: body}
	}
	for _, body := range []any{``, `[]`, `{}`, `{"name":" "}`, `{"name":"a\nb"}`, `{"name":"x","color":"red"}`, `{"name":"x","sort":"best"}`, `{"name":"x","query":5}`,
		`{"name":"x","period":"7"}`, `{"name":"x","period":"-7d"}`, `{"name":"x","period":"0d"}`, `{"name":"x","period":"7 d"}`, `{"name":"x","period":"999999d"}`,
		map[string]string{"name": strings.Repeat("가", 81)}, `{"name":"a\u0000"}`} {
		w.refused(400, "invalid", post(body))
	}
	if p := w.refused(400, "bad-query", post(`{"name":"x","query":"browzer:Safari"}`)); p.Code != "unknown-key" {
		t.Errorf("problem %+v", p)
	}
	w.refused(400, "bad-query", post(map[string]string{"name": "x", "query": strings.Repeat("x", 3000)}))
	w.refused(400, "invalid", call{method: "GET", path: "/api/v1/searches?tz=Nowhere", as: "shop/viewer"})
	w.want(201, post(map[string]string{"name": strings.Repeat("가", 80), "period": "all"}), nil)
	for i := range search.SavedPerProjectMax - 1 {
		w.keep(search.Saved{ID: fmt.Sprint(i), Name: fmt.Sprint(i)})
	}
	w.refused(409, "too-many", post(`{"name":"one too many"}`))
}

// What was saved by a version whose language was another one is shown, and not counted.
func TestSavedSearchThatIsRefused(t *testing.T) {
	w := newWorld(t)
	w.keep(search.Saved{ID: "old", Name: "old", Query: "colour:red"})
	w.keep(search.Saved{ID: "odd", Name: "odd", Period: "soon"})
	if got := w.counts(""); got != "odd -1, old -1" {
		t.Errorf("counts %q", got)
	}
}

// countingIndex counts how often it is asked, and how often at once.
type countingIndex struct {
	search.Index
	mu         sync.Mutex
	asked      []search.Request
	now, most  int
	hold       chan struct{} // if not nil, searches wait for it
	failsAfter int           // searches; 0: never
	pages      func(r search.Request) search.Result
}

func (x *countingIndex) Search(ctx context.Context, r search.Request) (search.Result, error) {
	x.mu.Lock()
	x.asked = append(x.asked, r)
	n := len(x.asked)
	x.now++
	x.most = max(x.most, x.now)
	x.mu.Unlock()
	defer func() { x.mu.Lock(); x.now--; x.mu.Unlock() }()
	if x.hold != nil {
		select {
		case <-x.hold:
		case <-ctx.Done():
			return search.Result{}, ctx.Err()
		}
	}
	if x.failsAfter > 0 && n > x.failsAfter {
		return search.Result{}, search.ErrUnavailable
	}
	if x.pages != nil {
		return x.pages(r), nil
	}
	return x.Index.Search(ctx, r)
}

func (x *countingIndex) count() int { x.mu.Lock(); defer x.mu.Unlock(); return len(x.asked) }

// A list that many people watch is counted once for all of them, some searches at a time,
// and the same search only once.
func TestSavedCountsAreBounded(t *testing.T) {
	var index *countingIndex
	w := newWorld(t, func(d *httpapi.Deps) { index = &countingIndex{Index: d.Index}; d.Index = index })
	for i := range 20 {
		w.keep(search.Saved{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Query: fmt.Sprintf("clicks:>%d", i/2), Period: "7d"})
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if a, err := w.try(call{method: "GET", path: "/api/v1/searches", as: "shop/viewer"}); err != nil || a.status != 200 {
				t.Errorf("%v, %d", err, a.status)
			}
		})
	}
	all.Wait()
	if got := index.count(); got != 10 || index.most > 4 {
		t.Errorf("%d searches, %d at once, want 10 and at most 4", got, index.most)
	}
	if r := index.asked[0]; r.Limit != 1 || !r.WithTotal || r.WithFacet || r.From == 0 || r.ProjectID != "shop" {
		t.Errorf("asked for more than a count of the project: %+v", r)
	}
	w.clock.add(4 * time.Second)
	w.counts("?tz=Asia/Seoul")
	w.counts("?tz=Asia/Seoul")
	if got := index.count(); got != 20 {
		t.Errorf("%d searches after the counts were too old, want 20", got)
	}
}

// An engine that does not answer keeps nobody from seeing what is saved.
func TestSavedCountsOfASlowEngine(t *testing.T) {
	w := newWorld(t, func(d *httpapi.Deps) { d.Index = &countingIndex{Index: d.Index, hold: make(chan struct{})} })
	w.keep(search.Saved{ID: "a", Name: "a"})
	if got := w.counts(""); got != "a -1" {
		t.Errorf("counts %q", got)
	}
}

// A day is a day where the person is: 2026-05-02 in Seoul begins at 15:00 of the day before in UTC.
func TestDaysOfATimeZone(t *testing.T) {
	w := newWorld(t)
	moment := func(text string) int64 {
		at, err := time.Parse(time.RFC3339, text)
		w.check(err)
		return at.UnixMilli()
	}
	w.fill(filled{id: idOf(1), at: moment("2026-05-01T14:59:59Z")}, filled{id: idOf(2), at: moment("2026-05-01T15:00:00Z")},
		filled{id: idOf(3), at: moment("2026-05-02T14:59:59Z")}, filled{id: idOf(4), at: moment("2026-05-02T15:00:00Z")})
	w.indexed()
	for query, want := range map[string][]string{
		"&tz=Asia/Seoul&sort=oldest": {idOf(2), idOf(3)}, "&tz=Asia/Seoul": {idOf(3), idOf(2)}, "&sort=oldest": {idOf(3), idOf(4)},
		"&tz=UTC&sort=oldest": {idOf(3), idOf(4)}, "&tz=America/New_York&sort=oldest": {idOf(3), idOf(4)},
		"%20sort:oldest&sort=newest&tz=Asia/Seoul": {idOf(2), idOf(3)}, // what was typed wins
	} {
		if got := w.found("q=started:2026-05-02" + query); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	w.keep(search.Saved{ID: "day", Name: "day", Query: "started:2026-05-01"})
	if utc, seoul := w.counts(""), w.counts("?tz=Asia/Seoul"); utc != "day 2" || seoul != "day 1" {
		t.Errorf("counts %q in UTC, %q in Seoul", utc, seoul)
	}
}

// found pages through a list of sessions and returns all ids.
func (w *world) found(query string) []string {
	w.t.Helper()
	var ids []string
	for cursor := ""; ; {
		var page sessionList
		w.want(200, call{method: "GET", path: "/api/v1/sessions?" + query + "&cursor=" + url.QueryEscape(cursor), as: "shop/viewer"}, &page)
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			return ids
		}
	}
}

// The whole set can be paged through, far beyond what one answer holds, in each order.
func TestPagingThroughAll(t *testing.T) {
	w := newWorld(t)
	sessions := crowd(634, time.Now().UnixMilli())
	sessions[100].at, sessions[101].at = sessions[102].at, sessions[102].at // begun in the same ms
	w.fill(sessions...)
	w.indexed()
	newest, oldest := w.found("limit=200"), w.found("limit=150&sort=oldest")
	if len(newest) != 634 || len(oldest) != 634 {
		t.Fatalf("%d and %d sessions, want 634", len(newest), len(oldest))
	}
	seen := map[string]bool{}
	for _, id := range newest {
		seen[id] = true
	}
	if len(seen) != 634 || newest[0] != sessions[633].id || oldest[0] != sessions[0].id {
		t.Errorf("%d different sessions, the newest %s, the oldest %s", len(seen), newest[0], oldest[0])
	}
	if got := w.found("limit=200&sort=relevance&q=" + url.QueryEscape("결제")); len(got) != 159 {
		t.Errorf("%d sessions by relevance, want 159", len(got))
	}
}

// What is one typo away is found where nothing else is, and said to be.
func TestTypos(t *testing.T) {
	w := newWorld(t)
	w.fill(filled{at: 1_000_000, moments: []replay.Moment{{At: 1_000_000, Kind: "error", Label: "payment rejected", Data: []byte(`{"message":"payment rejected"}`)}}})
	w.indexed()
	for query, want := range map[string]string{"q=paymnet": "1 true", "q=paymnet&exact=true": "0 false", "q=payment": "1 false", "q=%22paymnet%22": "0 false"} {
		var got struct {
			sessionList
			Typos bool
		}
		w.want(200, call{method: "GET", path: "/api/v1/sessions?" + query, as: "shop/viewer"}, &got)
		if s := fmt.Sprint(len(got.Items), " ", got.Typos); s != want {
			t.Errorf("%s: %s, want %s", query, s, want)
		}
	}
}

// Advice on a query comes with what it found.
func TestNotes(t *testing.T) {
	w := newWorld(t)
	var got struct {
		Notes []struct {
			Position, End int
			Code, Text    string
		}
	}
	w.want(200, call{method: "GET", path: "/api/v1/sessions?q=login%20or%20checkout", as: "shop/viewer"}, &got)
	if len(got.Notes) != 1 || got.Notes[0].Code != "lower-or" || got.Notes[0].Position != 6 || got.Notes[0].End != 8 || got.Notes[0].Text == "" {
		t.Errorf("notes %+v", got.Notes)
	}
}

// FuzzQueryStaysInProject: whatever is asked, nothing of another project is found, counted, suggested or exported.
func FuzzQueryStaysInProject(f *testing.F) {
	for _, q := range []string{"", "null OR -x", `" OR "`, "null) OR (null", "error:* OR browser:*", `projectId:shop`, `") OR projectId = "shop" OR ("`, "tag:[a,b] -trait.plan:pro",
		"a\" AND NOT b", "id:" + idOf(1), "user-1*", "결제 OR 결제를*", "sort:oldest typeerorr", "browser:c", "trait.", "url:/*", "-clicks:<0", "x:\x1f\x02"} {
		f.Add(q)
	}
	w := newWorld(f)
	w.fill(crowd(40, time.Now().UnixMilli())...) // of shop alone
	w.indexed()
	ask := func(t *testing.T, path string) string {
		a, err := w.try(call{method: "GET", path: path, as: "other/viewer"})
		if err != nil || a.status != 200 && a.status != 400 {
			t.Fatalf("%s: %d %v", path, a.status, err)
		}
		if a.status == 400 {
			return ""
		}
		return string(a.body)
	}
	f.Fuzz(func(t *testing.T, q string) {
		asked := "q=" + url.QueryEscape(q)
		list := ask(t, "/api/v1/sessions?total=true&facets=true&"+asked)
		if list != "" && (!strings.Contains(list, `"items":[]`) || !strings.Contains(list, `"total":0`) || regexp.MustCompile(`"facets":\{[^]]*:[1-9]`).MatchString(list)) {
			t.Errorf("%q finds %s", q, list)
		}
		if file := ask(t, "/api/v1/sessions/export?format=ndjson&"+asked); file != "" {
			t.Errorf("%q exports %s", q, file)
		}
		if items := ask(t, "/api/v1/search/complete?"+asked); strings.Contains(items, `"count"`) {
			t.Errorf("%q suggests %s", q, items)
		}
	})
}
