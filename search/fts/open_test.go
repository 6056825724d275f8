package fts

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// reopen opens the index of a folder, says whether it is fresh and how many sessions it
// has, and closes it.
func reopen(t *testing.T, dir string) (fresh bool, sessions int64) {
	t.Helper()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	r, err := x.Search(context.Background(), search.Request{ProjectID: "p", WithTotal: true})
	if err != nil {
		t.Fatal(err)
	}
	return x.Fresh(), r.Total
}

// TestOpenAgain holds that an index is found again as it was left, and that what cannot be
// read is replaced by an empty one that says so.
func TestOpenAgain(t *testing.T) {
	dir := t.TempDir()
	x, err := Open(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if !x.Fresh() {
		t.Error("a new index is not fresh")
	}
	if err := x.Put(context.Background(), searchtest.Documents(1, "p", 20)); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	// What a rebuild leaves that was cut off.
	left := filepath.Join(dir, FileName+nextSuffix)
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if fresh, n := reopen(t, dir); fresh || n != 20 {
		t.Errorf("opened again: fresh %v, %d sessions, want 20", fresh, n)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what a rebuild left is still there: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte("this is no database, but long enough to look at"), 0o600); err != nil {
		t.Fatal(err)
	}
	if fresh, n := reopen(t, dir); !fresh || n != 0 {
		t.Errorf("a broken file: fresh %v, %d sessions, want a new index", fresh, n)
	}
}

func TestOpenOtherVersion(t *testing.T) {
	dir := t.TempDir()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Put(context.Background(), searchtest.Documents(1, "p", 5)); err != nil {
		t.Fatal(err)
	}
	if _, err := x.cur.w.Exec(`UPDATE meta SET value = 'of the future'`); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if fresh, n := reopen(t, dir); !fresh || n != 0 {
		t.Errorf("another version: fresh %v, %d sessions, want a new index", fresh, n)
	}
}

func TestOpenRefused(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "no", "such", "folder", "x.db")); err == nil {
		t.Error("an index in a folder that is not there opens")
	}
}

func TestClosed(t *testing.T) {
	x, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if err := x.Put(context.Background(), searchtest.Documents(1, "p", 1)); err == nil {
		t.Error("Put after Close")
	}
	if _, err := x.Search(context.Background(), search.Request{ProjectID: "p"}); err == nil {
		t.Error("Search after Close")
	}
}
