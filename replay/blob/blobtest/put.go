package blobtest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing/iotest"
	"time"

	"github.com/afterimage/afterimage/replay/blob"
)

var putTests = []namedTest{
	{"Put/stores all of the reader", putStores},
	{"Put/replaces whole", putReplaces},
	{"Put/takes any reader", putAnyReader},
	{"Put/too little stores nothing", func(s suite) { putRefused(s, strings.NewReader("abc"), 4, blob.ErrSize) }},
	{"Put/too much stores nothing", func(s suite) { putRefused(s, strings.NewReader("abcde"), 4, blob.ErrSize) }},
	{"Put/something for size 0 stores nothing", func(s suite) { putRefused(s, strings.NewReader("a"), 0, blob.ErrSize) }},
	{"Put/negative size stores nothing", func(s suite) { putRefused(s, strings.NewReader(""), -1, blob.ErrSize) }},
	{"Put/failing reader stores nothing", func(s suite) {
		putRefused(s, io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(errBroken)), 4, errBroken)
	}},
	{"Put/reader failing at its end stores nothing", func(s suite) {
		putRefused(s, io.MultiReader(strings.NewReader("abcd"), iotest.ErrReader(errBroken)), 4, errBroken)
	}},
	{"Put/reader failing late stores nothing", func(s suite) {
		big := pattern(3 << 20)
		putRefused(s, io.MultiReader(bytes.NewReader(big), iotest.ErrReader(errBroken)), int64(len(big))+1, errBroken)
	}},
}

var errBroken = errors.New("the reader is broken")

func putStores(s suite) {
	before := time.Now()
	for key, size := range map[string]int{"empty": 0, "one": 1, "deep/er/and/deeper": 100_000, "big": 3 << 20} {
		s.put(key, pattern(size))
		s.holds(key, pattern(size))
	}
	o, err := s.b.Stat(s.Context(), "one")
	if err != nil {
		s.Fatal(err)
	}
	// Stores round to a second, and their clock is not ours.
	const slack = time.Minute
	at := time.UnixMilli(o.ModifiedAt)
	if at.Before(before.Add(-slack)) || at.After(time.Now().Add(slack)) {
		s.Errorf("ModifiedAt = %v, want about %v", at, before)
	}
}

func putReplaces(s suite) {
	for _, size := range []int{10, 100_000, 3, 0, 5} {
		s.put("a/b", pattern(size))
		s.holds("a/b", pattern(size))
	}
	if keys := s.list(""); len(keys) != 1 {
		s.Errorf("after replacing one object List shows %q", keys)
	}
}

func putAnyReader(s suite) {
	content := pattern(10_000)
	for name, r := range map[string]io.Reader{
		"one-byte":  iotest.OneByteReader(bytes.NewReader(content)),
		"early-eof": iotest.DataErrReader(bytes.NewReader(content)),
		"no-seek":   io.MultiReader(bytes.NewReader(content)),
	} {
		if err := s.b.Put(s.Context(), name, r, int64(len(content))); err != nil {
			s.Errorf("Put of a %s reader: %v", name, err)
			continue
		}
		s.holds(name, content)
	}
}

// putRefused: the Put fails for want, leaves nothing under a new key, and leaves an old object as it is.
func putRefused(s suite, r io.Reader, size int64, want error) {
	all, readErr := io.ReadAll(r)
	again := func() io.Reader {
		if readErr == nil {
			return bytes.NewReader(all)
		}
		return io.MultiReader(bytes.NewReader(all), iotest.ErrReader(readErr))
	}
	old := []byte("old")
	s.put("dir/old", old)
	for _, key := range []string{"dir/new", "new/new", "dir/old"} {
		if err := s.b.Put(s.Context(), key, again(), size); !errors.Is(err, want) {
			s.Errorf("Put(%q): %v, want %v", key, err, want)
		}
	}
	s.absent("dir/new")
	s.absent("new/new")
	s.holds("dir/old", old)
}
