package meili

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

const (
	// maxPage is how many documents one request reads.
	maxPage = 1000
	// maxChecked is how many candidates are read to count sessions of a query that filters
	// cannot say exactly; beyond it the total and the facets count the candidates, and
	// are an upper bound.
	maxChecked = 5000
	// maxRanked is how many sessions, the newest, are put in order of relevance; those before
	// them follow, newest first.
	maxRanked = 1000
)

// found is a record as it is read back.
type found struct {
	ID        string `json:"id"`
	StartedAt int64  `json:"startedAt"`
	Doc       string `json:"doc"`

	doc   *search.Document
	score float64
}

// walk is a reading of all records that pass a filter, newest first.
type walk struct {
	uid, filter string
	fields      []string
	page        int // records of the first request; later ones are larger
	until       int64
	bounded     bool // only sessions that started at until or before
}

// walk calls fn with the records until it says to stop. Records of the same ms come in no
// order. It goes on by time, so that records that come or go meanwhile shift nothing.
func (x *Index) walk(ctx context.Context, w walk, fn func(found) (more bool, err error)) error {
	seen := map[string]bool{} // of the ms that is read
	offset := 0
	for page := min(w.page, maxPage); ; page = min(2*page, maxPage) {
		filter := w.filter
		if w.bounded {
			filter += fmt.Sprintf(" AND startedAt <= %d", clamp(w.until))
		}
		var response *meilisearch.SearchResponse
		if err := x.retry(ctx, func() (err error) {
			response, err = x.client.Index(w.uid).SearchWithContext(ctx, "", &meilisearch.SearchRequest{
				Filter: filter, Sort: []string{"startedAt:desc"}, Limit: int64(page), Offset: int64(offset),
				AttributesToRetrieve: w.fields, MatchingStrategy: meilisearch.All,
			})
			return err
		}); err != nil {
			return err
		}
		for _, hit := range response.Hits {
			var f found
			if err := hit.DecodeInto(&f); err != nil {
				return errors.New("search index holds a record that cannot be read; run reindex")
			}
			if !w.bounded || f.StartedAt != w.until {
				w.bounded, w.until, offset = true, f.StartedAt, 0
				clear(seen)
			}
			offset++
			if seen[f.ID] {
				continue
			}
			seen[f.ID] = true
			if more, err := fn(f); err != nil || !more {
				return err
			}
		}
		if len(response.Hits) < page {
			return nil
		}
	}
}

// Search answers one request; see search.Index.
func (x *Index) Search(ctx context.Context, r search.Request) (search.Result, error) {
	if err := ctx.Err(); err != nil {
		return search.Result{}, err
	}
	r = r.Fill()
	after, err := search.ParseCursor(r.Cursor, r.Sort)
	if err != nil {
		return search.Result{}, err
	}
	filter, isExact := compile(r)
	s := searching{x: x, r: r, filter: filter, exact: isExact}
	result := search.Result{Total: -1}
	if r.Sort == search.SortRelevance {
		err = s.best(ctx, after, &result)
	} else {
		err = s.newest(ctx, after, &result)
	}
	if err == nil && (r.WithTotal || r.WithFacet) {
		err = s.count(ctx, &result)
	}
	if err != nil {
		return search.Result{}, fmt.Errorf("search: %w", err)
	}
	return result, nil
}

// searching is one request being answered.
type searching struct {
	x      *Index
	r      search.Request
	filter string
	exact  bool
}

// each calls fn with the sessions that match, newest first, those after a position.
func (s *searching) each(ctx context.Context, after *search.Position, page int, fn func(found) (bool, error)) error {
	w := walk{uid: s.x.uid, filter: s.filter, fields: []string{"id", "startedAt", "doc"}, page: page}
	if after != nil {
		w.bounded, w.until = true, after.StartedAt
	}
	return s.x.walk(ctx, w, func(f found) (bool, error) {
		if after != nil && f.StartedAt == after.StartedAt && f.ID >= after.ID {
			return true, nil
		}
		f.doc = new(search.Document)
		if err := json.Unmarshal([]byte(f.Doc), f.doc); err != nil {
			return false, errors.New("search index holds a document that cannot be read; run reindex")
		}
		// The server is believed in what it leaves out, never in what it shows.
		if f.doc.ProjectID != s.r.ProjectID || !search.Evaluate(s.r.Query, f.doc, s.r.Now) {
			return true, nil
		}
		return fn(f)
	})
}

// newest fills a page, last started first; of the last ms all are read, to order them by id.
func (s *searching) newest(ctx context.Context, after *search.Position, result *search.Result) error {
	var all []found
	err := s.each(ctx, after, s.r.Limit+1, func(f found) (bool, error) {
		if len(all) > s.r.Limit && all[len(all)-1].StartedAt != f.StartedAt {
			return false, nil
		}
		all = append(all, f)
		return true, nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, s.order(search.SortNewest))
	s.fill(all, search.SortNewest, result)
	return nil
}

// unranked is the score of a cursor among the sessions behind the ranked ones.
const unranked = -1

// best fills a page, best match first, of the maxRanked newest sessions.
func (s *searching) best(ctx context.Context, after *search.Position, result *search.Result) error {
	if after != nil && after.Score == unranked {
		s.r.Sort = search.SortRelevance
		if err := s.newest(ctx, after, result); err != nil {
			return err
		}
		s.markUnranked(result)
		return nil
	}
	var all []found
	err := s.each(ctx, nil, maxRanked+1, func(f found) (bool, error) {
		if len(all) > maxRanked && all[len(all)-1].StartedAt != f.StartedAt {
			return false, nil
		}
		f.score = search.Score(s.r.Query, f.doc)
		all = append(all, f)
		return true, nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, s.order(search.SortNewest))
	var last *found // of the ranked, if there are more
	if len(all) > maxRanked {
		last = &found{ID: all[maxRanked-1].ID, StartedAt: all[maxRanked-1].StartedAt, score: unranked}
		all = all[:maxRanked]
	}
	slices.SortFunc(all, s.order(search.SortRelevance))
	if after != nil {
		all = slices.DeleteFunc(all, func(f found) bool { return !s.position(f, search.SortRelevance).After(*after) })
	}
	s.fill(all, search.SortRelevance, result)
	if result.NextCursor == "" && last != nil {
		result.NextCursor = s.position(*last, search.SortRelevance).Cursor()
	}
	return nil
}

// markUnranked makes a cursor of newest one of best.
func (s *searching) markUnranked(result *search.Result) {
	if p, err := search.ParseCursor(result.NextCursor, search.SortNewest); err == nil && p != nil {
		p.Sort, p.Score = search.SortRelevance, unranked
		result.NextCursor = p.Cursor()
	}
}

func (s *searching) position(f found, sort search.Sort) search.Position {
	p := search.Position{Sort: sort, StartedAt: f.StartedAt, ID: f.ID}
	if sort == search.SortRelevance {
		p.Score = math.Round(f.score*1e6) / 1e6
	}
	return p
}

func (s *searching) order(sort search.Sort) func(a, b found) int {
	return func(a, b found) int {
		p, q := s.position(a, sort), s.position(b, sort)
		switch {
		case q.After(p):
			return -1
		case p.After(q):
			return 1
		}
		return 0
	}
}

// fill makes the page of sessions that are in order, with why each was found.
func (s *searching) fill(all []found, sort search.Sort, result *search.Result) {
	if len(all) > s.r.Limit {
		all = all[:s.r.Limit]
		result.NextCursor = s.position(all[len(all)-1], sort).Cursor()
	}
	for _, f := range all {
		result.Hits = append(result.Hits, search.Hit{ID: f.ID, StartedAt: f.StartedAt, Matches: search.Matches(s.r.Query, f.doc)})
	}
}

// errEnough ends a count that would read too much.
var errEnough = errors.New("enough")

// count fills the total and the facets, as far as they are asked for: by the server where the
// filter is exact, else by looking at the candidates.
func (s *searching) count(ctx context.Context, result *search.Result) error {
	total, facets := int64(0), map[string]map[string]int64{}
	for _, field := range search.FacetFields {
		facets[field] = map[string]int64{}
	}
	err := errEnough
	if !s.exact {
		err = s.each(ctx, nil, maxPage, func(f found) (bool, error) {
			if total++; total > maxChecked {
				return false, errEnough
			}
			for _, field := range search.FacetFields {
				for _, value := range f.doc.FacetValues(field) {
					facets[field][value]++
				}
			}
			return true, nil
		})
	}
	if errors.Is(err, errEnough) {
		total, facets, err = s.countByServer(ctx)
	}
	if err != nil {
		return err
	}
	if s.r.WithTotal {
		result.Total = total
	}
	if s.r.WithFacet {
		result.Facets = facets
	}
	return nil
}

func (s *searching) countByServer(ctx context.Context) (int64, map[string]map[string]int64, error) {
	none := int64(0)
	request := meilisearch.SearchRequest{
		Filter: s.filter, MatchingStrategy: meilisearch.All,
		// A limit of 0 would be left out by the client and mean 20; a page of 0 hits also
		// makes the server count exactly.
		HitsPerPage: &none,
	}
	if s.r.WithFacet {
		for _, field := range search.FacetFields {
			request.Facets = append(request.Facets, "facets."+field)
		}
	}
	var response *meilisearch.SearchResponse
	err := s.x.retry(ctx, func() (err error) {
		response, err = s.x.client.Index(s.x.uid).SearchWithContext(ctx, "", &request)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	counts := map[string]map[string]int64{}
	if len(response.FacetDistribution) > 0 {
		if err := json.Unmarshal(response.FacetDistribution, &counts); err != nil {
			return 0, nil, errors.New("the facets that Meilisearch counted cannot be read")
		}
	}
	facets := make(map[string]map[string]int64, len(search.FacetFields))
	for _, field := range search.FacetFields {
		facets[field] = map[string]int64{}
		for hexed, n := range counts["facets."+field] {
			facets[field][facetValue(hexed)] += n
		}
	}
	return response.TotalHits, facets, nil
}
