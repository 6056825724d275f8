package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// sqliteFileName is the database in the data folder.
	sqliteFileName = "afterimage.db"
	// sqliteBusyMs is how long a statement waits for a lock. Only commands that run
	// beside the service, and checkpoints, ever hold one.
	sqliteBusyMs = 5_000
	// sqliteReadersMin is the least number of connections that read: a long list must
	// not keep a look-up waiting, whatever the number of cores.
	sqliteReadersMin = 4
	// sqliteCacheKiB is the page cache of one connection; small, for there are several
	// and the system caches the file as well.
	sqliteCacheKiB = 4_096
	// scrubBusyMs is how long one checkpoint waits for readers. Writers wait as long,
	// so it is short and tried again.
	scrubBusyMs = 100
	// scrubWaitMs is how long Scrub tries in all before it gives up.
	scrubWaitMs = 30_000
	// scrubPauseMs lets writers in between two tries.
	scrubPauseMs = 50
)

var sqliteDialect = dialect{
	name:             "sqlite",
	goose:            goose.DialectSQLite3,
	rowsPerStatement: 8,
	classify:         classifySQLite,
	scrub:            scrubSQLite,
}

// openSQLite opens the file twice: one connection that writes, so that writers queue in
// Go (in order, and with contexts) instead of polling SQLite's lock, and some that read
// the last committed state meanwhile.
func (s *Store) openSQLite(folder string) error {
	s.dialect = &sqliteDialect
	path, err := filepath.Abs(filepath.Join(folder, sqliteFileName))
	if err != nil {
		return err
	}
	s.writer, err = openCaching(sqliteDSN(path, url.Values{"_txlock": {"immediate"}}))
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.writer.Close)
	s.writer.SetMaxOpenConns(1)
	s.reader, err = openCaching(sqliteDSN(path, url.Values{"_query_only": {"1"}}))
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.reader.Close)
	readers := max(sqliteReadersMin, runtime.GOMAXPROCS(0))
	s.reader.SetMaxOpenConns(readers)
	s.reader.SetMaxIdleConns(readers)
	return nil
}

func openCaching(dsn string) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(cachingConnector{connector}), nil
}

// sqliteDSN names the file and how each connection treats it. busy_timeout comes first,
// for the pragmas after it may have to wait for a lock themselves.
func sqliteDSN(path string, more url.Values) string {
	more["_pragma"] = []string{
		fmt.Sprintf("busy_timeout(%d)", sqliteBusyMs),
		"journal_mode(WAL)",
		"synchronous(FULL)", // an ack promises that the commit survives a power loss
		"foreign_keys(1)",
		"secure_delete(1)", // what is erased is overwritten in the file
		fmt.Sprintf("cache_size(-%d)", sqliteCacheKiB),
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: more.Encode()}).String()
}

func classifySQLite(err error) errorKind {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return kindOther
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return kindUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return kindForeignKey
	}
	switch e.Code() & 0xff { // the primary code of an extended one
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return kindRolledBack
	}
	return kindOther
}

// scrubSQLite truncates the write-ahead log, which still holds pages as they were before
// rows were deleted from them.
func scrubSQLite(ctx context.Context, writer *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, scrubWaitMs*time.Millisecond)
	defer cancel()
	pause := time.NewTicker(scrubPauseMs * time.Millisecond)
	defer pause.Stop()
	for {
		done, err := checkpoint(ctx, writer)
		if err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the write-ahead log is still being read: %w", ctx.Err())
		case <-pause.C:
		}
	}
}

// checkpoint tries once to move the log into the file and truncate it; done is false
// if somebody still reads from it.
func checkpoint(ctx context.Context, writer *sql.DB) (done bool, err error) {
	c, err := writer.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		// Whatever happened, the connection goes back with the timeout it had.
		if _, undo := c.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", sqliteBusyMs)); err == nil {
			err = undo
		}
		if closing := c.Close(); err == nil {
			err = closing
		}
	}()
	if _, err := c.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", scrubBusyMs)); err != nil {
		return false, err
	}
	var busy, inLog, moved int
	err = c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &inLog, &moved)
	if classifySQLite(err) == kindRolledBack {
		return false, nil
	}
	return busy == 0, err
}
