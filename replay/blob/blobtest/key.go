package blobtest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay/blob"
)

var keyTests = []namedTest{
	{"Key/all allowed characters", keyAllowed},
	{"Key/longest", keyLongest},
	{"Key/case matters", func(s suite) {
		s.put("Key", []byte("upper"))
		s.put("key", []byte("lower"))
		s.holds("Key", []byte("upper"))
		s.holds("key", []byte("lower"))
	}},
	{"Key/bad ones are refused", keyBad},
	{"Key/a folder of another does no harm", keyFolder},
}

func keyAllowed(s suite) {
	keys := []string{
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", "-._", "...", ".hidden/x", "a..b", "_/-/..x",
	}
	for _, key := range keys {
		s.put(key, []byte(key))
	}
	for _, key := range keys {
		s.holds(key, []byte(key))
	}
	slices.Sort(keys)
	if got := s.list(""); !slices.Equal(got, keys) {
		s.Errorf("List gives %q, want %q", got, keys)
	}
}

func keyLongest(s suite) {
	keys := []string{
		strings.Repeat("x", blob.SegmentBytesMax),
		strings.Repeat("y/", blob.KeyBytesMax/2-1) + "yy",
	}
	for _, key := range keys {
		s.put(key, []byte(key))
		s.holds(key, []byte(key))
	}
	if got := s.list(""); !slices.Equal(got, keys) {
		s.Errorf("List gives %q, want %q", got, keys)
	}
}

func keyBad(s suite) {
	s.put("a/b", []byte("there"))
	for _, key := range []string{
		"", "/", "/a/b", "a/b/", "a//b", ".", "..", "./a", "a/.", "a/./b", "a/../a/b", "../x",
		"a b", "a\x00", "a\\b", "ä", "a:b", "a?b", "a+b", "a~b", "a%2fb", "a\n",
		strings.Repeat("x", blob.SegmentBytesMax+1),
		strings.Repeat("x/", blob.KeyBytesMax/2) + "x",
	} {
		ctx := s.Context()
		ways := map[string]error{"Put": s.b.Put(ctx, key, strings.NewReader("x"), 1), "Delete": s.b.Delete(ctx, key)}
		_, ways["Get"] = s.read(ctx, key, 0, -1)
		_, ways["Stat"] = s.b.Stat(ctx, key)
		for way, err := range ways {
			if !errors.Is(err, blob.ErrKey) {
				s.Errorf("%s(%q): %v, want ErrKey", way, key, err)
			}
		}
	}
	if got := s.list(""); !slices.Equal(got, []string{"a/b"}) {
		s.Errorf("after refused keys List gives %q", got)
	}
}

// keyFolder: a bucket may refuse "a/b/c" where "a/b" is, and the other way round, but
// what is there stays, and what was refused is not there.
func keyFolder(s suite) {
	ctx := s.Context()
	s.put("a/b", []byte("first"))
	s.eitherStoredOrAbsent(ctx, "a/b/c")
	s.holds("a/b", []byte("first"))
	if err := s.b.Delete(ctx, "a/b/c"); err != nil {
		s.Errorf("Delete below an object: %v", err)
	}
	s.put("x/y/z", []byte("first"))
	s.eitherStoredOrAbsent(ctx, "x/y")
	s.holds("x/y/z", []byte("first"))
}

func (s suite) eitherStoredOrAbsent(ctx context.Context, key string) {
	s.Helper()
	content := []byte("second")
	if err := s.b.Put(ctx, key, bytes.NewReader(content), int64(len(content))); err == nil {
		s.holds(key, content)
	} else {
		s.absent(key)
	}
}
