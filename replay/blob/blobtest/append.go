package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/replay/blob"
)

// AppendBucket is a bucket that can append.
type AppendBucket interface {
	blob.Bucket
	blob.Appender
}

// appendSuite is one test of an AppendBucket.
type appendSuite struct {
	suite
	a blob.Appender
}

// RunAppender tests that the buckets newBucket makes append as [blob.Appender] and
// [blob.Writer] say. Each subtest asks for one bucket, which must be empty and its own.
func RunAppender(t *testing.T, newBucket func(t *testing.T) AppendBucket) {
	t.Helper()
	for name, run := range map[string]func(appendSuite){
		"grows":               appendGrows,
		"refuses what exists": appendExisting,
		"bad keys":            appendBadKeys,
		"context done":        appendContextDone,
		"empty":               appendEmpty,
		"delete while open":   appendDeleted,
		"after close":         appendClosed,
		"many at once":        appendParallel,
		"beside deletes":      appendBesideDeletes,
	} {
		t.Run("Append/"+name, func(t *testing.T) {
			b := newBucket(t)
			run(appendSuite{suite{t, b}, b})
		})
	}
}

// open creates key for appending, or ends the test; the test's end closes it.
func (s appendSuite) open(key string) blob.Writer {
	s.Helper()
	w, err := s.a.Append(s.Context(), key)
	if err != nil {
		s.Fatalf("Append(%q): %v", key, err)
	}
	s.Cleanup(func() { _ = w.Close() }) // closed before by the tests that care
	return w
}

// write appends content and syncs it.
func write(w blob.Writer, content []byte) error {
	n, err := w.Write(content)
	if err == nil && n != len(content) {
		err = fmt.Errorf("write took %d of %d bytes without an error", n, len(content))
	}
	return errors.Join(err, w.Sync())
}

func appendGrows(s appendSuite) {
	w := s.open("packs/deep/p1")
	var all []byte
	for i := range 20 {
		piece := pattern(i * 1000)
		if err := write(w, piece); err != nil {
			s.Fatal(err)
		}
		all = append(all, piece...)
		s.holds("packs/deep/p1", all) // what is synced can be read while the object still grows
	}
	if got, err := s.read(s.Context(), "packs/deep/p1", 1000, 2000); err != nil || !bytes.Equal(got, all[1000:3000]) {
		s.Errorf("a range of a growing object: %d bytes, %v", len(got), err)
	}
	if got := s.list("packs/"); !slices.Equal(got, []string{"packs/deep/p1"}) {
		s.Errorf("List while it grows gives %q", got)
	}
	if err := w.Close(); err != nil {
		s.Fatal(err)
	}
	s.holds("packs/deep/p1", all)
}

func appendExisting(s appendSuite) {
	s.put("dir/put", []byte("whole"))
	w := s.open("dir/appended")
	if err := write(w, []byte("begun")); err != nil {
		s.Fatal(err)
	}
	for _, key := range []string{"dir/put", "dir/appended"} {
		if w, err := s.a.Append(s.Context(), key); !errors.Is(err, fs.ErrExist) {
			s.Errorf("Append(%q), which exists: %v, want fs.ErrExist", key, err)
			if err == nil {
				_ = w.Close() // the test has failed already
			}
		}
	}
	s.holds("dir/put", []byte("whole"))
	s.holds("dir/appended", []byte("begun"))
}

func appendBadKeys(s appendSuite) {
	for _, key := range []string{"", "/a", "a/", "a//b", "../a", "a/../b", "a b", "ä", strings.Repeat("x", blob.KeyBytesMax+1)} {
		if _, err := s.a.Append(s.Context(), key); !errors.Is(err, blob.ErrKey) {
			s.Errorf("Append(%q): %v, want ErrKey", key, err)
		}
	}
	if got := s.list(""); len(got) != 0 {
		s.Errorf("after refused keys List gives %q", got)
	}
}

func appendContextDone(s appendSuite) {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	if _, err := s.a.Append(ctx, "k"); !errors.Is(err, context.Canceled) {
		s.Errorf("Append with a context that is done: %v, want its error", err)
	}
	s.absent("k")
}

func appendEmpty(s appendSuite) {
	w := s.open("k")
	if err := errors.Join(w.Sync(), w.Close()); err != nil {
		s.Fatal(err)
	}
	s.holds("k", nil)
}

// appendDeleted: an object may be deleted while its writer is open; it stays away.
func appendDeleted(s appendSuite) {
	w := s.open("dir/k")
	if err := write(w, []byte("x")); err != nil {
		s.Fatal(err)
	}
	if err := s.b.Delete(s.Context(), "dir/k"); err != nil {
		s.Fatal(err)
	}
	_ = write(w, []byte("y")) // into nowhere: allowed to fail or not
	s.absent("dir/k")
	s.put("dir/k", []byte("another"))
	s.holds("dir/k", []byte("another"))
}

func appendClosed(s appendSuite) {
	w := s.open("k")
	if err := errors.Join(write(w, []byte("x")), w.Close()); err != nil {
		s.Fatal(err)
	}
	if err := write(w, []byte("y")); err == nil {
		s.Error("Write after Close gave no error")
	}
	s.holds("k", []byte("x"))
}

func appendParallel(s appendSuite) {
	const objects, pieces = 16, 10
	key := func(i int) string { return fmt.Sprintf("p%d/%d", i%2, i) }
	s.inParallel(8, objects, func(i int) error {
		w, err := s.a.Append(s.Context(), key(i))
		if err != nil {
			return err
		}
		for range pieces {
			if err := write(w, pattern(100*i)); err != nil {
				return errors.Join(err, w.Close())
			}
		}
		return w.Close()
	})
	for i := range objects {
		s.holds(key(i), bytes.Repeat(pattern(100*i), pieces))
	}
}

// appendBesideDeletes: folders are emptied by some while others create objects in them.
func appendBesideDeletes(s appendSuite) {
	s.inParallel(8, 160, func(i int) error {
		key := fmt.Sprintf("shared/%d/%d", i%2, i)
		w, err := s.a.Append(s.Context(), key)
		if err != nil {
			return err
		}
		if err := errors.Join(write(w, []byte(key)), w.Close()); err != nil {
			return err
		}
		if got, err := s.read(s.Context(), key, 0, -1); err != nil || string(got) != key {
			return fmt.Errorf("Get(%q) after Append: %q, %w", key, got, err)
		}
		return s.b.Delete(s.Context(), key)
	})
	if left := s.list(""); len(left) != 0 {
		s.Errorf("left after deleting all: %q", left)
	}
}
