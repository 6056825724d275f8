package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/google/uuid"
)

type sessionList struct {
	Items []struct {
		ID      string
		Matches []struct {
			Field, Text string
			Spans       []int
		}
	}
	NextCursor string
	Total      *int
	Facets     map[string]map[string]int
	Pending    int
}

func TestListSessions(t *testing.T) {
	w := newWorld(t)
	a, b := w.record("shop"), w.record("shop")
	w.record("other")
	var got sessionList
	w.want(200, call{method: "GET", path: "/api/v1/sessions", as: "shop/viewer"}, &got)
	if len(got.Items) != 0 || got.Pending != 3 || got.Total != nil || got.Facets != nil {
		t.Errorf("before indexing: %+v", got)
	}
	w.indexed()
	got = sessionList{}
	w.want(200, call{method: "GET", path: "/api/v1/sessions?total=true&facets=true&q=" + url.QueryEscape(`error:TypeError null`), as: "shop/viewer"}, &got)
	if len(got.Items) != 2 || got.Total == nil || *got.Total != 2 || got.Pending != 0 || got.Facets == nil {
		t.Fatalf("after indexing: %+v", got)
	}
	for _, item := range got.Items {
		if (item.ID != a.session && item.ID != b.session) || len(item.Matches) == 0 || !strings.Contains(item.Matches[0].Text, "null") {
			t.Errorf("item %+v", item)
		}
	}
	w.want(200, call{method: "GET", path: "/api/v1/sessions?sort=relevance&from=1&to=2", as: "shop/viewer"}, &got)
	if len(got.Items) != 0 {
		t.Errorf("a window long ago has %d sessions", len(got.Items))
	}
}

func TestListSessionsPagesPastStaleHits(t *testing.T) {
	w := newWorld(t)
	var all []recording
	for range 7 {
		all = append(all, w.record("shop"))
	}
	w.indexed()
	// Erased in the store, while the index still knows them: the worker does not run.
	for _, r := range all[2:6] {
		w.want(204, call{method: "DELETE", path: "/api/v1/sessions/" + r.session, as: "shop/admin"}, nil)
	}
	seen := map[string]bool{}
	cursor, pages := "", 0
	for pages = 1; ; pages++ {
		var got sessionList
		w.want(200, call{method: "GET", path: "/api/v1/sessions?limit=2&cursor=" + url.QueryEscape(cursor), as: "shop/viewer"}, &got)
		if len(got.Items) == 0 && got.NextCursor != "" {
			t.Fatal("an empty page that is not the last")
		}
		for _, item := range got.Items {
			if seen[item.ID] {
				t.Errorf("%s twice", item.ID)
			}
			seen[item.ID] = true
		}
		if cursor = got.NextCursor; cursor == "" || pages > 10 {
			break
		}
	}
	if len(seen) != 3 || pages > 3 {
		t.Errorf("saw %d sessions on %d pages, want the 3 that exist on 2", len(seen), pages)
	}
}

func TestListSessionsBadParameters(t *testing.T) {
	w := newWorld(t)
	p := w.refused(400, "bad-query", call{method: "GET", path: "/api/v1/sessions?q=" + url.QueryEscape("결제 borwser:Safari"), as: "shop/viewer"})
	if p.Position == nil || *p.Position != 3 || p.End == nil || *p.End <= 3 || p.Code != "unknown-key" || strings.Join(p.Args, " ") != "borwser browser" ||
		!strings.Contains(p.Hint, "browser") || p.Detail == "" || p.Unfinished {
		t.Errorf("problem %+v, want position 3, the code unknown-key and the hint browser", p)
	}
	if p = w.refused(400, "bad-query", call{method: "GET", path: "/api/v1/sessions?q=" + url.QueryEscape(`"결제 버튼`), as: "shop/viewer"}); p.Code != "never-closed" || !p.Unfinished {
		t.Errorf("problem %+v, want never-closed and unfinished", p)
	}
	for _, q := range []string{"limit=0", "limit=201", "limit=x", "limit=-1", "from=x", "from=-1", "to=99999999999999999999", "sort=best", "total=maybe", "exact=2", "tz=Mars/Olympus", "tz=Local", "tz=../UTC", "tz=" + strings.Repeat("x", 70),
		"cursor=" + strings.Repeat("x", 600), "cursor=%00", "q=%ff", "q=" + strings.Repeat("x", 9000)} {
		w.refused(400, "invalid", call{method: "GET", path: "/api/v1/sessions?" + q, as: "shop/viewer"})
	}
	if status := w.do(call{method: "GET", path: "/api/v1/sessions?cursor=nonsense", as: "shop/viewer"}).status; status != 400 {
		t.Errorf("a cursor that no list gave: %d, want 400", status)
	}
}

func TestSearchUnavailable(t *testing.T) {
	w := newWorld(t)
	w.check(w.index.Close())
	a := w.do(call{method: "GET", path: "/api/v1/sessions", as: "shop/viewer"})
	if a.status != 503 || a.header.Get("Retry-After") == "" || !strings.Contains(string(a.body), "search-unavailable") {
		t.Errorf("%d %s", a.status, a.body)
	}
	var ready struct {
		Status string
		Parts  map[string]string
	}
	w.want(200, call{method: "GET", path: "/readyz"}, &ready)
	if ready.Status != "degraded" || ready.Parts["search"] != "unavailable" || ready.Parts["database"] != "ok" || ready.Parts["bucket"] != "ok" {
		t.Errorf("readiness %+v", ready)
	}
	w.record("shop") // recording goes on
}

func TestSessionDetailAndMoments(t *testing.T) {
	w := newWorld(t)
	r, now := w.recording("shop"), time.Now().UnixMilli()
	w.upload(r, 0, append(snapshot(now-9000), custom(now-8000, "identify", map[string]any{"id": "u1", "email": "min@example.com", "traits": map[string]any{"plan": "pro"}}))...)
	w.upload(r, 3, custom(now-1000, "error", map[string]any{"type": "TypeError", "message": "boom"}))
	var got struct {
		ID, ProjectID, State string
		User                 struct {
			ID, Email string
			Traits    map[string]string
		}
		DurationMs int64
		Tabs       []struct {
			Playable bool
			Missing  []struct{ FromSeq, ToSeq int }
		}
	}
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session, as: "shop/viewer"}, &got)
	if got.ID != r.session || got.ProjectID != "shop" || got.State != "live" || got.User.Email != "min@example.com" || got.User.Traits["plan"] != "pro" || got.DurationMs != 8000 {
		t.Errorf("session %+v", got)
	}
	if len(got.Tabs) != 1 || !got.Tabs[0].Playable || len(got.Tabs[0].Missing) != 1 || got.Tabs[0].Missing[0].FromSeq != 1 || got.Tabs[0].Missing[0].ToSeq != 2 {
		t.Errorf("tabs %+v", got.Tabs)
	}
	var moments []struct {
		At          int64
		Kind, Label string
	}
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session + "/moments", as: "shop/viewer"}, &moments)
	kinds := ""
	for _, m := range moments {
		kinds += m.Kind + " "
	}
	if !strings.Contains(kinds, "identify") || !strings.Contains(kinds, "error") {
		t.Errorf("moments %+v", moments)
	}
}

func TestEvents(t *testing.T) {
	w := newWorld(t)
	r, now := w.recording("shop"), time.Now().UnixMilli()
	first := append(snapshot(now-9000), custom(now-8000, "track", map[string]any{"name": "one", "number": json.Number("1.50")}))
	w.upload(r, 0, first...)
	w.upload(r, 1, append(snapshot(now-5000), custom(now-4000, "track", map[string]any{"name": "two"}))...)
	base := "/api/v1/sessions/" + r.session + "/events"
	offset := w.offset(r)
	for query, want := range map[string]string{
		"": "4 2 5 4 2 5", "?tab=" + r.tab: "4 2 5 4 2 5", "?tab=" + uuid.NewString(): "",
		fmt.Sprintf("?from=%d", now-8000+offset):                           "5 4 2 5",
		fmt.Sprintf("?to=%d", now-8000+offset):                             "4 2",
		fmt.Sprintf("?keyframe=true&from=%d", now-8000+offset):             "4 2 5 4 2 5",
		fmt.Sprintf("?keyframe=true&from=%d", now-4000+offset):             "4 2 5",
		fmt.Sprintf("?from=%d&to=%d", now+100000+offset, now+200000):       "",
		fmt.Sprintf("?keyframe=true&tab=%s&to=%d", r.tab, now-7000+offset): "4 2 5",
	} {
		var events []struct{ Type int }
		a := w.want(200, call{method: "GET", path: base + query, as: "shop/viewer"}, &events)
		got := ""
		for _, e := range events {
			got += fmt.Sprint(e.Type) + " "
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("%q: types %q, want %q", query, got, want)
		}
		if tab := strings.Contains(query, "tab="+r.tab); tab && a.header.Get("Afterimage-Last-Seq") != "1" {
			t.Errorf("%q: last seq %q", query, a.header.Get("Afterimage-Last-Seq"))
		}
	}
	// The bytes are those that were sent, "1.50" included.
	a := w.want(200, call{method: "GET", path: base, as: "shop/viewer"}, nil)
	if sent, err := json.Marshal(first[2]); err != nil || !strings.Contains(string(a.body), string(sent)) {
		t.Errorf("%s is not in %s", sent, a.body)
	}
	for _, q := range []string{"?from=x", "?to=-1", "?keyframe=2"} {
		w.refused(400, "invalid", call{method: "GET", path: base + q, as: "shop/viewer"})
	}
	w.want(200, call{method: "HEAD", path: base, as: "shop/viewer"}, nil)
}

// offset is what leads from the recorder's clock to the server's.
func (w *world) offset(r recording) int64 {
	w.t.Helper()
	var s struct{ ClockOffsetMs int64 }
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session, as: "shop/viewer"}, &s)
	return s.ClockOffsetMs
}

func TestEventsAreCompressed(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	path := "/api/v1/sessions/" + r.session + "/events"
	plain := w.want(200, call{method: "GET", path: path, as: "shop/viewer", header: map[string]string{"Accept-Encoding": "identity"}}, nil)
	for accept, want := range map[string]string{"gzip": "gzip", "gzip, deflate, br, zstd": "zstd", "zstd;q=0, gzip;q=0.5": "gzip", "br": "", "gzip;q=0": ""} {
		a := w.want(200, call{method: "GET", path: path, as: "shop/viewer", header: map[string]string{"Accept-Encoding": accept}}, nil)
		if got := a.header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: encoding %q, want %q", accept, got, want)
		}
		if body := unpack(t, want, a.body); body != string(plain.body) {
			t.Errorf("%q: body %.100q, want %.100q", accept, body, plain.body)
		}
	}
}

// Long lists are compressed for those who take it, and are the same then.
func TestListsAreCompressed(t *testing.T) {
	w := newWorld(t)
	for range 12 {
		w.record("shop")
	}
	w.indexed()
	list := call{method: "GET", path: "/api/v1/sessions", as: "shop/viewer", header: map[string]string{"Accept-Encoding": "identity"}}
	plain := w.want(200, list, nil)
	for _, encoding := range []string{"gzip", "zstd"} {
		list.header = map[string]string{"Accept-Encoding": encoding}
		a := w.want(200, list, nil)
		if a.header.Get("Content-Encoding") != encoding || a.header.Get("Vary") != "Accept-Encoding" || unpack(t, encoding, a.body) != string(plain.body) || len(a.body) > len(plain.body)/2 {
			t.Errorf("%s: %d of %d bytes, headers %v", encoding, len(a.body), len(plain.body), a.header)
		}
	}
}

func unpack(t *testing.T, encoding string, body []byte) string {
	t.Helper()
	switch encoding {
	case "gzip":
		return gunzip(t, body)
	case "zstd":
		d, err := zstd.NewReader(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		out, err := d.DecodeAll(body, nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	return string(body)
}

// Damage that is met half way cuts the connection: no client may take the beginning of
// a recording for the whole.
func TestEventsCutOffOnDamage(t *testing.T) {
	w := newWorld(t)
	r, now := w.recording("shop"), time.Now().UnixMilli()
	noise := make([]byte, 0, 300<<10)
	for i := 0; len(noise) < 300<<10; i++ {
		noise = fmt.Appendf(noise, "%x", i*2654435761)
	}
	w.upload(r, 0, append(snapshot(now-9000), custom(now-8000, "track", map[string]any{"name": string(noise)}))...)
	w.upload(r, 1, custom(now-4000, "track", map[string]any{"name": "two"}))
	batch, err := w.store.Batch(t.Context(), r.session, r.tab, 1)
	w.check(err)
	name := filepath.Join(w.folder, filepath.FromSlash(batch.Pack))
	pack, err := os.ReadFile(name)
	w.check(err)
	pack[batch.Offset+batch.Length-5] ^= 1
	w.check(os.WriteFile(name, pack, 0o600))
	for _, accept := range []string{"identity", "gzip", "zstd"} {
		a, err := w.try(call{method: "GET", path: "/api/v1/sessions/" + r.session + "/events", as: "shop/viewer", header: map[string]string{"Accept-Encoding": accept}})
		if err == nil && a.status == 200 {
			t.Errorf("%s: a damaged recording reads as whole: %d bytes", accept, len(a.body))
		}
	}
	// With nothing sent yet, the problem is told.
	w.refused(500, "damaged", call{method: "GET", path: fmt.Sprintf("/api/v1/sessions/%s/events?from=%d", r.session, now-5000+w.offset(r)), as: "shop/viewer"})
}

func TestErase(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	path := "/api/v1/sessions/" + r.session
	w.refused(403, "not-allowed", call{method: "DELETE", path: path, as: "shop/member"})
	for range 2 {
		w.want(204, call{method: "DELETE", path: path, as: "shop/admin"}, nil)
	}
	for _, p := range []string{"", "/events", "/moments", "/stream?tab=" + r.tab} {
		w.refused(410, "erased", call{method: "GET", path: path + p, as: "shop/viewer"})
	}
	w.refused(404, "not-found", call{method: "DELETE", path: "/api/v1/sessions/" + uuid.NewString(), as: "shop/admin"})
}

// Whatever another project has is not found, by its id or otherwise.
func TestTenants(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	w.indexed()
	for _, p := range []string{"", "/events", "/moments", "/stream?tab=" + r.tab} {
		w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions/" + r.session + p, as: "other/admin"})
		sign := "?"
		if strings.Contains(p, "?") {
			sign = "&"
		}
		w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions/" + r.session + p + sign + "project=shop", as: "other/admin"})
	}
	w.refused(404, "not-found", call{method: "DELETE", path: "/api/v1/sessions/" + r.session, as: "other/admin"})
	w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions?project=shop", as: "other/admin"})
	w.refused(404, "not-found", call{method: "GET", path: "/api/v1/responses?project=shop", as: "other/admin"})
	w.refused(404, "not-found", call{method: "GET", path: "/player?project=shop", as: "other/admin"})
	for _, c := range []call{{method: "PATCH", path: "/api/v1/projects/shop", body: `{"name":"mine"}`}, {method: "GET", path: "/api/v1/projects/shop/tokens"},
		{method: "POST", path: "/api/v1/projects/shop/tokens", body: `{"name":"x","role":"admin"}`}, {method: "DELETE", path: "/api/v1/projects/shop/tokens/tok_x"}} {
		c.as = "other/admin"
		w.refused(404, "not-found", c)
	}
	var got sessionList
	w.want(200, call{method: "GET", path: "/api/v1/sessions?total=true&q=" + url.QueryEscape(`null OR -x`), as: "other/admin"}, &got)
	if len(got.Items) != 0 || *got.Total != 0 {
		t.Errorf("another project's sessions were found: %+v", got)
	}
	for _, id := range []string{"x", "../shop", "%2e%2e", strings.Repeat("x", 100), "a%00b", "'%20OR%201=1"} {
		w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions/" + url.PathEscape(id), as: "shop/viewer"})
	}
}
