package meili

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

const (
	// maxPage is how many documents one query reads, as many as Meilisearch lists anyway.
	maxPage = 1000
	// maxQueries is how many months one request asks; the server does one after the other.
	maxQueries = 16
	// parallel is how many requests of one search are under way at once.
	parallel = 4
	// askAgain is how often a search begins anew when a month went away under it.
	askAgain = 3
)

// found is a record as it is read back.
type found struct {
	ID        string `json:"id"`
	Order     string `json:"order"`
	StartedAt int64  `json:"startedAt"`
	Doc       string `json:"doc"`

	doc   *search.Document
	score float64
}

var documentFields = []string{"id", "order", "startedAt", "doc"}

func (f *found) document() (*search.Document, error) {
	d := new(search.Document)
	if err := json.Unmarshal([]byte(f.Doc), d); err != nil {
		return nil, errUnreadable // the error itself would show what is in it
	}
	return d, nil
}

// decode reads hits.
func decode[T any](hits meilisearch.Hits) ([]T, error) {
	all := make([]T, len(hits))
	for i, hit := range hits {
		if err := hit.DecodeInto(&all[i]); err != nil {
			return nil, errUnreadable
		}
	}
	return all, nil
}

// ask asks the same of several indexes and returns their answers in order.
func (x *Index) ask(ctx context.Context, uids []string, query *meilisearch.SearchRequest) ([]meilisearch.SearchResponse, error) {
	queries := make([]*meilisearch.SearchRequest, len(uids))
	for i, uid := range uids {
		q := *query
		q.IndexUID = uid
		queries[i] = &q
	}
	return x.askAll(ctx, queries)
}

// askAll sends queries, maxQueries in one request and at most parallel of them at once, and
// returns the answers in order.
func (x *Index) askAll(ctx context.Context, queries []*meilisearch.SearchRequest) ([]meilisearch.SearchResponse, error) {
	if len(queries) == 0 {
		return nil, nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	results := make([]meilisearch.SearchResponse, len(queries))
	slots := make(chan struct{}, parallel)
	var all sync.WaitGroup
	for at := 0; at < len(queries); at += maxQueries {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			part := queries[at:min(at+maxQueries, len(queries))]
			got, err := x.multiSearch(ctx, part)
			if err != nil {
				stop(err)
				return
			}
			copy(results[at:], got)
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return results, nil
}

func (x *Index) multiSearch(ctx context.Context, queries []*meilisearch.SearchRequest) ([]meilisearch.SearchResponse, error) {
	var response *meilisearch.MultiSearchResponse
	if err := x.retry(ctx, func() (err error) {
		response, err = x.client.MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{Queries: queries})
		return err
	}); err != nil {
		return nil, err
	}
	if len(response.Results) != len(queries) {
		return nil, fmt.Errorf("the server answered %d of %d queries; check that it is a Meilisearch", len(response.Results), len(queries))
	}
	return response.Results, nil
}

// walk is a reading of all records that pass a filter, in the order of their start and id.
type walk struct {
	uids     []string // nil: of all months that there are
	filter   string
	fields   []string
	page     int // records of the first query; later ones are larger
	oldest   bool
	from, to int64 // started at, unix ms; to exclusive; 0: open
	after    *search.Position
}

// walk calls fn with the records until it says to stop. It goes from month to month, and inside a
// month on by start and id, so that records that come or go meanwhile shift nothing and no
// query has an offset. The first months are read one by one, as most searches end there, then ever
// more at once.
func (x *Index) walk(ctx context.Context, w walk, fn func(found) (more bool, err error)) error {
	uids, err := x.reach(ctx, w)
	if err != nil {
		return err
	}
	after := ""
	if w.after != nil {
		after = w.beyond(w.after.StartedAt, orderOf(w.after.ID))
	}
	page, group, failures := min(w.page, maxPage), 1, 0
	for len(uids) > 0 {
		results, err := x.ask(ctx, uids[:min(group, len(uids))], w.query(after, page))
		if err != nil {
			if failures++; failures == askAgain {
				return err
			}
			if uids, err = x.resume(ctx, w, uids[0], err); err != nil {
				return err
			}
			continue
		}
		group = min(2*group, maxQueries)
		for _, result := range results {
			hits, err := decode[found](result.Hits)
			if err != nil {
				return err
			}
			for i, f := range hits {
				if i > 0 && !w.inOrder(hits[i-1], f) {
					return errDisorder
				}
				if more, err := fn(f); err != nil || !more {
					return err
				}
			}
			if len(hits) == page { // this month has more, which comes before the next
				last := hits[len(hits)-1]
				after, group, page = w.beyond(last.StartedAt, last.Order), 1, min(2*page, maxPage)
				break
			}
			after, uids = "", uids[1:]
		}
	}
	return nil
}

// resume gives the months that are left of a walk that could not read one.
func (x *Index) resume(ctx context.Context, w walk, at string, why error) ([]string, error) {
	if err := x.mend(ctx, why); err != nil {
		return nil, err
	}
	uids, err := x.reach(ctx, w)
	return slices.DeleteFunc(uids, func(uid string) bool { return uid != at && (uid < at) == w.oldest }), err
}

// mend makes good what a search can meet when another process changes months: one that is gone
// is forgotten, one that has no settings gets them. Any other error is returned.
func (x *Index) mend(ctx context.Context, why error) error {
	switch {
	case isCode(why, codeNotFound):
		x.months.forget()
		return nil
	case isCode(why, codeFilter, codeSort, codeFacets):
		uids, err := x.filled(ctx, "", true)
		if err != nil {
			return err
		}
		return x.repair(ctx, uids)
	}
	return why
}

// anew makes a call that asks months, and makes it again when some of them changed under it.
func (x *Index) anew(ctx context.Context, call func() error) error {
	for n := 1; ; n++ {
		err := call()
		if err == nil || n == askAgain {
			return err
		}
		if err := x.mend(ctx, err); err != nil {
			return err
		}
	}
}

// reach gives the months that a walk has to read, in its order.
func (x *Index) reach(ctx context.Context, w walk) ([]string, error) {
	uids := w.uids
	if uids == nil {
		var err error
		if uids, err = x.filled(ctx, "", false); err != nil {
			return nil, err
		}
	}
	uids = slices.DeleteFunc(slices.Clone(uids), func(uid string) bool {
		month, _, _ := x.months.parse(uid)
		from, to := x.months.span(month)
		if w.after != nil && (w.oldest && to <= clamp(w.after.StartedAt) || !w.oldest && from > clamp(w.after.StartedAt)) {
			return true
		}
		return w.from > 0 && to <= clamp(w.from) || w.to > 0 && from >= clamp(w.to)
	})
	if w.oldest {
		slices.Reverse(uids)
	}
	return uids, nil
}

// beyond asks for what comes behind a record in the order of the walk; ids go down in either.
func (w walk) beyond(startedAt int64, order string) string {
	sign := "<"
	if w.oldest {
		sign = ">"
	}
	at := clamp(startedAt)
	return fmt.Sprintf(` AND (startedAt %s %d OR (startedAt = %d AND order < "%s"))`, sign, at, at, order)
}

// errDisorder is better than pages that leave sessions out.
var errDisorder = errors.New("the server lists sessions out of order; check that nobody changed the settings of its indexes")

// inOrder tells whether b comes behind a in the order of the walk.
func (w walk) inOrder(a, b found) bool {
	if a.StartedAt != b.StartedAt {
		return (a.StartedAt > b.StartedAt) != w.oldest
	}
	return a.Order > b.Order
}

func (w walk) query(after string, page int) *meilisearch.SearchRequest {
	direction := "desc"
	if w.oldest {
		direction = "asc"
	}
	return &meilisearch.SearchRequest{
		Filter: w.filter + after, Sort: []string{"startedAt:" + direction, "order:desc"}, Limit: int64(page),
		AttributesToRetrieve: w.fields, MatchingStrategy: meilisearch.All,
	}
}
