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
CREATE TABLE projects (code INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE buckets ( -- see bucket
	rid  INTEGER PRIMARY KEY, -- of slot 0
	next INTEGER NOT NULL,
	top  INTEGER NOT NULL,
	late INTEGER NOT NULL
);
CREATE TABLE ids (key BLOB PRIMARY KEY, rid INTEGER NOT NULL) WITHOUT ROWID; -- see idKey
CREATE TABLE docs (rid INTEGER PRIMARY KEY, head BLOB NOT NULL, body BLOB NOT NULL);
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
	kept memory
	// second is taken by the one search that may use a second reader at a time.
	second chan struct{}
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
	s := &store{path: path, second: make(chan struct{}, 1)}
	return s, s.connect()
}

func (s *store) connect() (err error) {
	dsn := (&url.URL{Scheme: "file", Path: s.path}).String()
	common := "?_pragma=busy_timeout(10000)&_pragma=secure_delete(ON)"
	s.w, err = sql.Open("sqlite", dsn+common+
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-8000)&_txlock=immediate")
	if err != nil {
		return fmt.Errorf("open search index %s: %w", s.path, err)
	}
	s.w.SetMaxOpenConns(1)
	s.r, err = sql.Open("sqlite", dsn+common+"&_pragma=query_only(ON)&_pragma=cache_size(-4000)")
	if err != nil {
		return errors.Join(fmt.Errorf("open search index %s: %w", s.path, err), s.w.Close())
	}
	s.r.SetMaxOpenConns(maxOpenReaders)
	s.r.SetMaxIdleConns(maxOpenReaders)
	s.r.SetConnMaxIdleTime(readerIdle)
	return nil
}

// disconnect closes the file; the last connection moves the log into it.
func (s *store) disconnect() error {
	if err := errors.Join(s.r.Close(), s.w.Close()); err != nil {
		return fmt.Errorf("close search index %s: %w", s.path, err)
	}
	return nil
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
		`CREATE VIRTUAL TABLE terms USING fts5vocab(words, row)`,
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

func (s *store) close() error {
	s.kept.close()
	return s.disconnect()
}

// removeFiles removes an index file and what SQLite keeps beside it.
func removeFiles(path string) error {
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove search index: %w", err)
		}
	}
	return nil
}
