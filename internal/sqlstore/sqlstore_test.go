package sqlstore_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/feedback/feedbacktest"
	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/account/accounttest"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/replaytest"
)

// openSQLite opens a store in a folder of its own.
func openSQLite(t testing.TB) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Folder: t.TempDir()})
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

// deleteAll empties every table, those that others refer to last.
const deleteAll = `
	DELETE FROM batches; DELETE FROM sessions; DELETE FROM packs; DELETE FROM tombstones; DELETE FROM outbox;
	DELETE FROM responses; DELETE FROM saved_searches; DELETE FROM dictionaries; DELETE FROM tokens; DELETE FROM logins; DELETE FROM users; DELETE FROM projects`

// sqliteFactory opens one store and returns a function that gives it, emptied: migrating
// a new file for each of some hundred subtests takes longer than running them.
func sqliteFactory(t *testing.T) func(testing.TB) *sqlstore.Store {
	t.Helper()
	folder := t.TempDir()
	s := openIn(t, folder)
	db := openFile(t, filepath.Join(folder, "afterimage.db"))
	return func(t testing.TB) *sqlstore.Store {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), deleteAll); err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// rapidChecks sets how many lives rapid tries, unless the command line says so.
func rapidChecks(t *testing.T, checks string) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	if err := f.Value.Set(checks); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Value.Set(f.DefValue); err != nil {
			t.Error(err)
		}
	})
}

func TestPing(t *testing.T) {
	if err := openSQLite(t).Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReplayStore(t *testing.T) {
	open := sqliteFactory(t)
	replaytest.Run(t, func(t testing.TB) replay.Store { return open(t) })
}

func TestFeedbackStore(t *testing.T) {
	open := sqliteFactory(t)
	feedbacktest.Run(t, func(t testing.TB) feedback.Store { return open(t) })
}

func TestAccountStore(t *testing.T) {
	open := sqliteFactory(t)
	accounttest.Run(t, func(t testing.TB) account.Store { return open(t) })
}

// TestReplayModel runs few enough lives to be quick with the race detector; -rapid.checks
// runs more.
func TestReplayModel(t *testing.T) {
	rapidChecks(t, "30")
	open := sqliteFactory(t)
	replaytest.RunModel(t, func(t testing.TB) replay.Store { return open(t) })
}
