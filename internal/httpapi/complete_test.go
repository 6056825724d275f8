package httpapi_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/search"
)

// known is a Suggester of fixed values.
type known struct {
	values map[string][]search.ValueCount
	traits []search.ValueCount
	err    error
}

func (k *known) Values(_ context.Context, projectID, key, prefix string, limit int) ([]search.ValueCount, error) {
	return k.beginning(projectID, k.values[key], prefix, limit)
}

func (k *known) TraitNames(_ context.Context, projectID, prefix string, limit int) ([]search.ValueCount, error) {
	return k.beginning(projectID, k.traits, prefix, limit)
}

func (k *known) beginning(projectID string, all []search.ValueCount, prefix string, limit int) ([]search.ValueCount, error) {
	var out []search.ValueCount
	for _, v := range all {
		if projectID == "shop" && search.BeginsWith(v.Value, prefix) && len(out) < limit {
			out = append(out, v)
		}
	}
	return out, k.err
}

type completed struct {
	From, To int
	Key      string
	Items    []struct {
		Text, Kind, Help string
		Count            int64
	}
}

func (c completed) String() string {
	var all []string
	for _, item := range c.Items {
		all = append(all, item.Text)
	}
	return strings.Join(all, "|")
}

func shopValues() *known {
	return &known{
		values: map[string][]search.ValueCount{
			"browser": {{Value: "Chrome", Count: 42}, {Value: "Mobile Safari", Count: 7}, {Value: "Chromium", Count: 3}},
			"release": {{Value: "1.2*", Count: 5}, {Value: "*", Count: 4}, {Value: ">2", Count: 3}, {Value: `a"b\c`, Count: 2}, {Value: "[x,y]", Count: 1}, {Value: "1..2", Count: 1}},
			"country": {{Value: "KR", Count: 9}}, "trait.plan": {{Value: "pro", Count: 5}, {Value: "팀 요금제", Count: 1}},
		},
		traits: []search.ValueCount{{Value: "plan", Count: 9}, {Value: "Seats", Count: 2}, {Value: "no key", Count: 1}},
	}
}

func TestComplete(t *testing.T) {
	w := newWorld(t, func(d *httpapi.Deps) { d.Suggest = shopValues() })
	// | is the cursor; what is expected begins with what an item replaces.
	for text, want := range map[string]string{
		"brow|":               "0-4 browser:",
		"-BROW|":              "1-5 browser:",
		"(a OR err|or)":       "6-11 error:|error.type:|errorclick:|errors:",
		"browser:|":           "8-8 Chrome|\"Mobile Safari\"|Chromium",
		"x -browser:chr|ome":  "11-17 Chrome|Chromium",
		`browser:"mob|`:       "8-12 \"Mobile Safari\"",
		"browser:[Chrome,m|]": "16-17 \"Mobile Safari\"",
		"country:k|":          "8-9 KR",
		"trait.|":             "0-6 trait.plan:|trait.Seats:|trait.\"no key\":",
		"TRAIT.s|":            "0-7 trait.Seats:",
		"tr|":                 "0-2 trait.plan:|trait.Seats:|trait.\"no key\":",
		"trait.plan:|":        "11-11 pro|\"팀 요금제\"",
		"has:erro|":           "4-8 error|errorclick",
		"sort:|":              "5-5 newest|oldest|relevance",
		"rage:|":              "5-5 *|>|<",
		"rage:>|":             "6-6 ",
		"duration:|":          "9-9 >|<",
		"started:<|":          "9-9 ",
		`"a phrase err|`:      "0-13 ",
		"결제 o|":               "3-4 os:|OR",
		"nosuchthing|":        "0-11 ",
	} {
		q, _, _ := strings.Cut(text, "|")
		pos := len([]rune(q))
		q += text[len(q)+1:]
		var got completed
		w.want(200, call{method: "GET", path: fmt.Sprintf("/api/v1/search/complete?pos=%d&q=%s", pos, url.QueryEscape(q)), as: "shop/viewer"}, &got)
		if s := fmt.Sprintf("%d-%d %s", got.From, got.To, got); s != want {
			t.Errorf("%s: %s, want %s", text, s, want)
		}
	}
	var got completed
	w.want(200, call{method: "GET", path: "/api/v1/search/complete?q=browser:", as: "shop/viewer"}, &got)
	if got.Key != "browser" || len(got.Items) == 0 || got.Items[0].Count != 42 || got.Items[0].Kind != "value" {
		t.Errorf("without a place: %+v", got)
	}
	w.want(200, call{method: "GET", path: "/api/v1/search/complete", as: "shop/viewer"}, &got)
	if len(got.Items) < 40 || got.Items[0].Kind != "key" || got.Items[0].Help == "" {
		t.Errorf("of nothing: %d items, the first %+v", len(got.Items), got.Items[0])
	}
	w.want(200, call{method: "GET", path: "/api/v1/search/complete?q=browser:", as: "other/viewer"}, &got)
	if len(got.Items) != 0 {
		t.Errorf("another project's values: %+v", got.Items)
	}
}

// Whatever value is suggested means itself when it is put in, with any sign in it.
func TestCompletedValuesMeanThemselves(t *testing.T) {
	values := shopValues()
	w := newWorld(t, func(d *httpapi.Deps) { d.Suggest = values })
	var got completed
	w.want(200, call{method: "GET", path: "/api/v1/search/complete?q=release:", as: "shop/viewer"}, &got)
	if len(got.Items) != len(values.values["release"]) {
		t.Errorf("%d values of %d are suggested: %s", len(got.Items), len(values.values["release"]), got)
	}
	for i, item := range got.Items {
		q, err := search.Parse("release:" + item.Text)
		w.check(err)
		d := search.Document{Release: values.values["release"][i].Value}
		other := search.Document{Release: d.Release + "x"}
		if !search.Evaluate(q, &d, 0) || search.Evaluate(q, &other, 0) {
			t.Errorf("%s stands for %q and means something else", item.Text, d.Release)
		}
	}
}

func TestCompleteRefuses(t *testing.T) {
	values := shopValues()
	w := newWorld(t, func(d *httpapi.Deps) { d.Suggest = values })
	for _, q := range []string{"q=a&pos=2", "q=a&pos=-1", "q=a&pos=x", "q=%ff", "tz=Nowhere", "q=" + strings.Repeat("x", 9000)} {
		w.refused(400, "invalid", call{method: "GET", path: "/api/v1/search/complete?" + q, as: "shop/viewer"})
	}
	values.err = search.ErrUnavailable
	w.refused(503, "search-unavailable", call{method: "GET", path: "/api/v1/search/complete?q=browser:", as: "shop/viewer"})
	w.want(200, call{method: "GET", path: "/api/v1/search/complete?q=t", as: "shop/viewer"}, nil) // keys are told all the same
}
