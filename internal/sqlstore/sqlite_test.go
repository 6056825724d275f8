package sqlstore_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/replay"
)

// openIn opens a store in a folder that the test looks into.
func openIn(t *testing.T, folder string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// onDisk tells which files of a folder hold a text.
func onDisk(t *testing.T, folder, text string) []string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			found = append(found, f.Name())
		}
	}
	return found
}

// TestScrubForgets: after an erasure and Scrub nothing of the session is in the files.
func TestScrubForgets(t *testing.T) {
	const secret = "a-very-secret-page-title"
	folder := t.TempDir()
	s := openIn(t, folder)
	for n := range 5 {
		storeSession(t, s, fmt.Sprint("s", n))
		_, err := s.Commit(t.Context(), []replay.Commit{{
			Batch: replay.Batch{
				SessionID: fmt.Sprint("s", n), TabID: "t", Seq: 1, Pack: "packs/a", Events: 1, FirstAt: at, LastAt: at, ReceivedAt: at,
				Moments: []replay.Moment{{At: at, Kind: "page", Label: strings.Repeat(secret, 500)}}, // spills into overflow pages
			},
			Summary: replay.Summary{Pages: []replay.Page{{At: at, URL: "/", Title: secret}}, User: replay.User{Email: secret}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(onDisk(t, folder, secret)) == 0 {
		t.Fatal("the text is not on disk, so the test shows nothing")
	}
	for n := range 5 {
		if err := s.Erase(t.Context(), "p", fmt.Sprint("s", n), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := onDisk(t, folder, secret); len(found) > 0 {
		t.Errorf("still in %v", found)
	}
}

// TestScrubWaitsForReaders: a reader holds the log; Scrub goes through once it ended,
// and says so if it does not end.
func TestScrubWaitsForReaders(t *testing.T) {
	folder := t.TempDir()
	s := openIn(t, folder)
	storeSession(t, s, "s")
	reader, err := openFile(t, filepath.Join(folder, "afterimage.db")).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM sessions").Scan(&n); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	storeSession(t, s, "r")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if err := s.Scrub(ctx); err == nil {
		t.Fatal("Scrub succeeded while the log was read")
	}
	scrubbed := make(chan error, 1)
	go func() { scrubbed <- s.Scrub(t.Context()) }()
	storeSession(t, s, "q") // writers go on meanwhile
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-scrubbed; err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(folder, "afterimage.db-wal")); err != nil || info.Size() != 0 {
		t.Fatalf("the log has %d bytes, %v", info.Size(), err)
	}
}

// TestFolderNames: the path is part of a URL, so its odd characters need care.
func TestFolderNames(t *testing.T) {
	for _, name := range []string{"a b", "100%25", "q?mode=ro", "hash#tag", "한글"} {
		folder := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		s := openIn(t, folder)
		storeSession(t, s, "s")
		if _, err := os.Stat(filepath.Join(folder, "afterimage.db")); err != nil {
			t.Error(err)
		}
	}
}

// TestReopen: what was committed is there after the store is opened again.
func TestReopen(t *testing.T) {
	folder := t.TempDir()
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	storeSession(t, s, "s")
	addResponse(t, s, response("r", "s"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openIn(t, folder)
	if _, err := s.Session(t.Context(), "p", "s"); err != nil {
		t.Error(err)
	}
	if n, err := s.Add(t.Context(), []feedback.Response{response("r", "s")}); err != nil || n != 0 {
		t.Error(n, err)
	}
}

// TestReadersDoNotWaitForWriters: a listing is answered while a transaction is open.
func TestReadersDoNotWaitForWriters(t *testing.T) {
	folder := t.TempDir()
	s := openIn(t, folder)
	storeSession(t, s, "s")
	db := openFile(t, filepath.Join(folder, "afterimage.db"))
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, statement := range []string{"BEGIN IMMEDIATE", "UPDATE sessions SET release = 'x'"} {
		if _, err := c.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	session, err := s.Session(ctx, "p", "s")
	if err != nil || session.Release != "" {
		t.Error(session.Release, err)
	}
	if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
}

// TestOpenRefuses: what cannot work says so at the start, without a password in it.
func TestOpenRefuses(t *testing.T) {
	for _, o := range []sqlstore.Options{
		{DatabaseURL: "mysql://user:hunter2@host/db"},
		{DatabaseURL: "postgres://user:hunter2@127.0.0.1:1/db?connect_timeout=1"},
		{DatabaseURL: "postgres://user:hunter2@127.0.0.1:notaport/db"},
		{Folder: filepath.Join(t.TempDir(), "missing")},
	} {
		s, err := sqlstore.Open(t.Context(), o)
		if err == nil {
			t.Errorf("%+v was opened: %v", o, s.Close())
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
}
