package sqlstore_test

import (
	"context"
	"database/sql"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/migrations"
	"github.com/afterimage/afterimage/replay"
)

// What version 1 of the schema wrote must be readable, and go on, after every later one.

func TestUpgrade(t *testing.T) {
	folder := t.TempDir()
	testUpgrade(t, goose.DialectSQLite3, "sqlite", filepath.Join(folder, "afterimage.db"), sqlstore.Options{Folder: folder})
}

func TestPostgresUpgrade(t *testing.T) {
	databaseURL := testenv.Postgres(t)
	testUpgrade(t, goose.DialectPostgres, "pgx", databaseURL, sqlstore.Options{DatabaseURL: databaseURL})
}

func testUpgrade(t *testing.T, dialect goose.Dialect, driver, source string, o sqlstore.Options) {
	writeVersion1(t, dialect, driver, source)
	s, err := sqlstore.Open(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	all, err := s.Sessions(t.Context(), replay.SessionFilter{ProjectID: "p", Limit: 10})
	if err != nil || len(all) != 2 || all[0].ID != "sealed" || all[1].ID != "live" {
		t.Fatal(all, err)
	}
	for _, session := range all {
		if session.Tabs != nil || session.Dictionary != "" || session.RawBytes != 90 || len(session.Pages) != 1 {
			t.Errorf("after the upgrade: %+v", session)
		}
	}
	if sealed := all[0]; sealed.State != replay.StateSealed || sealed.SealedKey != "sessions/sealed/1" || sealed.SealedBytes != 40 {
		t.Errorf("after the upgrade: %+v", sealed)
	}
	// An object of that time holds no moments: its rows must still have them.
	wantMoments(t, s, "sealed", 0, 1)
	wantMoments(t, s, "live", 0, 1)
	if ids, err := s.ProjectIDs(t.Context()); err != nil || len(ids) != 1 || ids[0] != "p" {
		t.Error(ids, err)
	}
	sealsAnew(t, s)
}

// sealsAnew gives a session of version 1 a late batch and seals it as is done now.
func sealsAnew(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	if err := s.AddDictionary(t.Context(), replay.Dictionary{ProjectID: "p", Name: "d", WrappedKey: []byte{1}, Sessions: 9, LearnedAt: at}); err != nil {
		t.Fatal(err)
	}
	verdicts, err := s.Commit(t.Context(), []replay.Commit{{Batch: replay.Batch{
		SessionID: "sealed", TabID: "t", Seq: 1, Pack: "packs/a", Length: 10, RawBytes: 90, Events: 1, FirstAt: at, LastAt: at, ReceivedAt: at,
	}}})
	if err != nil || verdicts[0] != replay.Stored {
		t.Fatal(verdicts, err)
	}
	err = s.CommitSeal(t.Context(), replay.Sealing{
		SessionID: "sealed", Key: "sessions/sealed/2", Bytes: 50, SealCount: 1, Dictionary: "d", Tabs: []replay.Tab{{ID: "t", Events: 2}},
		Batches: []replay.BatchID{{TabID: "t", Seq: 0}, {TabID: "t", Seq: 1}},
	}, at)
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.Session(t.Context(), "p", "sealed")
	if err != nil || session.Dictionary != "d" || len(session.Tabs) != 1 || session.SealCount != 2 || session.StoredBytes != 50 {
		t.Errorf("sealed anew: %+v, %v", session, err)
	}
	wantMoments(t, s, "sealed", 0, 0)
	wantMoments(t, s, "live", 0, 1)
}

func wantMoments(t *testing.T, s *sqlstore.Store, session string, seq int64, want int) {
	t.Helper()
	b, err := s.Batch(t.Context(), session, "t", seq)
	if err != nil || len(b.Moments) != want {
		t.Errorf("session %s, batch %d: %d moments, want %d, %v", session, seq, len(b.Moments), want, err)
	}
}

// writeVersion1 makes a database as version 1 did, with a live and a sealed session and one without a batch.
func writeVersion1(t *testing.T, dialect goose.Dialect, driver, source string) {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	folder := map[string]string{"sqlite": "sqlite", "pgx": "postgres"}[driver]
	files, err := fs.Sub(migrations.FS, folder)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(dialect, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	const session = `
		INSERT INTO sessions (id, project_id, secret_hash, wrapped_key, client, claimed_at, clock_offset_ms, state, batches,
			started_at, ended_at, received_at, raw_bytes, pack_bytes, sealed_key, sealed_bytes, seal_count, pages)
		VALUES ($1, 'p', $2, $3, '{}', $4, 0, `
	const batch = `
		INSERT INTO batches (session_id, tab_id, seq, hash, pack, byte_offset, byte_length, raw_bytes, events,
			first_at, last_at, snapshot_at, received_at, moments)
		VALUES ($1, 't', 0, $2, `
	hash, key, early := make([]byte, 32), []byte{1}, int64(at-1_000)
	for _, w := range []struct {
		statement string
		args      []any
	}{
		{session + `'live', 1, $4, $4, $4, 90, 40, '', 0, 0, '[{"at":1,"tab":"t","url":"/"}]')`, []any{"live", hash, key, early}},
		{session + `'sealed', 1, $4, $4, $4, 90, 0, 'sessions/sealed/1', 40, 1, '[{"at":1,"tab":"t","url":"/"}]')`, []any{"sealed", hash, key, int64(at)}},
		{session + `'live', 0, 0, 0, 0, 0, 0, '', 0, 0, '[]')`, []any{"empty", hash, key, early}},
		{batch + `'packs/a', 0, 40, 90, 1, $3, $3, $3, $3, '[{"at":1,"kind":"click","label":"Buy"}]')`, []any{"live", hash, early}},
		{batch + `'', 0, 40, 90, 1, $3, $3, $3, $3, '[{"at":1,"kind":"click","label":"Buy"}]')`, []any{"sealed", hash, int64(at)}},
		{"INSERT INTO packs (key, closed, created_at) VALUES ('packs/a', FALSE, $1)", []any{early}},
	} {
		if _, err := db.ExecContext(t.Context(), w.statement, w.args...); err != nil {
			t.Fatalf("%s: %v", w.statement, err)
		}
	}
}
