package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	// postgresConnsMin is the least number of connections of a process, unless the URL
	// says pool_max_conns: enough for ingest, reads and background work side by side,
	// few enough for ten processes on PostgreSQL's default limit of 100.
	postgresConnsMin = 8
	// migrateLockID is the advisory lock that a migrating process holds: "aftr".
	migrateLockID = 0x61667472
)

var postgresDialect = dialect{
	name:             "postgres",
	goose:            goose.DialectPostgres,
	migrateLock:      advisoryLock{},
	forUpdate:        "FOR UPDATE",
	skipLocked:       "FOR UPDATE SKIP LOCKED",
	rowsPerStatement: 64,
	classify:         classifyPostgres,
	scrub:            func(context.Context, *sql.DB) error { return nil },
}

func (s *Store) openPostgres(ctx context.Context, databaseURL string) error {
	s.dialect = &postgresDialect
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		// pgx leaves the password out of its message.
		return err
	}
	if !strings.Contains(databaseURL, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, postgresConnsMin)
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "afterimage"
	}
	config.AfterConnect = durable
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, func() error { pool.Close(); return nil })
	s.writer = stdlib.OpenDBFromPool(pool)
	s.closers = append(s.closers, s.writer.Close)
	s.reader = s.writer
	var encoding string
	if err := s.writer.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database's encoding is %s; make one with ENCODING 'UTF8'", encoding)
	}
	return nil
}

// durable undoes a database's synchronous_commit = off: an ack promises that the commit
// survives a crash. Stronger settings (remote_apply, …) stay.
func durable(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', FALSE)
		WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

// advisoryLock makes processes that start together migrate one after the other. It waits
// in the server, so the others go on at once when the first is done.
type advisoryLock struct{}

func (advisoryLock) SessionLock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrateLockID))
	return err
}

func (advisoryLock) SessionUnlock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(migrateLockID))
	return err
}

func classifyPostgres(err error) errorKind {
	if err == nil {
		return kindOther
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return classifyState(e.Code)
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connecting) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return kindConnection
	}
	return kindOther
}

// classifyState reads an SQLSTATE (PostgreSQL's appendix A).
func classifyState(code string) errorKind {
	switch code {
	case "23505":
		return kindUnique
	case "23503":
		return kindForeignKey
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock not available
		return kindRolledBack
	case "57P01", "57P02", "57P03", "53300": // shutdown, crash, starting up, too many connections
		return kindConnection
	}
	if strings.HasPrefix(code, "08") { // connection exceptions
		return kindConnection
	}
	return kindOther
}
