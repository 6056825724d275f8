package blob

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckKey(t *testing.T) {
	good := []string{
		"a", "A-Z_0.9", "packs/p1", "a/b/c", "...", ".hidden", "a..b",
		strings.Repeat("x", SegmentBytesMax),
		strings.Repeat("x/", KeyBytesMax/2-1) + "xy",
	}
	for _, key := range good {
		if err := CheckKey(key); err != nil {
			t.Errorf("CheckKey(%q) = %v, want nil", key, err)
		}
	}
	bad := []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "a/./b", "a/../b", "../a", "a b", "a\x00b", "a\\b",
		"ä", "a:b", "a+b", "a~b", "a%2e", "a\n", strings.Repeat("x", SegmentBytesMax+1),
		strings.Repeat("x/", KeyBytesMax/2) + "x",
	}
	for _, key := range bad {
		if err := CheckKey(key); !errors.Is(err, ErrKey) {
			t.Errorf("CheckKey(%q) = %v, want ErrKey", key, err)
		}
	}
}

func TestCheckPrefix(t *testing.T) {
	for _, prefix := range []string{"", "a", "a/", "a/b", "a/.", "..", strings.Repeat("x/", KeyBytesMax/2)} {
		if !CheckPrefix(prefix) {
			t.Errorf("CheckPrefix(%q) = false, but a key can begin so", prefix)
		}
	}
	for _, prefix := range []string{"/", "a//", "../", "a/../", "a~", "a/ b", "\x00", strings.Repeat("x", KeyBytesMax+1)} {
		if CheckPrefix(prefix) {
			t.Errorf("CheckPrefix(%q) = true, but no key can begin so", prefix)
		}
	}
}

// FuzzCheckKey: every prefix of a good key passes CheckPrefix, and a good key names
// a path that stays below its folder.
func FuzzCheckKey(f *testing.F) {
	for _, key := range []string{"a/b", "../x", "a/./b", ".a/..b", ""} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if CheckKey(key) != nil {
			return
		}
		for i := range len(key) + 1 {
			if !CheckPrefix(key[:i]) {
				t.Fatalf("CheckPrefix(%q) = false, but %q is a key", key[:i], key)
			}
		}
		if strings.HasPrefix(key, "/") || strings.Contains("/"+key+"/", "/../") {
			t.Fatalf("CheckKey passed %q, which leaves its folder", key)
		}
	})
}
