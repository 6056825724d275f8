package sqlstore_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/feedback/feedbacktest"
	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/account/accounttest"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/replaytest"
)

// postgresFactory makes one database for the test and returns a function that gives the
// store on it, emptied: making a database for each of some hundred subtests takes longer
// than running them.
func postgresFactory(t *testing.T, databaseURL string) func(testing.TB) *sqlstore.Store {
	t.Helper()
	s := openPostgres(t, databaseURL)
	return func(t testing.TB) *sqlstore.Store {
		t.Helper()
		// DELETE, for TRUNCATE makes new files and waits for the disk.
		execPostgres(t, databaseURL, deleteAll)
		return s
	}
}

func openPostgres(t testing.TB, databaseURL string) *sqlstore.Store {
	t.Helper()
	// Not the test's context: that ends before the clean-up does.
	s, err := sqlstore.Open(context.WithoutCancel(t.Context()), sqlstore.Options{DatabaseURL: databaseURL})
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

func execPostgres(t testing.TB, databaseURL string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	for _, statement := range statements {
		if _, err := c.Exec(t.Context(), statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func icuName(t *testing.T) string { return "icu_" + strings.ToLower(t.Name()) }

// icuDatabase makes a database whose default order is not by bytes, as most are.
func icuDatabase(t *testing.T) string {
	t.Helper()
	server := testenv.Postgres(t)
	execPostgres(t, server, "DROP DATABASE IF EXISTS "+icuName(t),
		"CREATE DATABASE "+icuName(t)+" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'")
	t.Cleanup(func() {
		c, err := pgx.Connect(context.Background(), server)
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := c.Exec(context.Background(), "DROP DATABASE "+icuName(t)+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + icuName(t)
	return u.String()
}

func TestPostgresReplayStore(t *testing.T) {
	open := postgresFactory(t, icuDatabase(t))
	replaytest.Run(t, func(t testing.TB) replay.Store { return open(t) })
}

// TestPostgresOpenTogether is several processes that start at once on a new database.
func TestPostgresOpenTogether(t *testing.T) {
	databaseURL := testenv.Postgres(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := sqlstore.Open(t.Context(), sqlstore.Options{DatabaseURL: databaseURL})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestPostgresFeedbackStore(t *testing.T) {
	open := postgresFactory(t, icuDatabase(t))
	feedbacktest.Run(t, func(t testing.TB) feedback.Store { return open(t) })
}

func TestPostgresAccountStore(t *testing.T) {
	open := postgresFactory(t, icuDatabase(t))
	accounttest.Run(t, func(t testing.TB) account.Store { return open(t) })
}

// TestPostgresReplayModel runs fewer lives than on SQLite: each statement is a round trip.
func TestPostgresReplayModel(t *testing.T) {
	rapidChecks(t, "10")
	open := postgresFactory(t, testenv.Postgres(t))
	replaytest.RunModel(t, func(t testing.TB) replay.Store { return open(t) })
}
