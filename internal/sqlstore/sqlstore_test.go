package sqlstore_test

import (
	"testing"

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

func TestPing(t *testing.T) {
	if err := openSQLite(t).Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReplayStore(t *testing.T) {
	replaytest.Run(t, func(t testing.TB) replay.Store { return openSQLite(t) })
}
