// Package segment holds the byte formats of recordings at rest: records of packs,
// sealed sessions with their footer, and the encryption of both. It is pure: bytes in,
// bytes out. The formats are specified in docs/format/pack.md and docs/format/session.md.
package segment

import (
	"errors"
	"hash/crc32"
)

// ErrCorrupt is wrapped by every error about bytes that are not what the format asks for.
var ErrCorrupt = errors.New("corrupt")

// ErrKey is wrapped by errors about keys that are malformed or do not fit.
var ErrKey = errors.New("wrong key")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(parts ...[]byte) uint32 {
	sum := uint32(0)
	for _, p := range parts {
		sum = crc32.Update(sum, castagnoli, p)
	}
	return sum
}
