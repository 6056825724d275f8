package searchtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// corpus is a large index that nobody changes, with the plain documents in it: of the projects
// alpha and beta, a few of gamma, and lines of Korean in delta.
type corpus struct {
	x    search.Index
	docs []search.Document
	// prepared are the docs of each project, and known what the oracle said of them, by query.
	prepared map[string][]*prepared
	known    map[string][]*search.Document
	lines    map[string][]string         // of delta, by session, composed
	values   map[string]map[string]int64 // how often a key has a value, by project and key
}

type prepared struct {
	doc *search.Document
	*search.Prepared
}

// gammas is how many documents the project gamma has: few enough to read one by one.
const gammas = 150

// linesPerSession is how many complaints a session of delta has.
const linesPerSession = 8

func newCorpus(t *testing.T, s Suite) *corpus {
	t.Helper()
	n := s.Documents
	if n == 0 {
		n = 5000
	}
	n = max(n/raceShare, 100)
	c := &corpus{x: s.Open(t), prepared: map[string][]*prepared{}, known: map[string][]*search.Document{}, lines: map[string][]string{}, values: map[string]map[string]int64{}}
	c.docs = append(Documents(1, "alpha", n*3/5), Documents(2, "beta", n*2/5)...)
	c.docs = append(c.docs, Documents(3, "gamma", gammas)...)
	c.docs = append(c.docs, c.koreanDocuments(4*n/linesPerSession)...)
	for batch := range slices.Chunk(c.docs, 1000) {
		put(t, c.x, batch)
	}
	for i := range c.docs {
		d := &c.docs[i]
		c.prepared[d.ProjectID] = append(c.prepared[d.ProjectID], &prepared{d, search.Prepare(d)})
	}
	return c
}

// oracle returns the ids of the documents that a request finds, in its order. It remembers what a
// query finds.
func (c *corpus) oracle(r search.Request) []string {
	if !r.Exact && !r.Query.Typos {
		exact := r
		exact.Exact = true
		if ids := c.oracle(exact); len(ids) > 0 || !search.HasTypos(r.Query) {
			return ids
		}
		r.Query.Typos = true
	}
	key := r.ProjectID + "\x00" + r.Query.String()
	if r.Query.Typos {
		key += "\x00typos"
	}
	found, ok := c.known[key]
	if !ok {
		for _, d := range c.prepared[r.ProjectID] {
			if d.Evaluate(r.Query, Now) {
				found = append(found, d.doc)
			}
		}
		c.known[key] = found
	}
	var inside []*search.Document
	for _, d := range found {
		if inRange(d, r) {
			inside = append(inside, d)
		}
	}
	return idsInOrder(inside, r.Fill().Sort)
}

// expect reads all pages of a request and compares them with the oracle, in order unless it is by
// relevance, and the total.
func (c *corpus) expect(t *testing.T, r search.Request) search.Result {
	t.Helper()
	r.Now, r.Limit, r.WithTotal = Now, search.MaxLimit, true
	want := c.oracle(r)
	got, first := allPages(t, c.x, r)
	if r.Fill().Sort == search.SortRelevance {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q sorted by %q finds %d sessions, want %d: %s", r.Query.String(), r.Sort, len(got), len(want), difference(c.docs, got, want))
	}
	if first.Total != int64(len(want)) {
		t.Errorf("%q: total %d, want %d", r.Query.String(), first.Total, len(want))
	}
	return first
}

func (c *corpus) testQueries(t *testing.T) {
	hits := 0
	for i, q := range Queries {
		r := search.Request{ProjectID: "alpha", Query: parse(t, q), Exact: true}
		c.expect(t, r)
		hits += len(c.oracle(r))
		// Another order must find the same; a third of the queries each is enough of that.
		if r.Sort = []search.Sort{search.SortRelevance, search.SortOldest, search.SortNewest}[i%3]; r.Sort != search.SortNewest {
			r.ProjectID = "gamma"
			c.expect(t, r)
		}
	}
	if hits < 50*len(Queries)*len(c.prepared["alpha"])/3000 {
		t.Errorf("the corpus is too thin for the queries: %d hits for %d queries", hits, len(Queries))
	}
	for _, q := range BadQueries {
		var bad *search.QueryError
		if _, err := search.Parse(q); !errors.As(err, &bad) || !errors.Is(err, search.ErrQuery) || bad.Why == "" || bad.Hint == "" {
			t.Errorf("Parse(%q): %v, want a QueryError with a reason and a hint", q, err)
		}
	}
}

// RandomQuery makes a tree of the queries in Queries.
func RandomQuery(g *rand.Rand, depth int) string {
	if depth == 0 || g.IntN(3) == 0 {
		return pick(g, Queries[1:])
	}
	a, b := RandomQuery(g, depth-1), RandomQuery(g, depth-1)
	switch g.IntN(4) {
	case 0:
		return "(" + a + ") OR (" + b + ")"
	case 1:
		return "-(" + a + ") (" + b + ")"
	case 2:
		return "-((" + a + ") (" + b + "))"
	}
	return "(" + a + ") (" + b + ")"
}

// testRandomQueries looks at the newest of many trees, and all of how many there are.
func (c *corpus) testRandomQueries(t *testing.T) {
	g := rand.New(rand.NewPCG(11, 13))
	for range 150 {
		r := search.Request{ProjectID: "beta", Query: parse(t, RandomQuery(g, 3)), Limit: 50, WithTotal: true, Now: Now, Exact: true}
		want := c.oracle(r)
		got, result := find(t, c.x, r)
		if result.Total != int64(len(want)) || !slices.Equal(got, want[:min(len(want), r.Limit)]) {
			t.Errorf("%q: total %d, want %d; %s", r.Query.String(), result.Total, len(want), difference(c.docs, got, want[:min(len(want), r.Limit)]))
		}
	}
}

func (c *corpus) testTimeRange(t *testing.T) {
	at := c.docs[0].StartedAt
	for _, q := range []string{"", "결제", "-checkout", "nps:<=6 OR 결제"} {
		for _, in := range [][2]int64{{at, at + 1}, {at, 0}, {0, at}, {at - 600_000, at + 600_000}, {at + 1, at}, {1, 2}, {0, 1 << 60}, {1 << 60, 0}} {
			c.expect(t, search.Request{ProjectID: "gamma", Query: parse(t, q), From: in[0], To: in[1]})
			if q != "" {
				c.expect(t, search.Request{ProjectID: "gamma", Query: parse(t, q), From: in[0], To: in[1], Sort: search.SortOldest})
			}
		}
	}
}

// testSorts holds that sort: in a query wins over the request's order.
func (c *corpus) testSorts(t *testing.T) {
	for _, q := range SortQueries {
		for _, sort := range []search.Sort{"", search.SortNewest, search.SortOldest} {
			c.expect(t, search.Request{ProjectID: "gamma", Query: parse(t, q), Sort: sort})
		}
	}
	// Relevance gives the same order each time, and cursors of it go on in it.
	r := search.Request{ProjectID: "gamma", Query: parse(t, "결제 OR checkout sort:relevance"), Limit: search.MaxLimit, Now: Now}
	whole, _ := find(t, c.x, r)
	r.Limit = 7
	if paged, _ := allPages(t, c.x, r); !slices.Equal(paged, whole) {
		t.Errorf("by relevance, pages of 7 give another order than one page: %d and %d sessions", len(paged), len(whole))
	}
}

func (c *corpus) testPaging(t *testing.T) {
	for _, q := range []string{"", "결제", "-결제", "checkout OR login", "clicks:>5", "결제가 OR nps:<=6"} {
		for _, sort := range []search.Sort{search.SortNewest, search.SortOldest, search.SortRelevance} {
			for _, limit := range []int{1, 7, 100} {
				if limit == 1 && (sort != search.SortNewest || q == "") {
					continue // a page for each of hundreds, which 7 shows as well
				}
				r := search.Request{ProjectID: "gamma", Query: parse(t, q), Sort: sort, Limit: limit, Now: Now}
				got, _ := allPages(t, c.x, r)
				want := c.oracle(r)
				if sort == search.SortRelevance {
					slices.Sort(got)
					slices.Sort(want)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q sorted by %s in pages of %d: %d sessions, want %d; %s", q, sort, limit, len(got), len(want), difference(c.docs, got, want))
				}
			}
		}
	}
}

func (c *corpus) testBadCursor(t *testing.T) {
	_, first := find(t, c.x, search.Request{ProjectID: "alpha", Limit: 1})
	for _, r := range []search.Request{
		{ProjectID: "alpha", Cursor: "!!"}, {ProjectID: "alpha", Cursor: "AAAA"},
		{ProjectID: "alpha", Cursor: first.NextCursor, Sort: search.SortOldest},
		{ProjectID: "alpha", Cursor: first.NextCursor, Sort: search.SortRelevance, Query: parse(t, "결제")},
		{ProjectID: "alpha", Cursor: first.NextCursor, Query: parse(t, "결제 sort:oldest")},
	} {
		if _, err := c.x.Search(context.Background(), r); !errors.Is(err, search.ErrCursor) {
			t.Errorf("cursor %q: %v, want ErrCursor", r.Cursor, err)
		}
	}
	// A cursor is only a place: in another project it shows nothing of the first.
	ids, _ := find(t, c.x, search.Request{ProjectID: "beta", Cursor: first.NextCursor, Limit: 500})
	for _, id := range ids {
		if i := slices.IndexFunc(c.docs, func(d search.Document) bool { return d.ID == id }); i < 0 || c.docs[i].ProjectID != "beta" {
			t.Errorf("a cursor of another project shows %s", id)
		}
	}
}
