package segment

import "encoding/binary"

const (
	// repairSlicesMin is how many slices a repaired section has at least: damage within one of them can be
	// undone, and the repair adds as much as one to the section's length. Larger ones have up to repairSlicesMax slices of
	// sliceBytesMin, a disk's sector, and beyond that larger slices.
	repairSlicesMin = 16
	repairSlicesMax = 64
	sliceBytesMin   = 512
)

// repairSlices is how many slices n bytes are cut into.
func repairSlices(n int) int { return min(repairSlicesMax, max(repairSlicesMin, n/sliceBytesMin)) }

// repairBytes is the length of what heals n bytes: a slice, and a checksum of each slice and of that one.
func repairBytes(n int) int { return sliceBytes(n) + 4*(repairSlices(n)+1) }

func sliceBytes(n int) int { return (n + repairSlices(n) - 1) / repairSlices(n) }

// slice returns slice i of b; shorter, or empty, at the end.
func slice(b []byte, i int) []byte {
	n := sliceBytes(len(b))
	return b[min(i*n, len(b)):min((i+1)*n, len(b))]
}

// appendRepair appends what heals one damaged slice of b.
func appendRepair(dst, b []byte) []byte {
	parity := make([]byte, sliceBytes(len(b)))
	for i := range repairSlices(len(b)) {
		xor(parity, slice(b, i))
	}
	dst = append(dst, parity...)
	for i := range repairSlices(len(b)) {
		dst = binary.LittleEndian.AppendUint32(dst, checksum(slice(b, i)))
	}
	return binary.LittleEndian.AppendUint32(dst, checksum(parity))
}

func xor(dst, src []byte) {
	for i, c := range src {
		dst[i] ^= c
	}
}

// heal returns b with its one damaged slice made whole, or nil if that cannot be done. b is not changed.
// The caller holds the result against the section's checksum.
func heal(b, repair []byte) []byte {
	if len(repair) != repairBytes(len(b)) {
		return nil
	}
	parity, sums := repair[:sliceBytes(len(b))], repair[sliceBytes(len(b)):]
	sum := func(i int) uint32 { return binary.LittleEndian.Uint32(sums[4*i:]) }
	if checksum(parity) != sum(repairSlices(len(b))) {
		return nil
	}
	bad := -1
	for i := range repairSlices(len(b)) {
		if checksum(slice(b, i)) == sum(i) {
			continue
		}
		if bad >= 0 {
			return nil
		}
		bad = i
	}
	if bad < 0 {
		return nil
	}
	whole := append([]byte(nil), b...)
	lost := append([]byte(nil), parity...)
	for i := range repairSlices(len(b)) {
		if i != bad {
			xor(lost, slice(b, i))
		}
	}
	copy(slice(whole, bad), lost)
	return whole
}
