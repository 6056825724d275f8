package meili

import (
	"context"
	"encoding/json"
	"errors"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

// maxChecked is how many candidates are read to count sessions of a query that filters
// cannot say exactly; beyond it the total and the facets count the candidates, and
// are an upper bound.
const maxChecked = 5000

// errEnough ends a count that would read too much.
var errEnough = errors.New("enough")

// count fills the total and the facets, as far as they are asked for: from the page if it shows all,
// by the server where the filter is exact, else by looking at the candidates.
func (s *searching) count(ctx context.Context, result *search.Result) error {
	t := newTally()
	var err error
	switch {
	case s.isAll:
		for _, f := range s.shown {
			t.add(f.doc)
		}
	case s.exact:
		err = s.countByServer(ctx, t)
	default:
		err = s.countCandidates(ctx, t)
	}
	if err != nil {
		return err
	}
	if s.r.WithTotal {
		result.Total = t.total
	}
	if s.r.WithFacet {
		result.Facets = t.facets
	}
	return nil
}

// tally is a count of sessions and of the values of their facets.
type tally struct {
	total  int64
	facets map[string]map[string]int64
}

func newTally() *tally {
	t := &tally{facets: map[string]map[string]int64{}}
	for _, field := range search.FacetFields {
		t.facets[field] = map[string]int64{}
	}
	return t
}

func (t *tally) add(d *search.Document) {
	t.total++
	for _, field := range search.FacetFields {
		for _, value := range d.FacetValues(field) {
			t.facets[field][value]++
		}
	}
}

// countCandidates looks at up to maxChecked candidates; of more, the server counts all.
func (s *searching) countCandidates(ctx context.Context, t *tally) error {
	read := 0
	err := s.candidates(ctx, nil, maxPage, func(f found) (bool, error) {
		if read++; read > maxChecked {
			return false, errEnough
		}
		if s.matches(f) {
			t.add(f.doc)
		}
		return true, nil
	})
	if errors.Is(err, errEnough) {
		*t = *newTally()
		return s.countByServer(ctx, t)
	}
	return err
}

// countByServer asks every month that the time range touches. The total is the count of the one
// project among the facets: that of the hits ends at maxTotalHits.
func (s *searching) countByServer(ctx context.Context, t *tally) error {
	names := []string{"project"}
	if s.r.WithFacet {
		for _, field := range search.FacetFields {
			names = append(names, "facets."+field)
		}
	}
	counts, err := s.x.distribution(ctx, walk{from: s.r.From, to: s.r.To}, s.filter, names)
	if err != nil {
		return err
	}
	for _, field := range search.FacetFields {
		for hexed, n := range counts["facets."+field] {
			t.facets[field][facetValue(hexed)] += n
		}
	}
	t.total = counts["project"][projectOf(s.r.ProjectID)]
	return nil
}

// distribution counts values of facets in the months that a walk would read, the maxFacetValues most
// frequent ones of each month.
func (x *Index) distribution(ctx context.Context, w walk, filter string, facets []string) (map[string]map[string]int64, error) {
	counts := map[string]map[string]int64{}
	err := x.anew(ctx, func() error {
		clear(counts)
		uids, err := x.reach(ctx, w)
		if err != nil {
			return err
		}
		none := int64(0)
		// A limit of 0 would be left out by the client and mean 20.
		results, err := x.ask(ctx, uids, &meilisearch.SearchRequest{
			Filter: filter, HitsPerPage: &none, Facets: facets, MatchingStrategy: meilisearch.All,
		})
		if err != nil {
			return err
		}
		for _, result := range results {
			if err := addCounts(counts, result.FacetDistribution); err != nil {
				return err
			}
		}
		return nil
	})
	return counts, err
}

func addCounts(counts map[string]map[string]int64, distribution json.RawMessage) error {
	if len(distribution) == 0 {
		return nil
	}
	one := map[string]map[string]int64{}
	if err := json.Unmarshal(distribution, &one); err != nil {
		return errors.New("the facets that Meilisearch counted cannot be read; check its version")
	}
	for facet, values := range one {
		if counts[facet] == nil {
			counts[facet] = map[string]int64{}
		}
		for value, n := range values {
			counts[facet][value] += n
		}
	}
	return nil
}
