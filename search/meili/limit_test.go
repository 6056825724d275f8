package meili

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// versionSum is of all that decides what a record and the settings hold.
const versionSum = 0x40ac3979

// TestFakeServerVersion holds that the settings' version rises when settings or records change: what
// is stored would not be found any more, or be found wrongly.
func TestFakeServerVersion(t *testing.T) {
	keys := make([]string, len(search.Keys))
	for i, spec := range search.Keys {
		keys[i] = fmt.Sprint(spec.Key, spec.Kind, spec.Fields, spec.Flags)
	}
	sample := search.Document{
		ID: "a", ProjectID: "p", StartedAt: 1_780_000_000_000, EndedAt: 1_780_000_300_000, ActiveMs: 1000, UserID: "user_7", UserEmail: "ann+test@example.com",
		Browser: "Samsung Internet", OS: "Android", Device: "mobile", Country: "KR", Language: "ko-KR", Release: "1.2.0", Referrer: "https://search.example/?q=1",
		URLs: []string{"https://shop.example/상품/iPhone-15"}, Titles: []string{"장바구니 | Café"}, Errors: []string{"TypeError: cartTotal is not a function"},
		Console: []string{"Warning: key"}, Requests: []string{"GET https://api.example/v1 500"}, Custom: []string{"checkoutFailed"}, Complaints: []string{"카드결제가 안 돼요 😡"},
		Responses: []string{"東京"}, NPS: 3, CSAT: -1, CES: 0, Clicks: 4, ErrorCount: 1, PageCount: 2, FailedRequests: 1, ResponseCount: 2, ComplaintCount: 1, Score: 3,
		ErrorTypes: []string{"TypeError"}, Surveys: []string{"After checkout"}, Tags: []string{"VIP"}, Tickets: []string{"SHOP-12"},
		Traits: map[string]string{"Seats": "-12.5"}, Signals: map[string]int{"rage": 2}, Vitals: map[string]int64{"lcp": 4200, "cls": 250},
	}
	f, url := startFake(t)
	put(t, openAt(t, url, "", "t"), sample)
	record, err := json.Marshal(asSent(t, sample))
	if err != nil {
		t.Fatal(err)
	}
	settings := f.asked("P") // PATCH and PUT, and POST of indexes and documents
	settings = slices.DeleteFunc(settings, func(r string) bool { return !strings.Contains(r, "/settings") })
	sum := crc32.ChecksumIEEE([]byte(fmt.Sprint(search.TextFields, search.TypoFields, keys, search.FacetFields, search.FacetHas, search.Suggestible, settings, string(record))))
	if len(settings) != 2 || sum != versionSum {
		t.Errorf("what is stored of a session, or how, has changed (%#x): raise settingsVersion, and note the sum in versionSum", sum)
	}
}

// TestFakeServerLimits holds that no session and no query passes what the server takes: values of
// 468 bytes, filters 150 deep, requests of 100 MB. The fake refuses more.
func TestFakeServerLimits(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	long := strings.Repeat("결제가안돼요", 400)
	d := search.Document{
		ID: strings.Repeat("i", maxIDBytes), ProjectID: "p", StartedAt: at("2026-05"), Release: long, Errors: []string{long, strings.Repeat("😡", 300), strings.Repeat("é", 900)},
		Tags: []string{long, long + "b"}, Traits: map[string]string{long: long, "n" + long: "12", "short": long, "": "", "minus": "-0.5"},
		URLs: []string{"https://shop.example/" + long, "/" + strings.Repeat("가", 190)}, Signals: map[string]int{"rage": 3}, Vitals: map[string]int64{"cls": 250},
	}
	put(t, x, d)
	nested := strings.Repeat("-(결제 -(느려요 OR ", search.MaxQueryDepth/4) + "checkout" + strings.Repeat("))", search.MaxQueryDepth/4)
	many := strings.TrimSpace(strings.Repeat("recommendations ", search.MaxQueryTerms))
	for _, q := range []string{
		nested, many, strings.Repeat("-", search.MaxQueryDepth) + "결제", `tag:"` + long[:1200] + `"`, `release:"` + long[:600] + `"`, "rage:>2 cls:>0.2 trait.minus:-1..0",
		`"` + long[:1500] + `"`, `trait."` + long[:900] + `":*`, `trait."` + long[:900] + `":>5`,
	} {
		query, err := search.Parse(q)
		if err != nil {
			t.Errorf("%.60s: %v", q, err)
			continue
		}
		for _, query.Typos = range []bool{false, true} {
			r := search.Request{ProjectID: "p", Query: query, WithTotal: true, Exact: true}
			result, err := x.Search(context.Background(), r)
			if want := search.Evaluate(search.Query{Root: query.Root}, &d, 0); err != nil || (len(result.Hits) == 1) != want || (result.Total == 1) != want {
				t.Errorf("%.60s: %d hits of %d, %v; want a hit: %v", q, len(result.Hits), result.Total, err, want)
			}
		}
	}
	if err := x.Put(context.Background(), []search.Document{{ID: strings.Repeat("i", maxIDBytes+1), ProjectID: "p"}}); err == nil {
		t.Error("an id that is too long passes")
	}
	for _, id := range []string{strings.Repeat("j", 5000), `" OR project EXISTS OR order = "`, ""} { // cursors are what anybody sends
		for _, startedAt := range []int64{-1 << 63, 1<<63 - 1} {
			cursor := search.Position{Sort: search.SortNewest, StartedAt: startedAt, ID: id}.Cursor()
			if _, err := x.Search(context.Background(), search.Request{ProjectID: "p", Cursor: cursor}); err != nil {
				t.Errorf("a cursor of %d, %.20s: %v", startedAt, id, err)
			}
		}
	}
	f.asked("")
	docs := searchtest.Documents(1, "p", 40)
	for i := range docs {
		for n := range 200 {
			docs[i].Errors = append(docs[i].Errors, strings.Repeat(fmt.Sprintf("word%d ", n), 500))
		}
	}
	put(t, x, docs...)
	requests := f.asked("POST /indexes/")
	if n := len(slices.DeleteFunc(requests, func(r string) bool { return !strings.Contains(r, "/documents?") })); n < 2 {
		t.Errorf("%d MB go in %d request", 40*200*3000>>20, n)
	}
	for _, r := range requests {
		if len(r) > putBytes+2<<20 {
			t.Errorf("a request of %d MB", len(r)>>20)
		}
	}
}

// TestFakeServerSuggestsLongValues holds that values which fit no facet are suggested whole, and that
// names of traits cannot make facets without end.
func TestFakeServerSuggestsLongValues(t *testing.T) {
	_, url := startFake(t)
	x := openAt(t, url, "", "t")
	long := strings.Repeat("결제", search.MaxSuggestedRunes/2)
	name := strings.Repeat("이름", search.MaxSuggestedRunes/2)
	var docs []search.Document
	for i := range 300 {
		d := session(fmt.Sprintf("s%03d", i), at(fmt.Sprintf("2026-%02d", 1+i%6)))
		d.Traits = map[string]string{fmt.Sprintf("name%d", i): "v", name: long, "plan": "Pro"}
		d.Tags = []string{long[:len(long)-3] + string(rune('가'+i%2)), "short"}
		docs = append(docs, d)
	}
	put(t, x, docs...)
	ctx := context.Background()
	for _, c := range []struct {
		key, prefix, want string
	}{
		{"tag", "", "short:300 " + long[:len(long)-3] + "가:150 " + long[:len(long)-3] + "각:150"},
		{"tag", long[:len(long)-3], long[:len(long)-3] + "가:150 " + long[:len(long)-3] + "각:150"},
		{"tag", long[:len(long)-3] + "각", long[:len(long)-3] + "각:150"},
		{"tag", "쇼", ""},
		{"trait." + name, "결", long + ":300"},
		{"trait.PLAN", "p", "Pro:300"},
		{"trait.name7", "", "v:1"},
	} {
		values, err := x.Values(ctx, "p", c.key, c.prefix, 10)
		var got []string
		for _, v := range values {
			got = append(got, fmt.Sprintf("%s:%d", v.Value, v.Count))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("values of %.20s that begin with %.20q: %.200q, %v; want %.200q", c.key, c.prefix, got, err, c.want)
		}
	}
	names, err := x.TraitNames(ctx, "p", "", 2)
	if err != nil || len(names) != 2 || names[0] != (search.ValueCount{Value: "plan", Count: 300}) || names[1] != (search.ValueCount{Value: name, Count: 300}) {
		t.Errorf("names of traits: %.200v, %v", names, err)
	}
	facets := map[string]bool{}
	for i := range 10_000 {
		facets[suggestKey(fmt.Sprintf("trait.n%d", i))] = true
	}
	if len(facets) != traitBuckets {
		t.Errorf("10,000 names make %d facets", len(facets))
	}
}

// FuzzFilter holds that whatever is searched for in whatever project, the filter is one that the server
// can read, and that it lets no session of another project through.
func FuzzFilter(f *testing.F) {
	for _, q := range searchtest.Queries {
		f.Add(q, "p")
	}
	for _, q := range []string{`" OR project EXISTS OR tokens = "`, `\" OR 1=1`, "project EXISTS", `tag:"\") OR (project EXISTS"`, `trait."a\" TO \"z":>1`, "url:*') OR (*", "x\u0000y", "\u2028\"OR\""} {
		f.Add(q, `p" OR project EXISTS`)
		f.Add(q, `p\`)
	}
	rules := []fakeRule{{AttributePatterns: []string{"*"}}}
	rules[0].Features.Filter.Equality, rules[0].Features.Filter.Comparison = true, true
	f.Add("결제", strings.Repeat("p", 300))
	f.Fuzz(func(t *testing.T, q, project string) {
		query, err := search.Parse(q)
		if err != nil {
			return
		}
		for _, query.Typos = range []bool{false, true} {
			filter, _ := compile(search.Request{ProjectID: project, Query: query, Now: searchtest.Now, From: 1, To: 1 << 62})
			test, err := parseFilter(filter, rules)
			if err != nil {
				t.Fatalf("%q in %q makes a filter that cannot be read: %v\n%s", q, project, err, filter)
			}
			for _, d := range foreign {
				if d.foreign != project && test(d.doc) {
					t.Errorf("%q in %q lets a session of %q through: %s", q, project, d.foreign, filter)
				}
			}
		}
	})
}

// foreign are sessions of a project that nobody asks in.
var foreign = func() (all []struct {
	foreign string
	doc     *fakeDoc
}) {
	for i, d := range searchtest.Documents(9, "someone else's", 20) {
		d.ProjectID = []string{"someone else's", "P", "p ", "", "ｐ"}[i%5]
		r, err := recordOf(&d)
		if err != nil {
			panic(err)
		}
		doc := &fakeDoc{exists: map[string]bool{"project": true}, texts: map[string]bool{"project=" + r.Project: true}, told: map[string][]string{}, numbers: map[string][]float64{"startedAt": {float64(d.StartedAt)}}}
		for _, token := range r.Tokens {
			doc.texts["tokens="+token] = true
		}
		all = append(all, struct {
			foreign string
			doc     *fakeDoc
		}{d.ProjectID, doc})
	}
	return all
}()
