package searchtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// reference is an index in memory that asks the reference evaluator. It shows that the suite can be
// passed, and asks for nothing that the words of search.Index do not say.
type reference struct {
	mu   sync.Mutex
	docs map[string]*search.Prepared
	by   map[string]search.Document
	next *reference // while a rebuild is under way: what is to be
	late map[string]bool
}

func newReference() *reference {
	return &reference{docs: map[string]*search.Prepared{}, by: map[string]search.Document{}}
}

func (x *reference) put(docs []search.Document) {
	for _, d := range docs {
		x.by[d.ID] = d
		x.docs[d.ID] = search.Prepare(&d)
	}
}

func (x *reference) Put(ctx context.Context, docs []search.Document) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.put(docs)
	if x.next != nil {
		x.next.put(docs)
		for _, d := range docs {
			x.late[d.ID] = true
		}
	}
	return ctx.Err()
}

func (x *reference) Delete(ctx context.Context, ids []string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, id := range ids {
		delete(x.by, id)
		if x.next != nil {
			delete(x.next.by, id)
			x.late[id] = true
		}
	}
	return nil
}

func (x *reference) Search(ctx context.Context, r search.Request) (search.Result, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r = r.Fill()
	after, err := search.ParseCursor(r.Cursor, r.Sort)
	if err != nil || ctx.Err() != nil {
		return search.Result{}, cmp.Or(err, ctx.Err())
	}
	typos := after != nil && after.Typos
	r.Query.Typos = typos
	found := x.find(r)
	if len(found) == 0 && !r.Exact && after == nil && search.HasTypos(r.Query) {
		r.Query.Typos = true
		found = x.find(r)
	}
	result := search.Result{Total: -1, Typos: r.Query.Typos && len(found) > 0}
	if r.WithTotal {
		result.Total = int64(len(found))
	}
	if r.WithFacet {
		result.Facets = x.facets(found)
	}
	if after != nil {
		found = slices.DeleteFunc(found, func(p search.Position) bool { return !p.After(*after) })
	}
	if len(found) > r.Limit {
		found = found[:r.Limit]
		result.NextCursor = found[r.Limit-1].Cursor()
	}
	for _, p := range found {
		d := x.by[p.ID]
		result.Hits = append(result.Hits, search.Hit{ID: p.ID, StartedAt: p.StartedAt, Matches: search.Matches(r.Query, &d)})
	}
	return result, nil
}

// find returns the places of what a request finds, in order.
func (x *reference) find(r search.Request) []search.Position {
	var found []search.Position
	for id, d := range x.by {
		if d.ProjectID != r.ProjectID || !inRange(&d, r) || !x.docs[id].Evaluate(r.Query, r.Now) {
			continue
		}
		p := search.Position{Sort: r.Sort, ID: id, StartedAt: d.StartedAt, Typos: r.Query.Typos}
		if r.Sort == search.SortRelevance {
			p.Score = search.Score(r.Query, &d)
		}
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b search.Position) int {
		if a.After(b) {
			return 1
		}
		return -1
	})
	return found
}

func (x *reference) facets(found []search.Position) map[string]map[string]int64 {
	facets := map[string]map[string]int64{}
	for _, field := range search.FacetFields {
		facets[field] = map[string]int64{}
		for _, p := range found {
			d := x.by[p.ID]
			for _, value := range d.FacetValues(field) {
				facets[field][value]++
			}
		}
	}
	return facets
}

func (x *reference) Values(_ context.Context, projectID, key, prefix string, limit int) ([]search.ValueCount, error) {
	return x.count(projectID, prefix, limit, func(d *search.Document) []string { return d.Suggested(key) }), nil
}

func (x *reference) TraitNames(_ context.Context, projectID, prefix string, limit int) ([]search.ValueCount, error) {
	return x.count(projectID, prefix, limit, (*search.Document).SuggestedTraits), nil
}

func (x *reference) count(project, prefix string, limit int, values func(*search.Document) []string) []search.ValueCount {
	x.mu.Lock()
	defer x.mu.Unlock()
	counts := map[string]int64{}
	for _, d := range x.by {
		if d.ProjectID == project {
			for _, value := range values(&d) {
				counts[value]++
			}
		}
	}
	var all []search.ValueCount
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		if search.BeginsWith(value, prefix) {
			all = append(all, search.ValueCount{Value: value, Count: counts[value]})
		}
	}
	slices.SortStableFunc(all, func(a, b search.ValueCount) int { return cmp.Compare(b.Count, a.Count) })
	return all[:min(limit, len(all))]
}

func (x *reference) IDs(_ context.Context, projectID string, fn func(id string) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(x.by)) {
		if projectID == "" || x.by[id].ProjectID == projectID {
			if err := fn(id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *reference) Rebuild(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	x.mu.Lock()
	next := newReference()
	x.next, x.late = next, map[string]bool{}
	x.mu.Unlock()
	err := fill(func(docs []search.Document) error {
		x.mu.Lock()
		defer x.mu.Unlock()
		next.put(slices.DeleteFunc(slices.Clone(docs), func(d search.Document) bool { return x.late[d.ID] }))
		return ctx.Err()
	})
	x.mu.Lock()
	defer x.mu.Unlock()
	x.next = nil
	if err == nil && ctx.Err() == nil {
		x.by, x.docs = next.by, next.docs
	}
	return cmp.Or(err, ctx.Err())
}

func (x *reference) Bytes(context.Context) (int64, error) { return 0, nil }
func (x *reference) Close() error                         { return nil }

func TestReference(t *testing.T) {
	Suite{Open: func(*testing.T) search.Index { return newReference() }, Documents: 500}.Run(t)
}

func FuzzReference(f *testing.F) { FuzzProjects(f, newReference()) }

var _ search.Engine = (*reference)(nil)
