package sqlstore

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// dialect is all that differs between the engines. Everything else is one body of SQL.
type dialect struct {
	name  string        // in messages; also the folder of its migrations
	goose goose.Dialect // its version table

	// migrateLock keeps several processes from migrating at once; nil where only one
	// process can have the database open.
	migrateLock lock.SessionLocker

	// forUpdate ends a SELECT whose rows the transaction will change, so that nobody
	// else changes them meanwhile. SQLite has one writer at a time and needs none.
	forUpdate string
	// skipLocked is forUpdate for work that any process may take: rows that another
	// transaction holds are passed over.
	skipLocked string

	// rowsPerStatement is the most rows of one multi-row statement, a power of two.
	// PostgreSQL takes many, for each statement is a round trip. SQLite takes few, for it
	// looks parameters up one after the other: time grows with their square, and there
	// is no trip to save. Both measured with BenchmarkCommit.
	rowsPerStatement int

	// classify says what kind of failure an error of the driver is.
	classify func(error) errorKind

	// scrub makes the database forget deleted bytes; see [Store.Scrub].
	scrub func(ctx context.Context, writer *sql.DB) error
}
