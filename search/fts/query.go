package fts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// found is one row that matched.
type found struct {
	rid int64
	pos search.Position
}

// run is one request on its way through one state of the file.
type run struct {
	s     *store
	tx    *sql.Tx
	r     search.Request
	after *search.Position

	project    int64
	all, inner span // rows of the time asked for; see rows
	plan       plan
	calls      callbacks
}

// search answers one request: if nothing holds the words as they were written, with words that are
// one typo away.
func (s *store) search(ctx context.Context, r search.Request) (search.Result, error) {
	r = r.Fill()
	result, err := s.searchIn(ctx, r)
	if err == nil && len(result.Hits) == 0 && r.Cursor == "" && !r.Exact && !r.Query.Typos && search.HasTypos(r.Query) {
		near := r
		near.Query = r.Query.WithTypos()
		var second search.Result
		if second, err = s.searchIn(ctx, near); err == nil && len(second.Hits) > 0 {
			result = second
		}
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	var bad *search.QueryError
	if err == nil || errors.As(err, &bad) || errors.Is(err, search.ErrCursor) {
		return result, err
	}
	return search.Result{}, fmt.Errorf("search: %w", err)
}

// searchIn answers one request from one state of the file.
func (s *store) searchIn(ctx context.Context, r search.Request) (result search.Result, err error) {
	x := run{s: s, r: r}
	if x.after, err = search.ParseCursor(r.Cursor, r.Sort); err != nil {
		return search.Result{}, err
	}
	if x.after != nil && x.after.Typos {
		x.r.Query = r.Query.WithTypos()
	}
	if x.r.Query.Typos || r.WithFacet || r.WithTotal || hasPattern(r.Query.Root) {
		// What is kept in memory stays as the file is while this is held.
		s.kept.changing.RLock()
		defer s.kept.changing.RUnlock()
	}
	if x.tx, err = s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}); err != nil {
		return search.Result{}, err
	}
	defer x.tx.Rollback()
	defer x.calls.release()
	return x.result(ctx)
}

func (x *run) result(ctx context.Context) (result search.Result, err error) {
	r := x.r
	result.Total = -1
	if x.project, err = projectCode(ctx, x.tx, r.ProjectID); err != nil {
		return search.Result{}, err
	}
	x.all, x.inner = rows(x.project, r.From, r.To)
	if x.project == 0 {
		x.all, x.inner = span{1, 0}, span{1, 0}
	}
	c := compiler{ctx: ctx, tx: x.tx, project: x.project, within: x.all, now: r.Now, calls: &x.calls}
	c.sets = func() [][]string {
		columns, err := x.s.kept.facetsOf(ctx, x.tx, x.project)
		if err != nil || columns == nil {
			c.err = errors.Join(c.err, err)
			return nil
		}
		return columns.sets
	}
	if r.Query.Typos {
		words, err := x.s.kept.vocabulary(ctx, x.tx)
		if err != nil {
			return search.Result{}, err
		}
		c.near = words.near
	}
	if x.plan, err = c.compile(r.Query.Root); err != nil {
		return search.Result{}, err
	}
	var all []found
	if r.Sort == search.SortRelevance && x.plan.match != "" {
		all, err = x.best(ctx)
	} else {
		all, err = x.byTime(ctx)
	}
	if err != nil {
		return search.Result{}, err
	}
	if len(all) > r.Limit {
		all = all[:r.Limit]
		last := all[r.Limit-1].pos
		last.Typos = r.Query.Typos
		result.NextCursor = last.Cursor()
	}
	result.Typos = r.Query.Typos
	if result.Hits, err = x.hits(ctx, all); err != nil {
		return search.Result{}, err
	}
	return result, x.count(ctx, all, &result)
}

// hasPattern tells whether a query asks for facets by a pattern, which columns in memory answer.
func hasPattern(n search.Node) bool {
	switch n := n.(type) {
	case *search.And:
		return slices.ContainsFunc(n.Parts, hasPattern)
	case *search.Or:
		return slices.ContainsFunc(n.Parts, hasPattern)
	case *search.Not:
		return hasPattern(n.Part)
	case *search.Field:
		spec := search.Spec(n.Key)
		return spec != nil && len(spec.Fields) == 1 && isFacetField(spec.Fields[0]) && slices.ContainsFunc(n.Values, func(v search.Value) bool {
			return !v.Quote && strings.Contains(v.Text, "*")
		})
	}
	return false
}

// source gives FROM and WHERE of the plan for some rows, with its arguments. Rows come from the
// full-text table where the plan has words; docs are joined where head says so, or the plan
// needs them.
func (x *run) source(in span, head bool) (rid, from string, args []any) {
	p := x.plan
	if p.match == "" {
		rid, from = "d.rid", ` FROM docs d WHERE d.rid >= ? AND d.rid <= ?`
	} else {
		rid, from = "words.rowid", ` FROM words`
		if head || len(p.where) > 0 {
			from += ` CROSS JOIN docs d ON d.rid = words.rowid`
		}
		from += ` WHERE words MATCH ? AND words.rowid >= ? AND words.rowid <= ?`
		args = append(args, p.match)
	}
	args = append(args, in.low, in.high)
	for _, where := range p.where {
		from += " AND " + where
	}
	return rid, from, append(args, p.args...)
}

// inTime tells whether a session that begins at a time is asked for.
func (x *run) inTime(started int64) bool {
	return (x.r.From == 0 || started >= x.r.From) && (x.r.To == 0 || started < x.r.To)
}

// byTime returns up to Limit+1 rows behind the cursor in the order of time, and maybe some more.
func (x *run) byTime(ctx context.Context) ([]found, error) {
	in, order := x.all, " DESC"
	oldest := x.r.Sort == search.SortOldest
	if x.after != nil && x.r.Sort != search.SortRelevance {
		at := min(max(x.after.StartedAt, 0), startedMax)
		if here := bucketOf(x.project, at); oldest {
			in.low = max(in.low, here)
		} else {
			in.high = min(in.high, here+slotMax)
		}
	}
	if oldest {
		order = ""
	}
	rid, from, args := x.source(in, true)
	rows, err := x.tx.QueryContext(ctx, "SELECT "+rid+", d.head"+from+" ORDER BY "+rid+order, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	w := timeWindow{x: x, oldest: oldest}
	for rows.Next() {
		var rid int64
		var blob sql.RawBytes
		if err := rows.Scan(&rid, &blob); err != nil {
			return nil, err
		}
		h, err := parseHead(blob)
		if err != nil {
			return nil, err
		}
		if enough, err := w.add(ctx, rid, &h); err != nil || enough {
			return w.all, err
		}
	}
	sortFound(w.all)
	return w.all, rows.Err()
}

// timeWindow gathers rows in their order, which is that of time but for the rows of one bucket: how
// far these can be out of order is what the bucket says.
type timeWindow struct {
	x      *run
	oldest bool
	all    []found
	sorted int // all is in order, and had this many rows

	bucket bucket
	first  int64 // of the bucket, 0 before the first row
	edge   int64 // the start of the row of the bucket that is furthest on
	known  bool  // bucket is read
}

// add takes the next row; enough is true when no row behind it can come onto the page.
func (w *timeWindow) add(ctx context.Context, rid int64, h *head) (enough bool, err error) {
	limit := w.x.r.Limit
	if first := rid &^ slotMax; first != w.first {
		if len(w.all) > limit && w.x.r.Sort != search.SortRelevance {
			sortFound(w.all)
			return true, nil
		}
		w.first, w.edge, w.known = first, h.started, false
	}
	if w.oldest {
		w.edge = max(w.edge, h.started)
	} else {
		w.edge = min(w.edge, h.started)
	}
	pos := search.Position{Sort: w.x.r.Sort, StartedAt: h.started, ID: idOf(h.key)}
	if w.x.inTime(h.started) && (w.x.after == nil || pos.After(*w.x.after)) {
		w.all = append(w.all, found{rid, pos})
	}
	if len(w.all) <= limit || w.x.r.Sort == search.SortRelevance || len(w.all) < w.sorted+16 && w.sorted > 0 {
		return false, nil
	}
	if !w.known {
		if w.bucket, err = readBucket(ctx, w.x.tx, w.first); err != nil {
			return false, err
		}
		w.known = true
	}
	sortFound(w.all)
	w.all = w.all[:limit+1]
	w.sorted = len(w.all)
	last := w.all[limit].pos.StartedAt
	if w.oldest {
		return last < w.edge-w.bucket.late, nil
	}
	return last > w.edge+w.bucket.late, nil
}

// best returns the rows behind the cursor, best match first.
func (x *run) best(ctx context.Context) ([]found, error) {
	if x.after != nil {
		// Scores move with every session that is written; the place in their order does not.
		err := x.tx.QueryRowContext(ctx, `SELECT -`+rank+` FROM words WHERE words MATCH ? AND rowid = (SELECT rid FROM ids WHERE key = ?)`,
			x.plan.match, idKey(x.after.ID)).Scan(&x.after.Score)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	_, from, args := x.source(x.all, true)
	rows, err := x.tx.QueryContext(ctx, "SELECT d.rid, d.head, -"+rank+from, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []found
	for rows.Next() {
		f := found{pos: search.Position{Sort: x.r.Sort}}
		var blob sql.RawBytes
		if err := rows.Scan(&f.rid, &blob, &f.pos.Score); err != nil {
			return nil, err
		}
		h, err := parseHead(blob)
		if err != nil {
			return nil, err
		}
		f.pos.StartedAt, f.pos.ID = h.started, idOf(h.key)
		if !x.inTime(h.started) || x.after != nil && !f.pos.After(*x.after) {
			continue
		}
		all = append(all, f)
		if len(all) > 4*(x.r.Limit+1) { // keep no more than can be on the page
			sortFound(all)
			all = all[:x.r.Limit+1]
		}
	}
	sortFound(all)
	return all, rows.Err()
}

func sortFound(all []found) {
	slices.SortFunc(all, func(a, b found) int {
		switch {
		case b.pos.After(a.pos):
			return -1
		case a.pos.After(b.pos):
			return 1
		}
		return 0
	})
}

// hits reads the documents of the rows and says why each was found.
func (x *run) hits(ctx context.Context, all []found) ([]search.Hit, error) {
	hits := make([]search.Hit, len(all))
	for i, f := range all {
		hits[i] = search.Hit{ID: f.pos.ID, StartedAt: f.pos.StartedAt}
	}
	if x.r.Query.Root == nil || len(all) == 0 {
		return hits, nil
	}
	stmt, err := x.tx.PrepareContext(ctx, `SELECT head, body FROM docs WHERE rid = ?`)
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	for i, f := range all {
		var headBlob, body []byte
		if err := stmt.QueryRowContext(ctx, f.rid).Scan(&headBlob, &body); err != nil {
			return nil, err
		}
		d, err := parseDocument(headBlob, body)
		if err != nil {
			return nil, err
		}
		hits[i].Matches = search.Matches(x.r.Query, d)
	}
	return hits, nil
}
