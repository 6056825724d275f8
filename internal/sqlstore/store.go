package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/replay"
)

var (
	_ replay.Store   = (*Store)(nil)
	_ feedback.Store = (*Store)(nil)
	_ account.Store  = (*Store)(nil)
)

// Options say which database to open.
type Options struct {
	// DatabaseURL is postgres://… (or postgresql://…), or empty for SQLite.
	DatabaseURL string
	// Folder is where SQLite keeps afterimage.db; it must exist. Unused by PostgreSQL.
	Folder string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Log gets what an operator should know, such as a transaction that had to be
	// repeated; nil is slog.Default.
	Log *slog.Logger
}

// Store is the database. It is safe for concurrent use.
type Store struct {
	writer  *sql.DB
	reader  *sql.DB // the same as writer on PostgreSQL
	dialect *dialect
	now     func() time.Time
	log     *slog.Logger
	closers []func() error
}

// Open opens the database and brings its schema up to date. Several processes may open
// one PostgreSQL database at the same time. The caller closes the Store.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{now: o.Now, log: o.Log}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	var err error
	switch {
	case o.DatabaseURL == "":
		err = s.openSQLite(o.Folder)
	case strings.HasPrefix(o.DatabaseURL, "postgres://"), strings.HasPrefix(o.DatabaseURL, "postgresql://"):
		err = s.openPostgres(ctx, o.DatabaseURL)
	default:
		// The URL may hold a password, so it is not repeated.
		return nil, fmt.Errorf("sqlstore: the database URL must be empty (SQLite) or begin with postgres://")
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: open %s: %w", s.engine(), joinClose(err, s.Close()))
	}
	return s, nil
}

func (s *Store) engine() string {
	if s.dialect == nil {
		return "database"
	}
	return s.dialect.name
}

// joinClose keeps the error that matters first.
func joinClose(err, closing error) error {
	if closing == nil {
		return err
	}
	return fmt.Errorf("%w (and closing: %w)", err, closing)
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.reader.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("sqlstore: ping: %w", err)
	}
	return nil
}

// Close closes the database. Calls under way end first.
func (s *Store) Close() error {
	var first error
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i](); err != nil && first == nil {
			first = fmt.Errorf("sqlstore: close: %w", err)
		}
	}
	s.closers = nil
	return first
}

// Scrub makes the database forget the bytes of deleted rows.
//
// SQLite overwrites deleted content in the file as it deletes (secure_delete); what is
// left lies in the write-ahead log, so Scrub checkpoints and truncates that. It waits
// for readers that still need the log and returns an error if they do not end in time.
//
// PostgreSQL has nothing to call: a deleted row stays in its page, invisible, until
// (auto)VACUUM reclaims it, and in the WAL and its archives until these are recycled.
// What makes erased recordings unreadable there is that their key is gone; rows hold
// only derived data such as URLs and error texts. Operators who must bound that time
// set autovacuum and WAL retention accordingly.
func (s *Store) Scrub(ctx context.Context) error {
	if err := s.dialect.scrub(ctx, s.writer); err != nil {
		return fmt.Errorf("sqlstore: scrub: %w", err)
	}
	return nil
}
