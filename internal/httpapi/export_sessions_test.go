package httpapi_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/docs"
	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// table reads a CSV export: a row per session, by the names of the columns.
func (w *world) table(a answer) (columns []string, rows []map[string]string) {
	w.t.Helper()
	text, marked := bytes.CutPrefix(a.body, []byte("\uFEFF"))
	if !marked {
		w.t.Errorf("no byte order mark: %.20q", a.body)
	}
	if lines := bytes.Count(text, []byte("\n")); lines != bytes.Count(text, []byte("\r\n")) {
		w.t.Errorf("lines do not end as RFC 4180 says")
	}
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll() // refuses rows of another length
	w.check(err)
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, cell := range cells {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return all[0], rows
}

func (w *world) export(query string) answer {
	w.t.Helper()
	return w.want(200, call{method: "GET", path: "/api/v1/sessions/export?" + query, as: "shop/viewer", header: map[string]string{"Accept-Encoding": "identity"}}, nil)
}

// More than one page comes whole, in order, and as the list shows it.
func TestExportManyPages(t *testing.T) {
	w := newWorld(t)
	sessions := crowd(634, time.Now().UnixMilli())
	w.fill(sessions...)
	w.fill(filled{project: "other", at: 1000})
	w.indexed()
	w.check(w.service.Erase(t.Context(), "shop", sessions[500].id)) // the index still knows it
	a := w.export("sort=oldest&tz=Asia/Seoul")
	columns, rows := w.table(a)
	if len(rows) != 633 || rows[0]["id"] != sessions[0].id || rows[632]["id"] != sessions[633].id {
		t.Fatalf("%d rows from %s to %s", len(rows), rows[0]["id"], rows[len(rows)-1]["id"])
	}
	if a.header.Get("Afterimage-Total") != "634" || a.header.Get("Afterimage-Truncated") != "" || a.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" {
		t.Errorf("headers %v", a.header)
	}
	zone, err := time.LoadLocation("Asia/Seoul")
	w.check(err)
	if name := `attachment; filename="sessions-shop-` + time.Now().In(zone).Format("2006-01-02") + `.csv"`; a.header.Get("Content-Disposition") != name {
		t.Errorf("named %s, want %s", a.header.Get("Content-Disposition"), name)
	}
	first := map[string]string{"started_at": time.UnixMilli(sessions[0].at).In(zone).Format("2006-01-02T15:04:05.000+09:00"), "duration_s": "60", "active_s": "30", "user_id": "user-0",
		"user_email": "user0@example.com", "user_traits": `{"plan":"pro"}`, "browser": "Chrome", "country": "KR", "release": "1.2.3", "pages": "3", "errors": "0", "rage": "0",
		"entry": "https://shop.example.com/", "exit": "https://shop.example.com/checkout", "cls": "0.02", "lcp_ms": "1800", "inp_ms": "", "tags": "", "link": w.url + "/p/shop/sessions/" + sessions[0].id}
	for column, want := range first {
		if got := rows[0][column]; got != want {
			t.Errorf("%s: %q, want %q", column, got, want)
		}
	}
	for _, column := range columns {
		if !strings.Contains(string(docs.OpenAPI), column) {
			t.Errorf("column %s is not described", column)
		}
	}
	_, rows = w.table(w.export("q=" + url.QueryEscape("결제 country:US")))
	for _, row := range rows {
		if row["country"] != "US" {
			t.Errorf("a session that was not asked for: %v", row)
		}
	}
	if want := w.found("limit=200&q=" + url.QueryEscape("결제 country:US")); len(rows) != len(want) || len(want) == 0 {
		t.Errorf("%d rows, the list has %d", len(rows), len(want))
	}
}

func TestExportLines(t *testing.T) {
	w := newWorld(t)
	sessions := crowd(600, time.Now().UnixMilli())
	w.fill(sessions...)
	w.indexed()
	a := w.export("format=ndjson")
	if a.header.Get("Content-Type") != "application/x-ndjson" || !strings.HasSuffix(a.header.Get("Content-Disposition"), `.ndjson"`) {
		t.Errorf("headers %v", a.header)
	}
	lines := strings.Split(strings.TrimSuffix(string(a.body), "\n"), "\n")
	if len(lines) != 600 {
		t.Fatalf("%d lines", len(lines))
	}
	var detail map[string]any
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + sessions[599].id, as: "shop/viewer"}, &detail)
	delete(detail, "tabs")
	var line map[string]any
	w.check(json.Unmarshal([]byte(lines[0]), &line))
	if !reflect.DeepEqual(line, detail) {
		t.Errorf("line %v, want %v", line, detail)
	}
	for _, fault := range faults(at(document(), "components", "schemas", "SessionFields"), line, "line") {
		t.Error(fault)
	}
}

// What people wrote into a recorded site must not become a formula in whoever's spreadsheet.
func TestExportIsFormulaSafe(t *testing.T) {
	w := newWorld(t)
	bad := []string{`=HYPERLINK("https://evil.example","click")`, "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "\n@x", "＝1+1", "＠x", "\u200b=1", "=cmd|' /C calc'!A0"}
	good := []string{"결제", "a=b", "1-2", "", "'quoted", `say "hi", twice`, "two\nlines"}
	for i, text := range slices.Concat(bad, good) {
		w.fill(filled{id: idOf(i), at: int64(1000 + i), client: replay.Client{Browser: text},
			summary: replay.Summary{User: replay.User{ID: text}, Release: text, Referrer: text, Pages: []replay.Page{{At: 1000, Tab: "tab", URL: text}}, Tags: []string{text}}})
	}
	w.indexed()
	_, rows := w.table(w.export("sort=oldest"))
	if len(rows) != len(bad)+len(good) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		for column, cell := range row {
			trimmed := strings.TrimLeft(cell, " \u200b")
			if trimmed != "" && strings.ContainsAny(trimmed[:1], "=+-@\t\r\n") || strings.HasPrefix(trimmed, "＝") || strings.HasPrefix(trimmed, "＠") {
				t.Errorf("row %d, %s: %q", i, column, cell)
			}
		}
		if i >= len(bad) && row["browser"] != strings.ReplaceAll(good[i-len(bad)], "\r\n", "\n") {
			t.Errorf("%q became %q", good[i-len(bad)], row["browser"])
		}
	}
}

// storeOfAll has whatever session it is asked for.
type storeOfAll struct {
	replay.SessionStore
	most int // ids asked for at once
}

func (s *storeOfAll) SessionsByID(_ context.Context, projectID string, ids []string) ([]replay.Session, error) {
	s.most = max(s.most, len(ids))
	out := make([]replay.Session, len(ids))
	for i, id := range ids {
		out[i] = replay.Session{ID: id, ProjectID: projectID}
	}
	return out, nil
}

// endless gives page after page for ever.
func endless(r search.Request) search.Result {
	hits := make([]search.Hit, r.Limit)
	for i := range hits {
		hits[i].ID = fmt.Sprint(r.Cursor, "-", i)
	}
	return search.Result{Hits: hits, Total: 1_000_000, NextCursor: fmt.Sprint(len(r.Cursor)%7, "x")}
}

// An export ends after 100,000 sessions and says so, and holds a page at a time.
func TestExportIsBounded(t *testing.T) {
	store := &storeOfAll{}
	var index *countingIndex
	w := newWorld(t, func(d *httpapi.Deps) {
		index = &countingIndex{Index: d.Index, pages: endless}
		d.Index, d.Sessions = index, store
	})
	a := w.export("format=csv")
	rows := strings.Split(strings.TrimSuffix(string(a.body), "\r\n"), "\r\n")
	if last := rows[len(rows)-1]; len(rows) != 100_002 || !strings.HasPrefix(last, "# cut off after 100000 sessions; there are more,,,") {
		t.Errorf("%d rows, the last %v", len(rows), last)
	}
	if a.header.Get("Afterimage-Truncated") != "true" || a.header.Get("Afterimage-Total") != "1000000" {
		t.Errorf("headers %v", a.header)
	}
	if store.most > 500 || index.count() > 202 {
		t.Errorf("%d sessions at once, %d searches", store.most, index.count())
	}
	lines := strings.Split(strings.TrimSuffix(string(w.export("format=ndjson").body), "\n"), "\n")
	if len(lines) != 100_001 || lines[100_000] != `{"truncated":true,"rows":100000}` {
		t.Errorf("%d lines, the last %s", len(lines), lines[len(lines)-1])
	}
}

// A file that breaks off half way must not look whole.
func TestExportCutOffOnFailure(t *testing.T) {
	w := newWorld(t, func(d *httpapi.Deps) {
		d.Index, d.Sessions = &countingIndex{Index: d.Index, pages: endless, failsAfter: 3}, &storeOfAll{}
	})
	for _, accept := range []string{"identity", "gzip", "zstd"} {
		a, err := w.try(call{method: "GET", path: "/api/v1/sessions/export", as: "shop/viewer", header: map[string]string{"Accept-Encoding": accept}})
		if err == nil && a.status == 200 {
			t.Errorf("%s: a file that broke off reads as whole: %d bytes", accept, len(a.body))
		}
	}
	w.refused(503, "search-unavailable", call{method: "GET", path: "/api/v1/sessions/export", as: "shop/viewer"})
}

func TestExportRefuses(t *testing.T) {
	w := newWorld(t)
	for _, q := range []string{"format=xlsx", "from=x", "tz=Nowhere", "sort=best", "exact=maybe", "q=%ff"} {
		w.refused(400, "invalid", call{method: "GET", path: "/api/v1/sessions/export?" + q, as: "shop/viewer"})
	}
	w.refused(400, "bad-query", call{method: "GET", path: "/api/v1/sessions/export?q=browzer:x", as: "shop/viewer"})
	w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions/export?project=shop", as: "other/admin"})
	w.want(200, call{method: "HEAD", path: "/api/v1/sessions/export", as: "shop/viewer"}, nil)
	release := httpapi.FillStreamsForTest(w.server)
	w.refused(503, "busy", call{method: "GET", path: "/api/v1/sessions/export", as: "shop/viewer"})
	release()
	if _, rows := w.table(w.export("")); len(rows) != 0 {
		t.Errorf("rows of nothing: %v", rows)
	}
	if log := w.log.String(); strings.Contains(log, "browzer") {
		t.Errorf("the query is in the log: %s", log)
	}
}
