package testenv

import (
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func TestPostgres(t *testing.T) {
	server := require(t, EnvPostgres)
	var database string
	t.Run("inside", func(t *testing.T) {
		own := Postgres(t)
		if other := Postgres(t); own == other {
			t.Errorf("two tests share the database %s", own)
		}
		database = parse(t, "database", own).Path[1:]
		conn, err := pgx.Connect(t.Context(), own)
		if err != nil {
			t.Fatal(err)
		}
		// Not closed: dropping must work nevertheless.
		var encoding, collation string
		var tables int
		err = conn.QueryRow(t.Context(), `SELECT pg_encoding_to_char(encoding), datcollate,
			(SELECT count(*) FROM pg_tables WHERE schemaname = 'public') FROM pg_database WHERE datname = current_database()`).
			Scan(&encoding, &collation, &tables)
		if err != nil || encoding != "UTF8" || collation != "C" || tables != 0 {
			t.Errorf("encoding %q, collation %q, %d tables, %v, want UTF8, C, none", encoding, collation, tables, err)
		}
	})
	conn, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	var left int
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_database WHERE datname = $1`, database).Scan(&left); err != nil || left != 0 {
		t.Errorf("after its test %d databases %q are left, %v", left, database, err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestS3(t *testing.T) {
	require(t, EnvS3)
	var u *url.URL
	t.Run("inside", func(t *testing.T) {
		u = parse(t, "bucket", S3(t))
		if other := S3(t); other == u.String() {
			t.Errorf("two tests share the bucket %s", other)
		}
	})
	client, err := minio.New(u.Query().Get("endpoint"), &minio.Options{
		Creds: credentials.NewStaticV4(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	if there, err := client.BucketExists(t.Context(), u.Host); err != nil || there {
		t.Errorf("after its test the bucket %s is there: %v, %v", u.Host, there, err)
	}
}
