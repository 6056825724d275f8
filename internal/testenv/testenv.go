// Package testenv gives tests the real servers that scripts/test.sh starts: a fresh
// database or bucket each, removed afterwards. A test whose server is missing skips and
// says which variable to set.
package testenv

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"testing"
	"time"
)

// The variables that say where the servers are.
const (
	EnvPostgres = "AFTERIMAGE_TEST_POSTGRES_URL" // of a superuser
	EnvS3       = "AFTERIMAGE_TEST_S3_URL"       // the bucket named in it is only the beginning of names
	EnvMeili    = "AFTERIMAGE_TEST_MEILI_URL"
)

// cleanupTimeout bounds what a test's end waits for.
const cleanupTimeout = 30 * time.Second

// require returns the variable's value, or skips the test.
func require(t testing.TB, variable string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		t.Skipf("%s is not set: scripts/test.sh starts what this test needs, or set it yourself", variable)
	}
	return value
}

// parse reads the URL in variable, or ends the test.
func parse(t testing.TB, variable, value string) *url.URL {
	t.Helper()
	u, err := url.Parse(value)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return u
}

// fresh is a name that nobody else uses, of lower-case letters and digits.
func fresh() string {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	return "t" + hex.EncodeToString(random[:])
}

// cleanupContext is for what a test's end does, when the test's own context is over.
func cleanupContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), cleanupTimeout)
}
