package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// stmtCacheMax is how many compiled statements one SQLite connection keeps: all that a
// busy service uses, for the variable ones come in few lengths (see chunks and params.in).
const stmtCacheMax = 128

// cachingConnector makes SQLite connections that compile each statement once. Compiling
// the statements of a large commit takes longer than running them (see BenchmarkCommit);
// pgx does the same for PostgreSQL by itself.
type cachingConnector struct{ driver.Connector }

func (c cachingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks an interface that the statement cache needs"), inner.Close())
	}
	return &cachingConn{sqliteConn: full, stmts: make(map[string]*cachedStmt)}, nil
}

// sqliteConn is what the driver's connections can do, and what database/sql would
// otherwise find out one by one.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteStmt is what the driver's statements can do.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// cachingConn is used by one goroutine at a time, as database/sql promises.
type cachingConn struct {
	sqliteConn
	stmts map[string]*cachedStmt
}

// cachedStmt is a compiled statement; busy while its rows are read.
type cachedStmt struct {
	sqliteStmt
	busy bool
}

// cacheable leaves out what may act while it is compiled (PRAGMA) or is run once (DDL).
func cacheable(query string) bool {
	query = strings.TrimLeft(query, " \t\n")
	for _, verb := range []string{"SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "} {
		if strings.HasPrefix(query, verb) {
			return true
		}
	}
	return false
}

// take returns the compiled statement, marked busy, or nil if it is not for the cache.
func (c *cachingConn) take(ctx context.Context, query string) (*cachedStmt, error) {
	if s := c.stmts[query]; s != nil {
		if s.busy {
			return nil, nil
		}
		s.busy = true
		return s, nil
	}
	if !cacheable(query) {
		return nil, nil
	}
	if err := c.makeRoom(); err != nil {
		return nil, err
	}
	inner, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(sqliteStmt)
	if !ok {
		return nil, inner.Close()
	}
	s := &cachedStmt{sqliteStmt: full, busy: true}
	c.stmts[query] = s
	return s, nil
}

// makeRoom drops any statement that is free when the cache is full. Which one matters
// little: the cache holds all that is used often.
func (c *cachingConn) makeRoom() error {
	if len(c.stmts) < stmtCacheMax {
		return nil
	}
	for query, s := range c.stmts {
		if !s.busy {
			delete(c.stmts, query)
			return s.Close()
		}
	}
	return nil
}

// ExecContext implements [driver.ExecerContext].
func (c *cachingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	defer func() { s.busy = false }()
	return s.ExecContext(ctx, args)
}

// QueryContext implements [driver.QueryerContext].
func (c *cachingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		s.busy = false
		return nil, err
	}
	return &cachedRows{Rows: rows, stmt: s}, nil
}

// Close implements [driver.Conn].
func (c *cachingConn) Close() error {
	var failed []error
	for _, s := range c.stmts {
		failed = append(failed, s.Close())
	}
	clear(c.stmts)
	return errors.Join(append(failed, c.sqliteConn.Close())...)
}

// cachedRows frees its statement when it is closed.
type cachedRows struct {
	driver.Rows
	stmt *cachedStmt
}

// Close implements [driver.Rows].
func (r *cachedRows) Close() error {
	defer func() { r.stmt.busy = false }()
	return r.Rows.Close()
}
