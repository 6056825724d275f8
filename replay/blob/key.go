package blob

import (
	"errors"
	"fmt"
	"strings"
)

// ErrKey is returned, wrapped, for a key that no object may have.
var ErrKey = errors.New("bad object key")

// CheckKey returns nil for a key that an object may have, else an error that wraps
// [ErrKey] and says which rule of [Bucket] the key breaks.
func CheckKey(key string) error {
	if key == "" {
		return fmt.Errorf("%w: it is empty", ErrKey)
	}
	if len(key) > KeyBytesMax {
		return fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrKey, len(key), KeyBytesMax)
	}
	for segment := range strings.SplitSeq(key, "/") {
		if err := checkSegment(segment); err != nil {
			return fmt.Errorf("%w %q: %w", ErrKey, key, err)
		}
	}
	return nil
}

func checkSegment(segment string) error {
	switch {
	case segment == "":
		return errors.New("a segment is empty")
	case segment == "." || segment == "..":
		return fmt.Errorf("the segment %q is not allowed", segment)
	case len(segment) > SegmentBytesMax:
		return fmt.Errorf("a segment has %d bytes, at most %d are allowed", len(segment), SegmentBytesMax)
	}
	for i := range len(segment) {
		if !isKeyByte(segment[i]) {
			return fmt.Errorf("the byte %q is not allowed", segment[i])
		}
	}
	return nil
}

func isKeyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '.' || c == '_' || c == '-'
}

// CheckPrefix reports whether some key could begin with prefix. Lists of any other
// prefix are empty, and adapters need not ask their store for them.
func CheckPrefix(prefix string) bool {
	if prefix == "" {
		return true
	}
	// Only the last segment may be unfinished; "." and ".." may still grow into a name.
	last := strings.LastIndexByte(prefix, '/')
	if last >= 0 && CheckKey(prefix[:last]) != nil {
		return false
	}
	for i := last + 1; i < len(prefix); i++ {
		if !isKeyByte(prefix[i]) {
			return false
		}
	}
	return len(prefix) <= KeyBytesMax && len(prefix)-last-1 <= SegmentBytesMax
}
