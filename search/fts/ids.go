package fts

import (
	"encoding/hex"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// Sessions are found by id through a table of its own. An id that is a UUID in its usual form is
// kept as its 16 bytes, and its words are not in the full-text table: all five differ in
// every session and would be a fifth of it. Its key begins with keyUUID; the key of any other id
// with keyText, then comes the id folded, a NUL, and the id.
const (
	keyUUID = "\x00"
	keyText = "\x01"
)

func idKey(id string) []byte {
	if b, ok := uuidBytes(id); ok {
		return append([]byte(keyUUID), b...)
	}
	return []byte(keyText + foldID(id) + "\x00" + id)
}

// foldID folds an id; a NUL ends it in keys.
func foldID(id string) string { return strings.ReplaceAll(search.FoldValue(id), "\x00", "") }

func idOf(key []byte) string {
	if len(key) == 17 && string(key[:1]) == keyUUID {
		h := hex.EncodeToString(key[1:])
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	}
	_, id, _ := strings.Cut(string(key), "\x00")
	return id
}

// uuidBytes reads a UUID of small letters.
func uuidBytes(id string) ([]byte, bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' || strings.ToLower(id) != id {
		return nil, false
	}
	b, err := hex.DecodeString(id[:8] + id[9:13] + id[14:18] + id[19:23] + id[24:])
	return b, err == nil && len(b) == 16
}

// keyRange is keys from low up to before high.
type keyRange struct{ low, high []byte }

// uuidRange gives the keys of UUIDs that begin with hex digits.
func uuidRange(digits string) (keyRange, bool) {
	if len(digits) > 32 || strings.Trim(digits, "0123456789abcdef") != "" {
		return keyRange{}, false
	}
	low, _ := hex.DecodeString(digits + strings.Repeat("0", 32-len(digits)))
	high, _ := hex.DecodeString(digits + strings.Repeat("f", 32-len(digits)))
	return keyRange{append([]byte(keyUUID), low...), append(append([]byte(keyUUID), high...), 0)}, true
}

// valueRanges gives the keys of the ids that are, or with prefix begin with, a folded value.
func valueRanges(folded string, prefix bool) []keyRange {
	if !prefix {
		all := []keyRange{{[]byte(keyText + folded + "\x00"), []byte(keyText + folded + "\x01")}}
		if b, ok := uuidBytes(folded); ok {
			all = append(all, keyRange{append([]byte(keyUUID), b...), append(append([]byte(keyUUID), b...), 0)})
		}
		return all
	}
	all := []keyRange{{[]byte(keyText + folded), append([]byte(keyText+folded), 0xff)}}
	const form = "00000000-0000-0000-0000-000000000000"
	if len(folded) <= len(form) && strings.Map(digitsToZero, folded) == form[:len(folded)] {
		if r, ok := uuidRange(strings.ReplaceAll(folded, "-", "")); ok {
			all = append(all, r)
		}
	}
	return all
}

func digitsToZero(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'f' {
		return '0'
	}
	return r
}

// uuidGroups are how many digits the words of a UUID have.
var uuidGroups = []int{8, 4, 4, 4, 12}

// uuidWords tells whether the terms of a pattern can stand in a UUID from word at on.
func uuidWords(p search.Pattern, at int) bool {
	for i, term := range p.Terms {
		if at+i >= len(uuidGroups) || strings.Trim(term, "0123456789abcdef") != "" {
			return false
		}
		prefix := p.Prefix && i == len(p.Terms)-1
		if n := uuidGroups[at+i]; len(term) > n || len(term) < n && !prefix {
			return false
		}
	}
	return true
}
