package sqlstore

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/replay"
)

func openForRetry(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{DatabaseURL: testenv.Postgres(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, id := range []string{"a", "b"} {
		if err := s.CreateProject(t.Context(), account.Project{ID: id, PublicKey: id}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// rename changes a project's name inside a transaction.
func rename(ctx context.Context, tx conn, id, name string) error {
	return changedOne(tx.exec(ctx, "UPDATE projects SET name = name || $1 WHERE id = $2", name, id))
}

// TestDeadlockIsRepeated: two transactions take the same rows in opposite orders; the
// one that PostgreSQL ends is repeated, and both have done their work once.
func TestDeadlockIsRepeated(t *testing.T) {
	s := openForRetry(t)
	var both sync.WaitGroup
	both.Add(2)
	var tries [2]int
	work := func(n int, first, second string) error {
		return s.write(t.Context(), "test", func(tx conn) error {
			tries[n]++
			if err := rename(t.Context(), tx, first, "x"); err != nil {
				return err
			}
			if tries[n] == 1 {
				both.Done()
				both.Wait() // each holds its first row now
			}
			return rename(t.Context(), tx, second, "x")
		})
	}
	done := make(chan error, 1)
	go func() { done <- work(0, "a", "b") }()
	if err := work(1, "b", "a"); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if tries[0]+tries[1] < 3 {
		t.Errorf("tries are %v: there was no deadlock, so the test shows nothing", tries)
	}
	for _, id := range []string{"a", "b"} {
		if p, err := s.Project(t.Context(), id); err != nil || p.Name != "xx" {
			t.Errorf("project %s is named %q, %v; want xx", id, p.Name, err)
		}
	}
}

// cutConnections ends every connection to the database but its own.
func cutConnections(t *testing.T, s *Store) {
	t.Helper()
	_, err := s.writer.ExecContext(t.Context(), `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
}

// TestLostConnectionIsRepeated: the connection goes in the middle of a transaction, and
// the transaction is done once nevertheless.
func TestLostConnectionIsRepeated(t *testing.T) {
	s := openForRetry(t)
	tries := 0
	err := s.write(t.Context(), "test", func(tx conn) error {
		tries++
		if err := rename(t.Context(), tx, "a", "x"); err != nil {
			return err
		}
		if tries == 1 {
			cutConnections(t, s)
		}
		return rename(t.Context(), tx, "b", "x")
	})
	if err != nil || tries != 2 {
		t.Fatalf("%d tries, %v; want 2", tries, err)
	}
	for _, id := range []string{"a", "b"} {
		if p, err := s.Project(t.Context(), id); err != nil || p.Name != "x" {
			t.Errorf("project %s is named %q, %v; want x", id, p.Name, err)
		}
	}
}

// TestUnclearCommit: the connection goes just before the commit, so nobody knows what
// became of it. Only what is idempotent is repeated.
func TestUnclearCommit(t *testing.T) {
	for _, idempotent := range []bool{true, false} {
		s := openForRetry(t)
		tries := 0
		err := s.transact(t.Context(), "test", idempotent, func(tx conn) error {
			tries++
			if err := rename(t.Context(), tx, "a", "x"); err != nil {
				return err
			}
			if tries == 1 {
				cutConnections(t, s)
			}
			return nil
		})
		if idempotent && (err != nil || tries != 2) {
			t.Errorf("idempotent: %d tries, %v; want 2", tries, err)
		}
		if !idempotent && (err == nil || tries != 1) {
			t.Errorf("not idempotent: %d tries, %v; want 1 and an error", tries, err)
		}
	}
}

// TestIdleConnectionsAreReplaced: the database was restarted while nothing was asked.
func TestIdleConnectionsAreReplaced(t *testing.T) {
	s := openForRetry(t)
	if _, err := s.Claim(t.Context(), replay.Claim{SessionID: "s", ProjectID: "p", WrappedKey: []byte{1}}); err != nil {
		t.Fatal(err)
	}
	for seq := range int64(3) {
		cutConnections(t, s)
		verdicts, err := s.Commit(t.Context(), []replay.Commit{{Batch: replay.Batch{SessionID: "s", TabID: "t", Seq: seq, Pack: "k"}}})
		if err != nil || verdicts[0] != replay.Stored {
			t.Fatal(verdicts, err)
		}
		cutConnections(t, s)
		if _, err := s.Session(t.Context(), "p", "s"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRepeatGivesUp: a fault that stays is reported, after a bounded number of tries.
func TestRepeatGivesUp(t *testing.T) {
	s := &Store{log: slog.New(slog.DiscardHandler)}
	fault := errors.New("fault")
	tries := 0
	err := s.repeat(t.Context(), "test", func() (bool, error) { tries++; return true, fault })
	if !errors.Is(err, fault) || tries != txTriesMax {
		t.Errorf("%d tries, %v", tries, err)
	}
	tries = 0
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	err = s.repeat(ctx, "test", func() (bool, error) { tries++; cancel(); return true, fault })
	if !errors.Is(err, fault) || tries != 1 {
		t.Errorf("ended context: %d tries, %v", tries, err)
	}
}

// TestStatementCacheIsBounded: statements beyond the cache's size still run, and one
// whose rows are being read is not taken from under them.
func TestStatementCacheIsBounded(t *testing.T) {
	s, err := Open(t.Context(), Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	db, err := s.reader.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	c := conn{db, s.dialect}
	const nested = "WITH n (i) AS (VALUES (1), (2), (3)) SELECT i FROM n ORDER BY i"
	var sum int64
	err = each(t.Context(), c, func(outer scanner) error {
		i, err := scanInt(outer)
		if err != nil {
			return err
		}
		for k := range stmtCacheMax {
			if _, _, err := one(t.Context(), c, scanInt, "SELECT $1 + "+strconv.Itoa(k), i); err != nil {
				return err
			}
		}
		inner, err := list(t.Context(), c, scanInt, nested)
		for _, j := range inner {
			sum += i * j
		}
		return err
	}, nested)
	if err != nil || sum != 36 {
		t.Fatalf("sum %d, %v; want 36", sum, err)
	}
	err = db.Raw(func(inner any) error {
		if n := len(inner.(*cachingConn).stmts); n > stmtCacheMax {
			t.Errorf("%d statements are kept, want at most %d", n, stmtCacheMax)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
