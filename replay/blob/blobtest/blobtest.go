// Package blobtest holds what every bucket must do: the conformance suites of
// [blob.Bucket] and [blob.Appender], sentence by sentence. An adapter's test calls
// [Run], and [RunAppender] if it can append.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/afterimage/afterimage/replay/blob"
)

// suite is one test with the bucket it works on.
type suite struct {
	*testing.T
	b blob.Bucket
}

type namedTest struct {
	name string
	run  func(suite)
}

// Run tests that the buckets newBucket makes do what [blob.Bucket] says. Each subtest
// asks for one bucket, which must be empty and its own.
func Run(t *testing.T, newBucket func(t *testing.T) blob.Bucket) {
	t.Helper()
	for _, group := range [][]namedTest{putTests, getTests, keyTests, listTests, deleteTests, contextTests, parallelTests} {
		for _, test := range group {
			t.Run(test.name, func(t *testing.T) { test.run(suite{t, newBucket(t)}) })
		}
	}
}

// put stores content under key, or ends the test.
func (s suite) put(key string, content []byte) {
	s.Helper()
	if err := s.b.Put(s.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
		s.Fatalf("Put(%q, %d bytes): %v", key, len(content), err)
	}
}

// read gives the range of key that Get gives, or the error of Get or of reading.
func (s suite) read(ctx context.Context, key string, offset, length int64) ([]byte, error) {
	r, err := s.b.Get(ctx, key, offset, length)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	return content, errors.Join(err, r.Close())
}

// holds fails the test unless key holds content.
func (s suite) holds(key string, content []byte) {
	s.Helper()
	got, err := s.read(s.Context(), key, 0, -1)
	if err != nil {
		s.Errorf("Get(%q): %v", key, err)
	} else if !bytes.Equal(got, content) {
		s.Errorf("Get(%q) gave %d bytes %.40q, want %d bytes %.40q", key, len(got), got, len(content), content)
	}
	o, err := s.b.Stat(s.Context(), key)
	if err != nil || o.Key != key || o.Size != int64(len(content)) {
		s.Errorf("Stat(%q) = %+v, %v, want size %d", key, o, err, len(content))
	}
}

// absent fails the test unless key has no object, for each way of asking.
func (s suite) absent(key string) {
	s.Helper()
	if _, err := s.b.Stat(s.Context(), key); !errors.Is(err, blob.ErrNotFound) {
		s.Errorf("Stat(%q): %v, want ErrNotFound", key, err)
	}
	if _, err := s.read(s.Context(), key, 0, -1); !errors.Is(err, blob.ErrNotFound) {
		s.Errorf("Get(%q): %v, want ErrNotFound", key, err)
	}
	for _, listed := range s.list("") {
		if listed == key {
			s.Errorf("List shows %q, which should not be there", key)
		}
	}
}

// list gives the keys that begin with prefix, as List gives them, or ends the test.
func (s suite) list(prefix string) []string {
	s.Helper()
	var keys []string
	err := s.b.List(s.Context(), prefix, func(o blob.Object) error {
		keys = append(keys, o.Key)
		return nil
	})
	if err != nil {
		s.Fatalf("List(%q): %v", prefix, err)
	}
	return keys
}

// pattern gives size bytes, of which no run of 251 repeats before 64 KB have passed.
func pattern(size int) []byte {
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i%251 + i/251)
	}
	return content
}
