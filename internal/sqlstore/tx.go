package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

const (
	// txTriesMax bounds how often a transaction is repeated. With the pauses below it
	// rides out a deadlock or a dropped connection; a database that is down for longer
	// is the caller's to report, who keeps the upload and says "busy".
	txTriesMax = 5
	// txPauseMs is the first pause between tries; it doubles, and half of it is random
	// so that two transactions in each other's way part.
	txPauseMs = 10
	// inListMax is the most values of one IN list; longer lists are cut.
	inListMax = 500
)

// conn runs statements, inside a transaction or outside of one.
type conn struct {
	q interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}
	d *dialect
}

// scanner is one row.
type scanner interface{ Scan(dest ...any) error }

// exec runs a statement and returns how many rows it changed.
func (c conn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := refuseText(args); err != nil {
		return 0, err
	}
	res, err := c.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// each calls scan for every row of a query.
func each(ctx context.Context, c conn, scan func(scanner) error, query string, args ...any) (err error) {
	if err := refuseText(args); err != nil {
		return err
	}
	rows, err := c.q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// list returns the rows of a query.
func list[T any](ctx context.Context, c conn, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := each(ctx, c, func(row scanner) error {
		v, err := scan(row)
		all = append(all, v)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// one returns the first row of a query, and false if there is none.
func one[T any](ctx context.Context, c conn, scan func(scanner) (T, error), query string, args ...any) (T, bool, error) {
	all, err := list(ctx, c, scan, query, args...)
	if err != nil || len(all) == 0 {
		var none T
		return none, false, err
	}
	return all[0], true, nil
}

// scanText is the scan of a single TEXT column.
func scanText(row scanner) (s string, err error) { return s, row.Scan(&s) }

// scanInt is the scan of a single integer column.
func scanInt(row scanner) (n int64, err error) { return n, row.Scan(&n) }

// params collects the arguments of a statement that is put together.
type params []any

// add binds v and returns its placeholder.
func (p *params) add(v any) string {
	*p = append(*p, v)
	return "$" + strconv.Itoa(len(*p))
}

// row binds values and returns them as "($1, $2)".
func (p *params) row(vs ...any) string {
	cells := make([]string, 0, len(vs))
	for _, v := range vs {
		cells = append(cells, p.add(v))
	}
	return "(" + strings.Join(cells, ", ") + ")"
}

// typedRow is row for VALUES that stand alone, where PostgreSQL cannot infer the types:
// int64 is BIGINT, everything else, nil too, is TEXT.
func (p *params) typedRow(vs ...any) string {
	cells := make([]string, 0, len(vs))
	for _, v := range vs {
		as := "TEXT"
		if _, ok := v.(int64); ok {
			as = "BIGINT"
		}
		cells = append(cells, "CAST("+p.add(v)+" AS "+as+")")
	}
	return "(" + strings.Join(cells, ", ") + ")"
}

// in binds the values of an IN list. The last one is repeated until the length is a
// power of two, so that lists of any length make few different statements and the
// drivers' statement caches hold them.
func (p *params) in(vs []string) string {
	all := make([]any, 0, 2*len(vs))
	for _, v := range vs {
		all = append(all, v)
	}
	for n := len(all); n&(n-1) != 0; n++ {
		all = append(all, vs[len(vs)-1])
	}
	return p.row(all...)
}

// read runs fn outside of a transaction, where it does not keep writers waiting. fn may
// run one query only, which sees one state of the database.
func (s *Store) read(ctx context.Context, what string, fn func(conn) error) error {
	err := s.repeat(ctx, what, func() (bool, error) {
		err := fn(conn{s.reader, s.dialect})
		kind := s.dialect.classify(err)
		return kind == kindConnection || kind == kindRolledBack, err
	})
	return wrap(ctx, what, err)
}

// write runs fn in a transaction. It is repeated where the transaction certainly left no
// trace, so fn must not keep what an earlier run of it found.
func (s *Store) write(ctx context.Context, what string, fn func(conn) error) error {
	return s.transact(ctx, what, false, fn)
}

// writeIdempotent is write for what may also be repeated when it is unknown whether the
// transaction was committed.
func (s *Store) writeIdempotent(ctx context.Context, what string, fn func(conn) error) error {
	return s.transact(ctx, what, true, fn)
}

func (s *Store) transact(ctx context.Context, what string, idempotent bool, fn func(conn) error) error {
	err := s.repeat(ctx, what, func() (bool, error) {
		committing, err := s.attempt(ctx, fn)
		switch s.dialect.classify(err) {
		case kindRolledBack:
			return true, err
		case kindConnection:
			return idempotent || !committing, err
		}
		return false, err
	})
	return wrap(ctx, what, err)
}

// attempt runs fn in one transaction. committing tells that an error is of the commit.
func (s *Store) attempt(ctx context.Context, fn func(conn) error) (committing bool, err error) {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() {
		if err != nil && !committing {
			// The first error is what matters; a connection that cannot roll back is dropped.
			_ = tx.Rollback()
		}
	}()
	if err := fn(conn{tx, s.dialect}); err != nil {
		return false, err
	}
	return true, tx.Commit()
}

// repeat calls try until it succeeds, says that it must not be repeated, or was called
// txTriesMax times.
func (s *Store) repeat(ctx context.Context, what string, try func() (again bool, err error)) error {
	for n := 1; ; n++ {
		again, err := try()
		if err == nil || !again || n == txTriesMax || ctx.Err() != nil {
			return err
		}
		s.log.WarnContext(ctx, "database transaction repeated", "what", what, "try", n, "error", err)
		pause := time.Duration(txPauseMs<<(n-1)) * time.Millisecond
		timer := time.NewTimer(pause/2 + rand.N(pause/2+1))
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

func wrap(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlstore: %s: %w", what, withCause(ctx, err))
}
