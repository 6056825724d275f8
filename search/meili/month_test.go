package meili

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/search"
)

// at gives a time in a month, unix ms.
func at(month string) int64 {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		panic(err)
	}
	return t.Add(5 * 24 * time.Hour).UnixMilli()
}

func session(id string, startedAt int64) search.Document {
	return search.Document{ID: id, ProjectID: "p", StartedAt: startedAt, EndedAt: startedAt, NPS: -1, CSAT: -1, CES: -1, Score: -1, Complaints: []string{"결제가 안 돼요"}}
}

// indexes lists what is on the fake server, with the number of documents.
func (f *fakeServer) there() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, uid := range slices.Sorted(maps.Keys(f.indexes)) {
		all = append(all, fmt.Sprintf("%s:%d", uid, len(f.indexes[uid].docs)))
	}
	return strings.Join(all, " ")
}

func TestMonthOf(t *testing.T) {
	for startedAt, want := range map[int64]string{
		0: "200001", -1: "200001", -1 << 62: "200001", startOf("200001") - 1: "200001", startOf("200002") - 1: "200001", startOf("200002"): "200002",
		time.Date(2026, 5, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli():              "202605",
		time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).UnixMilli():                      "202606",
		time.Date(2026, 6, 1, 8, 0, 0, 0, time.FixedZone("KST", 9*3600)).UnixMilli(): "202605",
		time.Date(2109, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli():                      "209912",
		1 << 62: "209912",
	} {
		month := monthOf(startedAt)
		from, to := spanOf(month)
		if month != want || clamp(startedAt) < from || clamp(startedAt) >= to {
			t.Errorf("a session of %d goes to %s, which holds %d to %d; want %s", startedAt, month, from, to, want)
		}
	}
}

// TestFakeServerTouchesFewMonths holds that recent-first searches ask the newest month alone, and that
// clocks which are wrong make no more than an index each.
func TestFakeServerTouchesFewMonths(t *testing.T) {
	f, url := startFake(t)
	x := openAt(t, url, "", "t")
	old, far := session("old", 0), session("far", at("2026-07"))
	far.StartedAt = time.Date(2109, 3, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	docs := []search.Document{old, far}
	for i := 1; i <= 12; i++ {
		docs = append(docs, session(fmt.Sprintf("s%02d", i), at(fmt.Sprintf("2026-%02d", i))))
	}
	put(t, x, docs...)
	if n := len(strings.Fields(f.there())); n != 14 {
		t.Fatalf("%d indexes for 14 months: %s", n, f.there())
	}
	for _, c := range []struct {
		r       search.Request
		found   string
		months  []string // asked by the searches, in their order
		counted int      // indexes asked for the total
	}{
		{search.Request{Limit: 1}, "far", []string{"209912", "202612 202611"}, 0},
		{search.Request{Limit: 1, Sort: search.SortOldest}, "old", []string{"200001", "202601 202602"}, 0},
		{search.Request{Limit: 2, From: at("2026-03"), To: at("2026-06"), WithTotal: true}, "s05 s04", []string{"202606", "202605 202604", "202603"}, 4},
		{search.Request{Limit: 50, From: at("2026-03"), To: at("2026-04") + 1}, "s04 s03", []string{"202604", "202603"}, 0},
		{search.Request{Limit: 50, From: 1 << 60}, "", []string{"209912"}, 0}, // which holds all that is to come
		{search.Request{Limit: 50, From: at("2027-01"), To: at("2028-01")}, "", nil, 0},
	} {
		f.asked("")
		c.r.ProjectID, c.r.Query, c.r.Exact = "p", parse(t, "결제"), true
		result, err := x.Search(context.Background(), c.r)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, h := range result.Hits {
			ids = append(ids, h.ID)
		}
		expect(t, ids, c.found)
		var months []string
		counted := 0
		for _, request := range f.asked("POST /multi-search") {
			var asked []string
			for _, part := range strings.Split(request, `"indexUid":"t-sessions-v2-`)[1:] {
				asked = append(asked, part[:6])
			}
			if strings.Contains(request, "hitsPerPage") {
				counted = len(asked)
				continue
			}
			months = append(months, strings.Join(asked, " "))
		}
		if !slices.Equal(months, c.months) || counted != c.counted {
			t.Errorf("%+v asked %q, and %d indexes to count; want %q and %d", c.r, months, counted, c.months, c.counted)
		}
		if c.r.WithTotal && result.Total != 3 {
			t.Errorf("total %d", result.Total)
		}
	}
}

// TestFakeServerPagesManyOfOneMoment holds that neither pages nor totals end at the 1,000 hits that the
// server lists, even if all sessions began in the same ms.
func TestFakeServerPagesManyOfOneMoment(t *testing.T) {
	_, url := startFake(t)
	x := openAt(t, url, "", "t")
	docs := make([]search.Document, 2*maxTotalHits+100)
	var want []string
	for i := range docs {
		docs[i] = session(fmt.Sprintf("s%04d", (i*7919)%len(docs)), at("2026-05"))
		want = append(want, fmt.Sprintf("s%04d", len(docs)-1-i))
	}
	docs[0].ID = "S-upper" // capitals come before small letters
	want = append(slices.DeleteFunc(want, func(id string) bool { return id == "s0000" }), "S-upper")
	put(t, x, docs...)
	for _, sort := range []search.Sort{search.SortNewest, search.SortOldest} {
		r := search.Request{ProjectID: "p", Sort: sort, Limit: 500, WithTotal: true}
		var got []string
		for more := true; more; more = r.Cursor != "" {
			result, err := x.Search(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			if result.Total != int64(len(docs)) {
				t.Errorf("total %d, want %d", result.Total, len(docs))
			}
			for _, h := range result.Hits {
				got = append(got, h.ID)
			}
			r.Cursor = result.NextCursor
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d sessions in pages, want %d, by id", sort, len(got), len(want))
		}
	}
}

// TestFakeServerRanksAndGoesOn holds that relevance loses no session beyond those it ranks, and puts
// the best of any month first.
func TestFakeServerRanksAndGoesOn(t *testing.T) {
	_, url := startFake(t)
	x := openAt(t, url, "", "t")
	docs := make([]search.Document, maxRanked+150)
	for i := range docs {
		docs[i] = session(fmt.Sprintf("s%05d", i), at(fmt.Sprintf("2026-%02d", 1+i%12))+int64(i/3))
		docs[i].Complaints = []string{strings.Repeat("결제 ", 1+i%4)}
	}
	put(t, x, docs...)
	r := search.Request{ProjectID: "p", Query: parse(t, "결제"), Sort: search.SortRelevance, Limit: 100}
	seen := map[string]bool{}
	for r.Cursor = ""; ; {
		result, err := x.Search(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range result.Hits {
			if seen[h.ID] {
				t.Errorf("%s comes twice", h.ID)
			}
			seen[h.ID] = true
			if r.Cursor == "" && strings.Count(h.Matches[0].Text, "결제") != 4 {
				t.Errorf("%s is among the best with %q", h.ID, h.Matches[0].Text)
			}
		}
		if r.Cursor = result.NextCursor; r.Cursor == "" {
			break
		}
	}
	if len(seen) != len(docs) {
		t.Errorf("%d sessions, want %d", len(seen), len(docs))
	}
}

// TestFakeServerCountsManyCandidates holds the bound of totals: where filters cannot say the query, and
// find more than maxChecked sessions, the total is of what they find, and the hits are right nevertheless.
func TestFakeServerCountsManyCandidates(t *testing.T) {
	_, url := startFake(t)
	x := openAt(t, url, "", "t")
	docs := make([]search.Document, maxChecked+2)
	for i := range docs {
		docs[i] = search.Document{ID: fmt.Sprintf("s%05d", i), ProjectID: "p", StartedAt: at("2026-05") + int64(i), Custom: []string{"two one"}}
	}
	docs[7].Custom, docs[9].Custom = []string{"one two"}, []string{"one two"}
	r := search.Request{ProjectID: "p", Query: parse(t, `"one two"`), WithTotal: true, Limit: 1}
	have := 0
	for _, n := range []int{maxChecked, len(docs)} {
		want := int64(n)
		if n <= maxChecked {
			want = 2
		}
		put(t, x, docs[have:n]...)
		have = n
		result, err := x.Search(context.Background(), r)
		if err != nil || result.Total != want || len(result.Hits) != 1 || result.Hits[0].ID != "s00009" {
			t.Errorf("%d candidates: total %d, want %d; %v, %v", n, result.Total, want, result.Hits, err)
		}
	}
}
