package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/migrations"
)

// column is one column as both engines can be asked about it.
type column struct {
	table, name, kind string
	nullable          bool
}

// kinds maps the types of both engines to what is kept in them.
var kinds = map[string]string{
	"TEXT": "text", "text": "text", "INTEGER": "integer", "bigint": "integer", "boolean": "integer", "BLOB": "bytes", "bytea": "bytes",
}

// TestSchemasAgree: a column added to one engine only is found here, not by a user.
func TestSchemasAgree(t *testing.T) {
	lite, post := sqliteColumns(t), postgresColumns(t)
	for _, c := range lite {
		if !slices.Contains(post, c) {
			t.Errorf("in SQLite only: %+v", c)
		}
	}
	for _, c := range post {
		if !slices.Contains(lite, c) {
			t.Errorf("in PostgreSQL only: %+v", c)
		}
	}
	if len(lite) < 50 {
		t.Errorf("only %d columns found", len(lite))
	}
}

// TestMigrationsInStep: both engines have the same numbers and names.
func TestMigrationsInStep(t *testing.T) {
	names := func(folder string) []string {
		files, err := fs.Glob(migrations.FS, folder+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for i := range files {
			files[i] = strings.TrimPrefix(files[i], folder+"/")
		}
		return files
	}
	if lite, post := names("sqlite"), names("postgres"); !slices.Equal(lite, post) {
		t.Errorf("SQLite has %v, PostgreSQL %v", lite, post)
	}
}

// TestPostgresTextComparesByBytes: one column without COLLATE "C" would sort, and page,
// in another order than SQLite.
func TestPostgresTextComparesByBytes(t *testing.T) {
	databaseURL := testenv.Postgres(t)
	openPostgres(t, databaseURL)
	for _, name := range postgresRows(t, databaseURL, `
		SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name <> 'goose_db_version'
			AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`, pgx.RowTo[string]) {
		t.Errorf(`%s has no COLLATE "C"`, name)
	}
}

// TestMigrateTwice: opening what is up to date changes nothing and keeps what is there.
func TestMigrateTwice(t *testing.T) {
	folder := t.TempDir()
	for range 2 {
		s, err := sqlstore.Open(t.Context(), sqlstore.Options{Folder: folder})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func sqliteColumns(t *testing.T) []column {
	t.Helper()
	folder := t.TempDir()
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := openFile(t, filepath.Join(folder, "afterimage.db"))
	rows, err := db.QueryContext(t.Context(), `
		SELECT m.name, c.name, c.type, c."notnull" = 0, m.sql LIKE '%STRICT%'
		FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []column
	for rows.Next() {
		var c column
		var strict bool
		if err := rows.Scan(&c.table, &c.name, &c.kind, &c.nullable, &strict); err != nil {
			t.Fatal(err)
		}
		if !strict {
			t.Errorf("table %s is not STRICT", c.table)
		}
		c.kind = kinds[c.kind]
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// openFile opens a SQLite file beside the store's own connections.
func openFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func postgresColumns(t *testing.T) []column {
	t.Helper()
	databaseURL := testenv.Postgres(t)
	openPostgres(t, databaseURL)
	return postgresRows(t, databaseURL, `
		SELECT table_name, column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`, func(row pgx.CollectableRow) (column, error) {
		var c column
		err := row.Scan(&c.table, &c.name, &c.kind, &c.nullable)
		if kinds[c.kind] == "" {
			return c, fmt.Errorf("unknown type %s of %s.%s", c.kind, c.table, c.name)
		}
		c.kind = kinds[c.kind]
		return c, err
	})
}

func postgresRows[T any](t *testing.T, databaseURL, query string, scan pgx.RowToFunc[T]) []T {
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
	rows, err := c.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, scan)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
