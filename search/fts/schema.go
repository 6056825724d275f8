package fts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// version changes whenever the schema or the tokens change: an index of another version is
// dropped at Open and has to be filled again.
const version = "2"

const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE docs (
	rid       INTEGER PRIMARY KEY, -- startedAt in the high bits: newest first is highest first
	id        TEXT NOT NULL UNIQUE,
	project   TEXT NOT NULL,
	started   INTEGER NOT NULL,
	ended     INTEGER NOT NULL,
	active    INTEGER NOT NULL,
	clicks    INTEGER NOT NULL,
	pages     INTEGER NOT NULL,
	errors    INTEGER NOT NULL,
	failed    INTEGER NOT NULL,
	responses INTEGER NOT NULL,
	nps       INTEGER, -- NULL: no answer
	csat      INTEGER,
	ces       INTEGER,
	statuses  TEXT NOT NULL, -- of failed requests, with commas between
	browser   TEXT NOT NULL,
	os        TEXT NOT NULL,
	device    TEXT NOT NULL,
	country   TEXT NOT NULL,
	release   TEXT NOT NULL,
	language  TEXT NOT NULL,
	facet     TEXT NOT NULL -- the values of all facets in one; see facetOf
);
-- Holds all that counting the facets of a whole project needs.
CREATE INDEX docs_project ON docs (project, rid, facet);
CREATE TABLE bodies (rid INTEGER PRIMARY KEY, json BLOB NOT NULL);
`

const (
	// maxOpenReaders bounds the searches that run at once; each holds a page cache of 4 MB.
	maxOpenReaders = 4
	// readerIdle is after how long a reader that nobody needs gives its cache back.
	readerIdle = time.Minute
)

// store is one index file: a connection that writes and a few that read.
type store struct {
	path string
	w, r *sql.DB
}

// openStore opens or makes the file; fresh tells that it is empty because it was new,
// broken or of another version.
func openStore(ctx context.Context, path string) (s *store, fresh bool, err error) {
	s, err = connect(path)
	if err != nil {
		return nil, false, err
	}
	var have string
	err = s.w.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'version'`).Scan(&have)
	if err == nil && have == version {
		return s, false, nil
	}
	if err != nil && !unreadable(err) {
		return nil, false, errors.Join(fmt.Errorf("open search index %s: %w", path, err), s.close())
	}
	// Everything in it can be made again from the stores, so an index that this
	// version cannot read is no reason not to start.
	if err := s.close(); err != nil {
		return nil, false, fmt.Errorf("close search index %s: %w", path, err)
	}
	if err := removeFiles(path); err != nil {
		return nil, false, err
	}
	if s, err = connect(path); err != nil {
		return nil, false, err
	}
	if err := s.create(ctx); err != nil {
		return nil, false, errors.Join(fmt.Errorf("make search index %s: %w", path, err), s.close())
	}
	return s, true, nil
}

// unreadable tells whether an error means that the file is new, of another version, or
// broken, and not that the disk or the folder refuses.
func unreadable(err error) bool {
	if errors.Is(err, sql.ErrNoRows) {
		return true
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB: // ERROR: no such table
		return true
	}
	return false
}

func connect(path string) (*store, error) {
	dsn := (&url.URL{Scheme: "file", Path: path}).String()
	common := "?_pragma=busy_timeout(10000)&_pragma=secure_delete(ON)"
	w, err := sql.Open("sqlite", dsn+common+
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-8000)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open search index %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	r, err := sql.Open("sqlite", dsn+common+"&_pragma=query_only(ON)&_pragma=cache_size(-4000)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open search index %s: %w", path, err), w.Close())
	}
	r.SetMaxOpenConns(maxOpenReaders)
	r.SetMaxIdleConns(maxOpenReaders)
	r.SetConnMaxIdleTime(readerIdle)
	return &store{path: path, w: w, r: r}, nil
}

func (s *store) create(ctx context.Context) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, stmt := range []string{
		schema,
		createWords(),
		// Without it a deleted text stays in the index until its segment is merged.
		`INSERT INTO words (words, rank) VALUES ('secure-delete', 1)`,
		// It reads a page from its start for each word it deletes: small pages (bytes; the
		// default is 4050) halve what replacing a document costs.
		`INSERT INTO words (words, rank) VALUES ('pgsz', 1000)`,
		`INSERT INTO meta (key, value) VALUES ('version', '` + version + `')`,
	} {
		if _, err := tx.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (s *store) close() error { return errors.Join(s.r.Close(), s.w.Close()) }

// removeFiles removes an index file and what SQLite keeps beside it.
func removeFiles(path string) error {
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove search index: %w", err)
		}
	}
	return nil
}
