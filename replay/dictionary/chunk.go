package dictionary

// gear gives each byte a random number, the same in every process, so that equal content is cut equally.
var gear = func() (table [256]uint64) {
	state := uint64(0x6166746572696d61)
	for i := range table {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		table[i] = z ^ z>>31
	}
	return table
}()

// cut returns how many bytes of b, which is not empty, the first chunk has. Where it ends is decided by the last 64 bytes
// before that place, so that the same content is cut in the same places wherever it stands.
func cut(b []byte) int {
	if len(b) <= chunkBytesMin {
		return len(b)
	}
	const mask = (1<<chunkBits - 1) << (64 - chunkBits)
	end := min(len(b), chunkBytesMax)
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
