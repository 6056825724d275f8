package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/afterimage/afterimage/search"
)

// SearchIndex is an index that Search measures.
type SearchIndex interface {
	Searcher // queries of a kind that it refuses with search.ErrQuery are left out
	// Sizes are bytes on disk: of the index, and of the documents that it keeps beside it.
	Sizes(ctx context.Context) (index, documents int64, err error)
	Close() error
}

// filling stores what SearchDocuments makes: at once where the index is able to, in batches of
// a thousand where not.
func filling(ctx context.Context, x SearchIndex, docs int) error {
	switch x := x.(type) {
	case interface {
		Rebuild(context.Context, func(func([]search.Document) error) error) error
	}:
		return x.Rebuild(ctx, func(put func([]search.Document) error) error { return SearchDocuments(docs, put) })
	case interface {
		Put(context.Context, []search.Document) error
	}:
		return SearchDocuments(docs, func(page []search.Document) error { return x.Put(ctx, page) })
	}
	return fmt.Errorf("%T stores nothing", x)
}

// SearchSummary is what Search measured of one index.
type SearchSummary struct {
	Docs            int           `json:"docs"`
	FillSeconds     float64       `json:"fillSeconds"`    // wall time, less that of making the documents
	FillCPUSeconds  float64       `json:"fillCpuSeconds"` // of all cores, likewise
	DocsPerSecond   float64       `json:"docsPerSecond"`  // by wall time
	IndexBytesEach  float64       `json:"indexBytesEach"`
	AllBytesEach    float64       `json:"allBytesEach"`
	MemoryPeakBytes int64         `json:"memoryPeakBytes"` // of the process so far
	Classes         []SearchClass `json:"classes"`
}

// SearchClass is what one kind of queries took.
type SearchClass struct {
	Name    string  `json:"name"`
	Queries int     `json:"queries"`
	Hits    float64 `json:"hits"`  // sessions that match, on average; at most a page where they are not counted
	First   float64 `json:"first"` // ms, of the first one, with nothing of it in memory
	P50     float64 `json:"p50"`   // ms
	P95     float64 `json:"p95"`
	Max     float64 `json:"max"`
	CPU     float64 `json:"cpu"` // ms of CPU for a query, on average
}

// searchRounds is how often each query is asked; the fastest counts, since what others do on the
// machine only ever makes it slower.
const searchRounds = 3

const (
	// sameQueries is how many queries are asked of a kind that has only one.
	sameQueries = 5
	// slowQuery is how long the queries of a kind may take on average before only some of
	// them are asked.
	slowQuery   = 50 * time.Millisecond
	slowQueries = 20
)

// Search fills an index and asks it. progress is called with what is being done.
func Search(ctx context.Context, x SearchIndex, docs, queries int, progress func(string)) (SearchSummary, error) {
	s := SearchSummary{Docs: docs}
	began, cpu := time.Now(), processCPU()
	if err := SearchDocuments(docs, func([]search.Document) error { return ctx.Err() }); err != nil {
		return s, err
	}
	making := time.Since(began)
	makingCPU := processCPU() - cpu
	progress(fmt.Sprintf("storing %d sessions", docs))
	began, cpu = time.Now(), processCPU()
	if err := filling(ctx, x, docs); err != nil {
		return s, err
	}
	took := max(time.Since(began)-making, time.Millisecond)
	s.FillSeconds, s.FillCPUSeconds = took.Seconds(), (processCPU() - cpu - makingCPU).Seconds()
	s.DocsPerSecond = float64(docs) / took.Seconds()
	index, documents, err := x.Sizes(ctx)
	if err != nil {
		return s, err
	}
	s.IndexBytesEach, s.AllBytesEach = float64(index)/float64(docs), float64(index+documents)/float64(docs)
	for _, class := range SearchQueries(docs, queries) {
		progress("asking: " + class.Name)
		measured, err := class.Ask(ctx, x)
		if err != nil {
			return s, fmt.Errorf("%s: %w", class.Name, err)
		}
		if measured != nil {
			s.Classes = append(s.Classes, *measured)
		}
	}
	s.MemoryPeakBytes, err = mostMemory(os.Getpid())
	return s, err
}

// SearchRequests is queries of one kind.
type SearchRequests struct {
	Name     string
	Typos    bool // nothing has the words as they are written; an index that finds nothing is left out
	Requests []search.Request
}

// Searcher answers searches.
type Searcher interface {
	Search(ctx context.Context, r search.Request) (search.Result, error)
}

// Ask asks all queries; nil if the index refuses them, or finds nothing by any.
func (c SearchRequests) Ask(ctx context.Context, x Searcher) (*SearchClass, error) {
	best := make([]time.Duration, len(c.Requests))
	out := SearchClass{Name: c.Name}
	hits, typos := 0.0, 0
	var cpu time.Duration
	for round := range searchRounds + 1 { // the first round warms up
		from, roundBegan := processCPU(), time.Now()
		for i, r := range c.Requests {
			if round == 0 && i >= slowQueries && time.Since(roundBegan) > time.Duration(i)*slowQuery {
				c.Requests, best = c.Requests[:i], best[:i]
				break
			}
			began := time.Now()
			result, err := x.Search(ctx, r)
			if round == 0 && errors.Is(err, search.ErrQuery) {
				return nil, nil
			}
			if err != nil {
				return nil, fmt.Errorf("%q: %w", r.Query.String(), err)
			}
			took := time.Since(began)
			if round == 0 && i == 0 {
				out.First = milliseconds(took)
			}
			if round == 1 || round > 1 && took < best[i] {
				best[i] = took
			}
			if result.Typos {
				typos++
			}
			if round == 0 {
				hits += max(float64(result.Total), float64(len(result.Hits)))
			}
		}
		if hits == 0 || c.Typos && typos < len(c.Requests)/2 {
			return nil, nil
		}
		if round > 0 {
			cpu += processCPU() - from
		}
	}
	slices.Sort(best)
	n := len(best)
	out.Queries = n
	out.Hits = hits / float64(n)
	out.P50, out.P95, out.Max = milliseconds(best[n/2]), milliseconds(best[n*95/100]), milliseconds(best[n-1])
	out.CPU = milliseconds(cpu) / float64(n*searchRounds)
	return &out, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// RealisticMix is the kind of queries that people ask, each with all that the app's list asks for.
const RealisticMix = "a realistic mix, with facets and total"

// SearchQueries makes n queries of each kind, the same for the same number of sessions.
func SearchQueries(docs, n int) []SearchRequests {
	q := &queryMaker{lexicon: newLexicon(), g: rand.New(rand.NewPCG(4, 3))}
	q.known = map[string]bool{}
	for _, word := range append(slices.Clone(q.english), q.nouns...) {
		q.known[word] = true
	}
	step := max(docs/n, 1)
	i := 0
	_ = SearchDocuments(docs, func(page []search.Document) error {
		for k := range page {
			if i++; i%step == 0 {
				q.sample = append(q.sample, page[k])
			}
		}
		return nil
	})
	kinds := []struct {
		name        string
		same, typos bool // all are the same; see SearchRequests
		make        func() search.Request
	}{
		{"a word, newest first", false, false, q.word},
		{"two words, a facet, a time, newest first", false, false, q.narrow},
		{"a word with a typo", false, true, q.typo},
		{"two syllables of Korean", false, false, q.korean},
		{"facet counts and total of a word", false, false, q.facets},
		{"the list of everything, with facets", true, false, q.everything},
		{RealisticMix, false, false, q.mix},
	}
	all := make([]SearchRequests, len(kinds))
	for i, kind := range kinds {
		all[i].Name, all[i].Typos = kind.name, kind.typos
		for k := range n {
			if kind.same && k == sameQueries {
				break
			}
			r := kind.make()
			r.ProjectID, r.Limit, r.Now = SearchProject, search.DefaultLimit, SearchEpoch
			all[i].Requests = append(all[i].Requests, r)
		}
	}
	return all
}

type queryMaker struct {
	*lexicon
	g      *rand.Rand
	known  map[string]bool
	sample []search.Document
}

func ask(format string, args ...any) search.Request {
	q, err := search.Parse(fmt.Sprintf(format, args...))
	if err != nil {
		panic(fmt.Sprintf("a generated query: %v", err)) // it is ours
	}
	return search.Request{Query: q}
}

func (q *queryMaker) word() search.Request {
	if q.g.IntN(3) == 0 {
		return ask("%s", zipf(q.g, q.nouns))
	}
	return ask("%s", zipf(q.g, q.english))
}

// narrow asks for two words that a session has, its browser, and a month around it.
func (q *queryMaker) narrow() search.Request {
	const halfMonth = 15 * 24 * 3600 * 1000
	d := q.sample[q.g.IntN(len(q.sample))]
	var words []string
	for _, text := range d.Texts() {
		if text.Field == "id" {
			continue
		}
		for _, word := range strings.Fields(text.Text) {
			if len(search.PatternOf(word, false).Terms) == 1 {
				words = append(words, word)
			}
		}
	}
	r := ask("%q %q browser:%q", words[q.g.IntN(len(words))], words[q.g.IntN(len(words))], d.Browser)
	r.From, r.To = d.StartedAt-halfMonth, d.StartedAt+halfMonth
	return r
}

// typo asks for a word that no session has, one typo away from one that some have.
func (q *queryMaker) typo() search.Request {
	for {
		if q.g.IntN(2) == 0 {
			noun := []rune(zipf(q.g, q.nouns))
			i := q.g.IntN(len(noun))
			lead, vowel, tail := (noun[i]-0xAC00)/588, (noun[i]-0xAC00)/28%21, (noun[i]-0xAC00)%28
			noun[i] = 0xAC00 + lead*588 + (vowel+1)%21*28 + tail
			if !q.known[string(noun)] {
				return ask("%s", string(noun))
			}
			continue
		}
		word := zipf(q.g, q.english)
		i := q.g.IntN(len(word) - 1)
		wrong := []string{word[:i] + word[i+1:], word[:i] + "q" + word[i+1:], word[:i] + "q" + word[i:], word[:i] + word[i+1:i+2] + word[i:i+1] + word[i+2:]}[q.g.IntN(4)]
		if len(wrong) > 5 && len(word) >= 5 && !q.known[wrong] {
			return ask("%s", wrong)
		}
	}
}

func (q *queryMaker) korean() search.Request {
	noun := []rune(zipf(q.g, q.nouns))
	i := q.g.IntN(len(noun) - 1)
	return ask("%s", string(noun[i:i+2]))
}

func (q *queryMaker) facets() search.Request {
	r := q.word()
	r.WithFacet, r.WithTotal = true, true
	return r
}

func (q *queryMaker) everything() search.Request {
	return search.Request{WithFacet: true, WithTotal: true}
}

// mix asks what people ask.
func (q *queryMaker) mix() search.Request {
	var r search.Request
	word := zipf(q.g, q.english)
	switch q.g.IntN(12) {
	case 0:
	case 1, 2:
		r = q.word()
	case 3:
		r = q.korean()
	case 4:
		r = ask("has:error browser:%s", q.sample[q.g.IntN(len(q.sample))].Browser[:4]+"*")
	case 5:
		r = ask("error.type:TypeError rage:>1 url:/%s*", word[:min(4, len(word))])
	case 6:
		r = ask("complaint:%s nps:<=3 duration:>2m", zipf(q.g, q.nouns))
	case 7:
		r = ask("url:/%s country:KR -browser:Safari", word)
	case 8:
		r = ask("error:%s (nps:<=6 OR has:complaint)", word)
	case 9:
		r = q.typo()
	case 10:
		r = ask("user:%s", q.names[q.g.IntN(len(q.names))]+"*")
	case 11:
		r = q.narrow()
	}
	r.WithFacet, r.WithTotal = true, true
	return r
}

// processCPU is cpuTime where the system tells, else 0.
func processCPU() time.Duration {
	used, err := cpuTime()
	if err != nil {
		return 0
	}
	return used
}
