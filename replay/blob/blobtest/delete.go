package blobtest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay/blob"
)

var deleteTests = []namedTest{
	{"Delete/removes one", deleteOne},
	{"Delete/twice is no error", func(s suite) {
		s.put("a/b", nil)
		for range 2 {
			if err := s.b.Delete(s.Context(), "a/b"); err != nil {
				s.Errorf("Delete: %v", err)
			}
		}
		if err := s.b.Delete(s.Context(), "never/was/there"); err != nil {
			s.Errorf("Delete of what never was: %v", err)
		}
	}},
	{"Delete/a folder is no object", func(s suite) {
		s.put("a/b/c", []byte("x"))
		// A folder may refuse it or say that there is nothing; either way the objects stay.
		if err := s.b.Delete(s.Context(), "a/b"); err != nil {
			s.Errorf("Delete of a folder of objects: %v, want no error as there is no such object", err)
		}
		s.holds("a/b/c", []byte("x"))
	}},
	{"Delete/the folder can become an object", func(s suite) {
		s.put("a/b/c", nil)
		if err := s.b.Delete(s.Context(), "a/b/c"); err != nil {
			s.Fatal(err)
		}
		s.put("a", []byte("now an object"))
		s.holds("a", []byte("now an object"))
	}},
}

func deleteOne(s suite) {
	for _, key := range []string{"a/b/c", "a/b/d", "a/e", "f"} {
		s.put(key, []byte(key))
	}
	if err := s.b.Delete(s.Context(), "a/b/c"); err != nil {
		s.Fatal(err)
	}
	s.absent("a/b/c")
	if got, want := s.list(""), []string{"a/b/d", "a/e", "f"}; !slices.Equal(got, want) {
		s.Errorf("left: %q, want %q", got, want)
	}
	s.put("a/b/c", []byte("again"))
	s.holds("a/b/c", []byte("again"))
}

var contextTests = []namedTest{
	{"Context/done before", contextDone},
	{"Context/done while putting", contextDuringPut},
	{"Context/done while listing", contextDuringList},
}

func contextDone(s suite) {
	s.put("there", []byte("old"))
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	ways := map[string]error{
		"Put":    s.b.Put(ctx, "there", strings.NewReader("new"), 3),
		"Delete": s.b.Delete(ctx, "there"),
		"List":   s.b.List(ctx, "", func(blob.Object) error { return nil }),
	}
	_, ways["Get"] = s.read(ctx, "there", 0, -1)
	_, ways["Stat"] = s.b.Stat(ctx, "there")
	for way, err := range ways {
		if !errors.Is(err, context.Canceled) {
			s.Errorf("%s with a context that is done: %v, want its error", way, err)
		}
	}
	s.holds("there", []byte("old"))
}

// cancelReader gives endless bytes and ends its context after some of them.
type cancelReader struct {
	left   int
	cancel context.CancelFunc
}

func (r *cancelReader) Read(p []byte) (int, error) {
	r.left -= len(p)
	if r.left < 0 {
		r.cancel()
	}
	clear(p)
	return len(p), nil
}

func contextDuringPut(s suite) {
	const size = 4 << 20
	s.put("there", []byte("old"))
	for _, key := range []string{"there", "new"} {
		ctx, cancel := context.WithCancel(s.Context())
		r := io.LimitReader(&cancelReader{left: size / 2, cancel: cancel}, size)
		if err := s.b.Put(ctx, key, r, size); !errors.Is(err, context.Canceled) {
			s.Errorf("Put(%q) whose context ends midway: %v, want its error", key, err)
		}
		cancel()
	}
	s.holds("there", []byte("old"))
	s.absent("new")
}

func contextDuringList(s suite) {
	for _, key := range []string{"a", "b/c", "d"} {
		s.put(key, nil)
	}
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	seen := 0
	err := s.b.List(ctx, "", func(blob.Object) error {
		seen++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || seen != 1 {
		s.Errorf("List whose context ends at the first of 3 objects: %v after %d", err, seen)
	}
}
