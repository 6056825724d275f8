package blobtest

import (
	"bytes"
	"errors"
	"io"

	"github.com/afterimage/afterimage/replay/blob"
)

var getTests = []namedTest{
	{"Get/ranges", getRanges},
	{"Get/empty object", getEmpty},
	{"Get/not found", func(s suite) {
		s.put("dir/there", pattern(3))
		s.absent("nothing")
		s.absent("dir")        // a folder is no object
		s.absent("dir/ther")   // nor is the beginning of a key
		s.absent("dir/there2") // nor what goes on after one
		s.absent("dir/there/x")
	}},
	{"Get/not found comes before a bad range", func(s suite) {
		if _, err := s.read(s.Context(), "nothing", 100, 1); !errors.Is(err, blob.ErrNotFound) {
			s.Errorf("Get of a range of nothing: %v, want ErrNotFound", err)
		}
	}},
	{"Get/closed half read", getClosedEarly},
	{"Get/an open reader keeps the old object whole", getWhileReplaced},
}

func getRanges(s suite) {
	content := pattern(1000)
	s.put("k", content)
	for _, r := range []struct{ offset, length, end int64 }{
		{0, -1, 1000},
		{0, 1000, 1000},
		{0, 1, 1},
		{999, 1, 1000},
		{1, 998, 999},
		{500, -1, 1000},
		{0, 0, 0},
		{10, 0, 10},
		{900, 200, 1000}, // ends past the object
		{0, 1 << 40, 1000},
		{999, 1<<63 - 1, 1000},
		{1000, -1, 1000}, // begins at its end
		{1000, 5, 1000},
		{1000, 0, 1000},
	} {
		got, err := s.read(s.Context(), "k", r.offset, r.length)
		if want := content[r.offset:r.end]; err != nil || !bytes.Equal(got, want) {
			s.Errorf("Get(offset %d, length %d) = %d bytes, %v, want %d bytes", r.offset, r.length, len(got), err, len(want))
		}
	}
	for _, r := range []struct{ offset, length int64 }{
		{1001, -1},
		{1001, 0},
		{1001, 1},
		{1 << 62, 1},
		{-1, 1},
		{0, -2},
	} {
		if got, err := s.read(s.Context(), "k", r.offset, r.length); !errors.Is(err, blob.ErrRange) {
			s.Errorf("Get(offset %d, length %d) = %d bytes, %v, want ErrRange", r.offset, r.length, len(got), err)
		}
	}
}

func getEmpty(s suite) {
	s.put("empty", nil)
	for _, length := range []int64{-1, 0, 1} {
		if got, err := s.read(s.Context(), "empty", 0, length); err != nil || len(got) != 0 {
			s.Errorf("Get(offset 0, length %d) of an empty object = %q, %v", length, got, err)
		}
	}
	if _, err := s.read(s.Context(), "empty", 1, -1); !errors.Is(err, blob.ErrRange) {
		s.Errorf("Get(offset 1) of an empty object: %v, want ErrRange", err)
	}
}

func getClosedEarly(s suite) {
	content := pattern(1 << 20)
	s.put("k", content)
	for range 20 { // often, so that a connection or file that is not given back shows
		r, err := s.b.Get(s.Context(), "k", 0, -1)
		if err != nil {
			s.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
			s.Error(err)
		}
		if err := r.Close(); err != nil {
			s.Errorf("Close of a half-read object: %v", err)
		}
	}
	s.holds("k", content)
}

// getWhileReplaced: readers see the old or the new object, whole; so one that has
// begun to read goes on with the same. A store may end the reader with an error instead.
func getWhileReplaced(s suite) {
	old := bytes.Repeat([]byte("o"), 1<<20)
	s.put("k", old)
	r, err := s.b.Get(s.Context(), "k", 0, -1)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = r.Close() }() // only read from
	head := make([]byte, 10)
	if _, err := io.ReadFull(r, head); err != nil {
		s.Fatal(err)
	}
	s.put("k", bytes.Repeat([]byte("n"), 1<<20))
	rest, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(append(head, rest...), old) {
		s.Errorf("a reader got %d bytes of a mix of the old and the new object", len(head)+len(rest))
	}
}
