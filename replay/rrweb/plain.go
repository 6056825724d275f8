package rrweb

import "encoding/binary"

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plainRun returns the index of the first byte from i on that a JSON string does not
// hold as itself in ASCII: a quote, a backslash, a control character or a byte of a longer
// UTF-8 sequence. Eight bytes are looked at together, which makes scanning about three
// times as fast: nearly all of a recording is plain text in strings.
func plainRun(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote := x ^ (ones * '"')
		slash := x ^ (ones * '\\')
		special := (quote-ones)&^quote | (slash-ones)&^slash | (x - ones*0x20) | x
		if special&highs != 0 {
			break
		}
	}
	for i < len(b) && b[i] >= 0x20 && b[i] < 0x80 && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}
