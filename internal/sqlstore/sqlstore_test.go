package sqlstore_test

import (
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

func TestPing(t *testing.T) {
	if err := openSQLite(t).Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReplayStore(t *testing.T) {
	replaytest.Run(t, func(t testing.TB) replay.Store { return openSQLite(t) })
}

func TestFeedbackStore(t *testing.T) {
	feedbacktest.Run(t, func(t testing.TB) feedback.Store { return openSQLite(t) })
}

func TestAccountStore(t *testing.T) {
	accounttest.Run(t, func(t testing.TB) account.Store { return openSQLite(t) })
}

// TestReplayModel runs rapid's hundred lives.
func TestReplayModel(t *testing.T) {
	replaytest.RunModel(t, func(t testing.TB) replay.Store { return openSQLite(t) })
}
