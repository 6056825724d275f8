package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

func TestTags(t *testing.T) {
	w := newWorld(t)
	w.fill(filled{id: idOf(1), at: 1_000_000, summary: replay.Summary{Tags: []string{"beta"}}})
	w.indexed()
	path := "/api/v1/sessions/" + idOf(1)
	tag := func(tags ...string) string {
		t.Helper()
		var got struct{ Tags, TeamTags []string }
		w.want(200, call{method: "PATCH", path: path, as: "shop/member", body: map[string]any{"tags": tags}}, &got)
		return strings.Join(got.Tags, "|") + " / " + strings.Join(got.TeamTags, "|")
	}
	if got := tag("refund", " 결제 확인 ", "refund"); got != "beta|refund|결제 확인 / refund|결제 확인" {
		t.Errorf("tags %q", got)
	}
	w.indexed()
	for query, want := range map[string]int{"tag:refund": 1, "tag:%22결제%20확인%22": 1, "tag:beta": 1, "tag:nothing": 0} {
		if got := w.found("q=" + query); len(got) != want {
			t.Errorf("%s finds %d, want %d", query, len(got), want)
		}
	}
	// What an answer shows can be changed and sent back: the site's own stay the site's.
	if got := tag("beta", "refund"); got != "beta|refund / refund" {
		t.Errorf("tags %q", got)
	}
	if got := tag([]string{}...); got != "beta / " {
		t.Errorf("tags %q", got)
	}
	w.indexed()
	if got := w.found("q=tag:refund"); len(got) != 0 {
		t.Errorf("found by a tag that was taken away")
	}
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for _, body := range []any{``, `{}`, `{"tags":null}`, `{"tags":"x"}`, `{"tags":[1]}`, `{"tags":[],"state":"live"}`, `{"tags":["a\u0000"]}`} {
		w.refused(400, "invalid", call{method: "PATCH", path: path, as: "shop/member", body: body})
	}
	for _, tags := range [][]string{many, {strings.Repeat("가", 51)}, {"two\nlines"}} {
		w.refused(400, "invalid", call{method: "PATCH", path: path, as: "shop/member", body: map[string]any{"tags": tags}})
	}
	patch := call{method: "PATCH", path: path, as: "other/admin", body: `{"tags":["mine"]}`}
	w.refused(404, "not-found", patch)
	w.refused(404, "not-found", call{method: "PATCH", path: "/api/v1/sessions/" + uuid.NewString(), as: "shop/member", body: `{"tags":[]}`})
	w.check(w.service.Erase(t.Context(), "shop", idOf(1)))
	patch.as = "shop/member"
	w.refused(410, "erased", patch)
}

// A session is shown with all that its digest tells, and with what can be told before there is one.
func TestSessionShowsItsDigest(t *testing.T) {
	s := replay.Session{StartedAt: 1000, EndedAt: 9000, Vitals: replay.Vitals{"LCP": 9}, Counts: replay.Counts{Clicks: 4}, Pages: []replay.Page{
		{At: 1000, Tab: "a", URL: "/1"}, {At: 2000, Tab: "b", URL: "/2"}, {At: 4000, Tab: "a", URL: "/3"}}}
	type shown struct {
		Entry, Exit string
		UTM         map[string]string
		Counts      map[string]int
		Vitals      map[string]float64
		Pages       []struct {
			URL        string
			DurationMs int64
			Vitals     map[string]float64
		}
	}
	var before, after shown
	httpapi.ShowForTest(&s, &before)
	if before.Entry != "/1" || before.Exit != "/3" || before.UTM == nil || before.Vitals["LCP"] != 9 || fmt.Sprint(before.Pages) != "[{/1 3000 map[]} {/2 7000 map[]} {/3 5000 map[]}]" {
		t.Errorf("before: %+v", before)
	}
	for _, key := range search.SignalKeys {
		if n, there := before.Counts[key]; !there || n != 0 {
			t.Errorf("before: counts.%s is %d, %v", key, n, there)
		}
	}
	s.Digest = &replay.Digest{Entry: "/in", Exit: "/out", UTM: map[string]string{"source": "mail"}, Vitals: replay.Vitals{"LCP": 5},
		Signals: map[string]int{"rage": 1, "dead": 2, "errorclick": 3, "quickback": 4, "slowrequest": 5, "slowpage": 6, "thrash": 7, "abandon": 8, "freeze": 9, "refresh": 10, "vital": 11},
		Visits:  []replay.Visit{{At: 1000, Tab: "a", URL: "/1", DurationMs: 2500, Vitals: replay.Vitals{"LCP": 5}}, {At: 2000, Tab: "b", URL: "/2", DurationMs: 100}}}
	httpapi.ShowForTest(&s, &after)
	if after.Entry != "/in" || after.Exit != "/out" || after.UTM["source"] != "mail" || after.Vitals["LCP"] != 5 || fmt.Sprint(after.Pages) != "[{/1 2500 map[LCP:5]} {/2 100 map[]} {/3 5000 map[]}]" {
		t.Errorf("after: %+v", after)
	}
	var signals []int
	for _, key := range search.SignalKeys {
		signals = append(signals, after.Counts[key])
	}
	if fmt.Sprint(signals) != "[1 2 3 4 11 7 8 9 10]" || after.Counts["clicks"] != 4 {
		t.Errorf("after: counts %v: %v", after.Counts, signals)
	}
}
