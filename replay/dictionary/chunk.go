package dictionary

// gear gives each byte a random number, the same in every process so that equal content is always cut equally, and
// all digits the same one so that numbers have no part in where content is cut.
var gear = func() (table [256]uint64) {
	state := uint64(0x6166746572696d61)
	for i := range table {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		table[i] = z ^ z>>31
	}
	for digit := '1'; digit <= '9'; digit++ {
		table[digit] = table['0']
	}
	return table
}()

// cut returns how many bytes the first chunk of b has. Where it ends is decided by the last 64 bytes before that
// place, so that after a difference the same content is soon cut in the same places again.
func cut(b []byte) int {
	const mask = (1<<chunkBits - 1) << (64 - chunkBits)
	end := min(len(b), chunkBytesMax)
	if end <= chunkBytesMin {
		return end
	}
	var h uint64
	for _, c := range b[:chunkBytesMin] {
		h = h<<1 + gear[c]
	}
	for i, c := range b[chunkBytesMin:end] {
		if h&mask == 0 {
			return chunkBytesMin + i
		}
		h = h<<1 + gear[c]
	}
	return end
}

// blank puts the chunk with all its digits 0 into dst, and reports whether that changed it.
func blank(dst, chunk []byte) ([]byte, bool) {
	dst = append(dst[:0], chunk...)
	changed := false
	for i, c := range dst {
		if '1' <= c && c <= '9' {
			dst[i] = '0'
			changed = true
		}
	}
	return dst, changed
}
