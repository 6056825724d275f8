package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/afterimage/afterimage/replay/blob"
)

var parallelTests = []namedTest{
	{"Parallel/readers see one object whole", parallelReplace},
	{"Parallel/many keys", parallelKeys},
	{"Parallel/putting where others delete", parallelFolder},
}

// inParallel calls fn for 0 to count-1 from so many goroutines, and fails the test for every error.
func (s suite) inParallel(goroutines, count int, fn func(i int) error) {
	s.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
				if err := fn(i); err != nil {
					s.Errorf("%d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
}

// parallelReplace: writers replace one object with runs of one letter, each of its own
// length, while readers look. Every reader must see one of those runs.
func parallelReplace(s suite) {
	size := func(letter byte) int { return 10_000 + int(letter-'a')*30_000 }
	whole := func(letter byte) []byte { return bytes.Repeat([]byte{letter}, size(letter)) }
	s.put("k", whole('a'))
	done, stop := context.WithCancel(s.Context())
	var readers sync.WaitGroup
	var reads atomic.Int64
	for range 3 {
		readers.Go(func() {
			for done.Err() == nil {
				got, err := s.read(s.Context(), "k", 0, -1)
				if err != nil {
					s.Errorf("Get while others put: %v", err)
					return
				}
				if len(got) == 0 || !bytes.Equal(got, whole(got[0])) {
					s.Errorf("a reader saw %d bytes that nobody put", len(got))
					return
				}
				reads.Add(1)
			}
		})
	}
	s.inParallel(4, 60, func(i int) error {
		content := whole('a' + byte(i%8))
		return s.b.Put(s.Context(), "k", bytes.NewReader(content), int64(len(content)))
	})
	stop()
	readers.Wait()
	if reads.Load() == 0 && !s.Failed() {
		s.Error("nobody read while others put: the test showed nothing")
	}
}

func parallelKeys(s suite) {
	const count = 100
	key := func(i int) string { return fmt.Sprintf("d%d/e%d/f%d", i%3, i%7, i) }
	s.inParallel(8, count, func(i int) error {
		content := pattern(i * 100)
		return s.b.Put(s.Context(), key(i), bytes.NewReader(content), int64(len(content)))
	})
	for i := range count {
		s.holds(key(i), pattern(i*100))
	}
	if got := len(s.list("")); got != count {
		s.Errorf("List gives %d objects, want %d", got, count)
	}
}

// parallelFolder: each goroutine puts and deletes its own object in folders that
// they share, so that a folder is emptied while another one puts into it.
func parallelFolder(s suite) {
	s.inParallel(8, 160, func(i int) error {
		ctx := s.Context()
		key := fmt.Sprintf("shared/%d/%d", i%2, i)
		content := pattern(i + 1)
		if err := s.b.Put(ctx, key, bytes.NewReader(content), int64(len(content))); err != nil {
			return err
		}
		got, err := s.read(ctx, key, 0, -1)
		if err != nil || !bytes.Equal(got, content) {
			return fmt.Errorf("Get(%q) after Put: %d bytes, %w", key, len(got), err)
		}
		if err := s.b.Delete(ctx, key); err != nil {
			return err
		}
		if _, err := s.b.Stat(ctx, key); !errors.Is(err, blob.ErrNotFound) {
			return fmt.Errorf("Stat(%q) after Delete: %w", key, err)
		}
		return nil
	})
	if left := s.list(""); len(left) != 0 {
		s.Errorf("left after deleting all: %q", left)
	}
}
