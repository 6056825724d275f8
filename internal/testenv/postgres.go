package testenv

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Postgres returns the URL of a new, empty database in the server of
// AFTERIMAGE_TEST_POSTGRES_URL: UTF-8, sorted by bytes. It is dropped when the test ends,
// with whoever is still connected. Skips the test where the variable is not set.
func Postgres(t testing.TB) string {
	t.Helper()
	server := require(t, EnvPostgres)
	u := parse(t, EnvPostgres, server)
	name := fresh()
	// The template without content is the only one that takes another collation.
	create := `CREATE DATABASE ` + name + ` TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`
	if err := execute(t.Context(), server, create); err != nil {
		t.Fatalf("make a database in %s: %v", u.Redacted(), err)
	}
	t.Cleanup(func() {
		ctx, cancel := cleanupContext()
		defer cancel()
		if err := execute(ctx, server, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

// execute runs one statement outside any transaction.
func execute(ctx context.Context, server, statement string) (err error) {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := conn.Close(ctx); err == nil {
			err = closeErr
		}
	}()
	_, err = conn.Exec(ctx, statement)
	return err
}
