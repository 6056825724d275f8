package blobtest

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/afterimage/afterimage/replay/blob"
)

var listTests = []namedTest{
	{"List/empty bucket", func(s suite) {
		if keys := s.list(""); len(keys) != 0 {
			s.Errorf("List of an empty bucket gives %q", keys)
		}
	}},
	{"List/key order and prefix", listOrder},
	{"List/size and time", listDescribes},
	{"List/stops at the first error of fn", listStops},
	{"List/more than a page", listPages},
	{"List/removing while listing", listRemoving},
}

// Keys whose order by bytes differs from the order of the folders that hold them:
// '-' and '.' come before '/', digits and letters after.
var orderedKeys = []string{
	"-", ".a", "0", "A", "a", "b-b", "b.b", "b/b", "b/b-b/c", "b/b.b", "b0b", "bb/b", "c/c/c", "c/c0", "c0/c", "ca",
}

func listOrder(s suite) {
	for i := range orderedKeys { // stored in another order than listed
		key := orderedKeys[i*7%len(orderedKeys)]
		s.put(key, []byte(key))
	}
	for _, prefix := range []string{
		"", "b", "b/", "b/b", "b/b-", "b/b-b/c", "b/b-b/c/", "c/c", "c", "-", ".", "z", "b/b-b/cc", "zz/",
		"/", "../", "a/../", "b//", "\x00", "ä", " ", "~", // no key begins so
	} {
		var want []string
		for _, key := range orderedKeys {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		if got := s.list(prefix); !slices.Equal(got, want) {
			s.Errorf("List(%q) = %q, want %q", prefix, got, want)
		}
	}
}

func listDescribes(s suite) {
	s.put("a/b", pattern(1234))
	s.put("empty", nil)
	err := s.b.List(s.Context(), "", func(o blob.Object) error {
		want, err := s.b.Stat(s.Context(), o.Key)
		if err != nil {
			return err
		}
		// A list may round the time to whole seconds where Stat does not, or the other way round.
		if o.Key != want.Key || o.Size != want.Size || o.ModifiedAt/1000 != want.ModifiedAt/1000 {
			s.Errorf("List gives %+v, Stat %+v", o, want)
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
}

func listStops(s suite) {
	for _, key := range []string{"a", "b/c", "b/d", "e"} {
		s.put(key, nil)
	}
	enough := errors.New("enough")
	var seen []string
	err := s.b.List(s.Context(), "", func(o blob.Object) error {
		seen = append(seen, o.Key)
		if o.Key == "b/c" {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || !slices.Equal(seen, []string{"a", "b/c"}) {
		s.Errorf("List = %v after %q, want fn's error after its first two", err, seen)
	}
}

// listPages: an object store gives at most 1000 keys at a time.
func listPages(s suite) {
	const count = 1005
	var want []string
	s.inParallel(8, count, func(i int) error {
		return s.b.Put(s.Context(), "p/"+strconv.Itoa(10_000+i), strings.NewReader("x"), 1)
	})
	for i := range count {
		want = append(want, "p/"+strconv.Itoa(10_000+i))
	}
	if got := s.list("p/"); !slices.Equal(got, want) {
		s.Errorf("List gives %d keys, want %d in order", len(got), len(want))
	}
}

func listRemoving(s suite) {
	want := []string{"d/1", "d/2", "d/3", "e/1", "e/f/2", "g"}
	for _, key := range want {
		s.put(key, nil)
	}
	var seen []string
	err := s.b.List(s.Context(), "", func(o blob.Object) error {
		seen = append(seen, o.Key)
		return s.b.Delete(s.Context(), o.Key)
	})
	if err != nil || !slices.Equal(seen, want) {
		s.Errorf("List while deleting what it gives = %v after %q, want %q", err, seen, want)
	}
	if left := s.list(""); len(left) != 0 {
		s.Errorf("left after deleting all: %q", left)
	}
}
