package meili

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/afterimage/afterimage/search"
)

// maxRanked is how many sessions, the newest, are put in order of relevance; those before them
// follow, newest first. The order is that of search.Score: Meilisearch has no score of its own for
// what is asked with filters, and if it had, those of different months would not compare, as each
// index counts how rare a word is by itself.
const maxRanked = 1000

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
	r.Query.Typos = after != nil && after.Typos
	s, result, err := x.page(ctx, r, after)
	if err == nil && after == nil && len(result.Hits) == 0 && !r.Exact && search.HasTypos(r.Query) {
		r.Query.Typos = true
		near, found, nearErr := x.page(ctx, r, nil)
		if err = nearErr; len(found.Hits) > 0 {
			s, result = near, found
		}
	}
	if err == nil && (r.WithTotal || r.WithFacet) {
		err = s.count(ctx, &result)
	}
	if err != nil {
		return search.Result{}, fmt.Errorf("search: %w", err)
	}
	return result, nil
}

// page finds the hits in one meaning of the words.
func (x *Index) page(ctx context.Context, r search.Request, after *search.Position) (*searching, search.Result, error) {
	filter, isExact := compile(r)
	s := &searching{x: x, r: r, filter: filter, exact: isExact}
	result := search.Result{Total: -1, Typos: r.Query.Typos}
	var err error
	if r.Sort == search.SortRelevance {
		err = s.best(ctx, after, &result)
	} else {
		err = s.byTime(ctx, after, &result)
	}
	s.isAll = after == nil && result.NextCursor == ""
	return s, result, err
}

// searching is one request being answered.
type searching struct {
	x      *Index
	r      search.Request
	filter string
	exact  bool

	shown []found // on the page
	isAll bool    // there are no others
}

// candidates calls fn with the sessions that pass the filter, in the order of time, those after a
// position.
func (s *searching) candidates(ctx context.Context, after *search.Position, page int, fn func(found) (bool, error)) error {
	w := walk{
		filter: s.filter, fields: documentFields, page: page, after: after,
		oldest: s.r.Sort == search.SortOldest, from: s.r.From, to: s.r.To,
	}
	return s.x.walk(ctx, w, func(f found) (more bool, err error) {
		if f.doc, err = f.document(); err != nil {
			return false, err
		}
		return fn(f)
	})
}

// matches tells whether a candidate is a match. The server is believed in what it leaves out, never
// in what it shows.
func (s *searching) matches(f found) bool {
	return f.doc.ProjectID == s.r.ProjectID && search.Evaluate(s.r.Query, f.doc, s.r.Now)
}

// each calls fn with the sessions that match, as candidates does.
func (s *searching) each(ctx context.Context, after *search.Position, page int, fn func(found) (bool, error)) error {
	moved := map[string]bool{} // a session on its way to another month may be in both
	return s.candidates(ctx, after, page, func(f found) (bool, error) {
		if moved[f.ID] || !s.matches(f) {
			return true, nil
		}
		moved[f.ID] = true
		return fn(f)
	})
}

// byTime fills a page, last or first started first.
func (s *searching) byTime(ctx context.Context, after *search.Position, result *search.Result) error {
	var all []found
	err := s.each(ctx, after, s.r.Limit+1, func(f found) (bool, error) {
		all = append(all, f)
		return len(all) <= s.r.Limit, nil
	})
	if err != nil {
		return err
	}
	s.fill(all, result)
	return nil
}

// unranked is the score of a cursor among the sessions behind the ranked ones.
const unranked = -1

// best fills a page, best match first, of the maxRanked newest sessions.
func (s *searching) best(ctx context.Context, after *search.Position, result *search.Result) error {
	if after != nil && after.Score == unranked {
		return s.unranked(ctx, after, result)
	}
	var all []found
	err := s.each(ctx, nil, maxPage, func(f found) (bool, error) {
		f.score = search.Score(s.r.Query, f.doc)
		all = append(all, f)
		return len(all) <= maxRanked, nil
	})
	if err != nil {
		return err
	}
	var last *found // of the ranked, if there are more
	if len(all) > maxRanked {
		all = all[:maxRanked]
		last = &found{ID: all[maxRanked-1].ID, StartedAt: all[maxRanked-1].StartedAt, score: unranked}
	}
	slices.SortFunc(all, func(a, b found) int {
		if s.position(a).After(s.position(b)) {
			return 1
		}
		return -1
	})
	if after != nil {
		all = slices.DeleteFunc(all, func(f found) bool { return !s.position(f).After(*after) })
	}
	s.fill(all, result)
	if result.NextCursor == "" && last != nil {
		result.NextCursor = s.position(*last).Cursor()
	}
	return nil
}

// unranked fills a page behind the ranked sessions, newest first.
func (s *searching) unranked(ctx context.Context, after *search.Position, result *search.Result) error {
	var all []found
	err := s.each(ctx, after, s.r.Limit+1, func(f found) (bool, error) {
		f.score = unranked
		all = append(all, f)
		return len(all) <= s.r.Limit, nil
	})
	if err != nil {
		return err
	}
	s.fill(all, result)
	return nil
}

func (s *searching) position(f found) search.Position {
	p := search.Position{Sort: s.r.Sort, StartedAt: f.StartedAt, ID: f.ID, Typos: s.r.Query.Typos}
	if s.r.Sort == search.SortRelevance {
		p.Score = math.Round(f.score*1e6) / 1e6
	}
	return p
}

// fill makes the page of sessions that are in order, with why each was found.
func (s *searching) fill(all []found, result *search.Result) {
	if len(all) > s.r.Limit {
		all = all[:s.r.Limit]
		result.NextCursor = s.position(all[len(all)-1]).Cursor()
	}
	s.shown = all
	for _, f := range all {
		result.Hits = append(result.Hits, search.Hit{ID: f.ID, StartedAt: f.doc.StartedAt, Matches: search.Matches(s.r.Query, f.doc)})
	}
}
