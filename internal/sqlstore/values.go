package sqlstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// toJSON encodes v for a column of opaque JSON. "<" stays "<": nobody embeds it in HTML.
// Raw messages in v may be JSON but not UTF-8; the column is both.
func toJSON(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", fmt.Errorf("encode column: %w", err)
	}
	return strings.ToValidUTF8(strings.TrimSuffix(b.String(), "\n"), "\uFFFD"), nil
}

// optionalJSON is toJSON, or ” for what is not there.
func optionalJSON(v any, there bool) (string, error) {
	if !there {
		return "", nil
	}
	return toJSON(v)
}

// fromJSON decodes a column of opaque JSON into v.
func fromJSON(column string, v any) error {
	if err := json.Unmarshal([]byte(column), v); err != nil {
		return fmt.Errorf("decode column: %w", err)
	}
	return nil
}

// toHash fills a hash from a column.
func toHash(to *[32]byte, column []byte) error {
	if len(column) != len(to) {
		return fmt.Errorf("hash has %d bytes, want %d", len(column), len(to))
	}
	copy(to[:], column)
	return nil
}

// notNil makes an empty value of no value, for columns that are NOT NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// unique returns the values sorted, each once. Rows are locked in this order, so that
// two transactions cannot wait for each other.
func unique(vs []string) []string {
	vs = slices.Clone(vs)
	slices.Sort(vs)
	return slices.Compact(vs)
}

// chunks cuts vs into parts whose lengths are powers of two up to the engine's
// rowsPerStatement, so that there are few different statements and the drivers'
// statement caches hold them.
func chunks[T any](d *dialect, vs []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for size := d.rowsPerStatement; len(vs) > 0; {
			for size > len(vs) {
				size /= 2
			}
			if !yield(vs[:size:size]) {
				return
			}
			vs = vs[size:]
		}
	}
}
