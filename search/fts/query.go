package fts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/afterimage/afterimage/search"
)

// found is one row that matched.
type found struct {
	rid int64
	pos search.Position
}

// source gives FROM and WHERE of a plan in a time range, with its arguments. Rows come from
// the full-text table where the plan has words, else from the index of the project.
func (p plan) source(r search.Request, to int64) (from string, args []any) {
	low, high := int64(0), int64(math.MaxInt64)
	if r.From > maxStarted {
		low, high = 1, 0 // no session begins so late
	} else if r.From > 0 {
		low = r.From << ridSeqBits
	}
	if to > 0 && to <= maxStarted {
		high = min(high, to<<ridSeqBits-1)
	}
	if p.match != "" {
		from = ` FROM words CROSS JOIN docs d ON d.rid = words.rowid
			WHERE words MATCH ? AND words.rowid >= ? AND words.rowid <= ?`
		args = append(args, p.match, low, high)
	} else {
		from = ` FROM docs d WHERE d.project = ? AND d.rid >= ? AND d.rid <= ?`
		args = append(args, r.ProjectID, low, high)
	}
	for _, where := range p.where {
		from += " AND " + where
	}
	return from, append(args, p.args...)
}

// search answers one request from one state of the file.
func (s *store) search(ctx context.Context, r search.Request) (search.Result, error) {
	result, err := s.searchTx(ctx, r)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	var bad *search.QueryError
	if err == nil || errors.As(err, &bad) || errors.Is(err, search.ErrCursor) {
		return result, err
	}
	return search.Result{}, fmt.Errorf("search: %w", err)
}

func (s *store) searchTx(ctx context.Context, r search.Request) (search.Result, error) {
	r = r.Fill()
	after, err := search.ParseCursor(r.Cursor, r.Sort)
	if err != nil {
		return search.Result{}, err
	}
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return search.Result{}, err
	}
	defer tx.Rollback()
	p := compile(r)
	var rows []found
	if r.Sort == search.SortRelevance && p.match != "" {
		rows, err = p.best(ctx, tx, r, after)
	} else {
		rows, err = p.newest(ctx, tx, r, after)
	}
	if err != nil {
		return search.Result{}, err
	}
	result := search.Result{Total: -1}
	if len(rows) > r.Limit {
		rows = rows[:r.Limit]
		result.NextCursor = rows[r.Limit-1].pos.Cursor()
	}
	if result.Hits, err = hits(ctx, tx, r.Query, rows); err != nil {
		return search.Result{}, err
	}
	if err := p.count(ctx, tx, r, &result); err != nil {
		return search.Result{}, err
	}
	return result, nil
}

// newest returns up to r.Limit+1 rows behind a position, last started first. Row ids are
// in the order of time but not, within a ms, of ids: all rows of the last ms are read.
func (p plan) newest(ctx context.Context, tx *sql.Tx, r search.Request, after *search.Position) ([]found, error) {
	to := r.To
	if after != nil && r.Sort == search.SortNewest && (to <= 0 || after.StartedAt+1 < to) {
		to = after.StartedAt + 1
	}
	from, args := p.source(r, to)
	order := " ORDER BY d.rid DESC"
	if p.match != "" {
		order = " ORDER BY words.rowid DESC"
	}
	rows, err := tx.QueryContext(ctx, "SELECT d.rid, d.id, d.started"+from+order, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []found
	for rows.Next() {
		f := found{pos: search.Position{Sort: r.Sort}}
		if err := rows.Scan(&f.rid, &f.pos.ID, &f.pos.StartedAt); err != nil {
			return nil, err
		}
		if len(all) > r.Limit && r.Sort == search.SortNewest && all[len(all)-1].pos.StartedAt != f.pos.StartedAt {
			break
		}
		if after == nil || f.pos.After(*after) {
			all = append(all, f)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	sortFound(all)
	return all, nil
}

// best returns the rows behind a position, best match first.
func (p plan) best(ctx context.Context, tx *sql.Tx, r search.Request, after *search.Position) ([]found, error) {
	from, args := p.source(r, r.To)
	rows, err := tx.QueryContext(ctx, "SELECT d.rid, d.id, d.started, -"+rank+from, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []found
	for rows.Next() {
		f := found{pos: search.Position{Sort: r.Sort}}
		if err := rows.Scan(&f.rid, &f.pos.ID, &f.pos.StartedAt, &f.pos.Score); err != nil {
			return nil, err
		}
		if after != nil && !f.pos.After(*after) {
			continue
		}
		all = append(all, f)
		if len(all) > 4*(r.Limit+1) { // keep no more than can be on the page
			sortFound(all)
			all = all[:r.Limit+1]
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	sortFound(all)
	return all, nil
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
func hits(ctx context.Context, tx *sql.Tx, q search.Query, rows []found) ([]search.Hit, error) {
	all := make([]search.Hit, 0, len(rows))
	stmt, err := tx.PrepareContext(ctx, `SELECT json FROM bodies WHERE rid = $1`)
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	for _, f := range rows {
		hit := search.Hit{ID: f.pos.ID, StartedAt: f.pos.StartedAt}
		if q.Root != nil {
			var body []byte
			if err := stmt.QueryRowContext(ctx, f.rid).Scan(&body); err != nil {
				return nil, err
			}
			d, err := decodeBody(body)
			if err != nil {
				return nil, err
			}
			hit.Matches = search.Matches(q, d)
		}
		all = append(all, hit)
	}
	return all, nil
}

// count fills the total and the facets of a result, as far as they are asked for.
func (p plan) count(ctx context.Context, tx *sql.Tx, r search.Request, result *search.Result) error {
	if !r.WithFacet {
		if r.WithTotal {
			from, args := p.source(r, r.To)
			return tx.QueryRowContext(ctx, "SELECT count(*)"+from, args...).Scan(&result.Total)
		}
		return nil
	}
	from, args := p.source(r, r.To)
	var counted string
	if err := tx.QueryRowContext(ctx, "SELECT afterimage_tally(d.facet)"+from, args...).Scan(&counted); err != nil {
		return err
	}
	total, facets, err := readTally(counted)
	if err != nil {
		return err
	}
	result.Facets = facets
	if r.WithTotal {
		result.Total = total
	}
	return nil
}
