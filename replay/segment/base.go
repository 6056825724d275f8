package segment

import "slices"

const (
	// baseBytesMax bounds a base, so that it, a site dictionary and a block lie within zstd's window together.
	baseBytesMax = 3 << 20
	// baseBytesMin is how large a block must be, compressed with the site dictionary, for later ones to have it
	// as their base: indexing a base beside the dictionary takes as long as compressing a megabyte.
	baseBytesMin = 24 << 10
	// basesMax is how many bases are at hand: one for each of the pages that a person goes back and forth between. It bounds memory.
	basesMax = 4
	// baseSame is how much of a block's keyframe a base must have for the block not to become one itself, and
	// baseUseful how much makes it worth reading another block first.
	baseSame, baseUseful = 0.6, 0.1
)

// base is a block that later ones are compressed with.
type base struct {
	block      int
	derived    bool   // it has a base itself: those that have it cannot become one
	dictionary []byte // site dictionary and the block's plaintext
	sketch     map[uint64]struct{}
}

// bases are those used last, newest last.
type bases []*base

// choose returns the base for a block that begins with the text given, nil if there is none, and whether it
// is of the same page, so that the block need not become a base itself. others lets it be of another page: what
// pages have in common is in the site dictionary, if there is one. No block is further than two from one that stands alone.
func (s *bases) choose(start []byte, others bool) (from *base, same bool) {
	if len(*s) == 0 {
		return nil, false
	}
	sketch := sketchOf(start)
	best, root := -1, -1
	bestShare, rootShare := 0.0, baseUseful
	for i, b := range *s {
		share := shared(sketch, b.sketch)
		if share >= bestShare {
			best, bestShare = i, share
		}
		if others && share >= rootShare && !b.derived {
			root, rootShare = i, share
		}
	}
	at := root
	if bestShare >= baseSame {
		at = best
	}
	if at < 0 {
		return nil, false
	}
	from = (*s)[at]
	*s = append(slices.Delete(*s, at, at+1), from)
	return from, bestShare >= baseSame
}

func (s *bases) add(b *base) {
	*s = append(*s, b)
	if len(*s) > basesMax {
		*s = slices.Delete(*s, 0, 1)
	}
}

// sketchEvery is how many positions there are to an entry of a sketch, on average: those whose hash of the
// sketchWindow bytes before begins with a zero byte.
const (
	sketchEvery  = 256
	sketchWindow = 32
)

// sketchOf samples the places of a text by what stands there, so that texts which share content share entries.
func sketchOf(text []byte) map[uint64]struct{} {
	sketch := make(map[uint64]struct{}, len(text)/sketchEvery)
	var h uint64
	for i, c := range text {
		// A byte is shifted out after sketchWindow steps, so that h depends on the bytes in the window alone.
		h = h<<2 + gear[c]
		if i >= sketchWindow && h>>56 == 0 {
			sketch[h] = struct{}{}
		}
	}
	return sketch
}

// shared returns the part of a's entries that b has, 1 if a has none.
func shared(a, b map[uint64]struct{}) float64 {
	if len(a) == 0 {
		return 1
	}
	n := 0
	for h := range a {
		if _, has := b[h]; has {
			n++
		}
	}
	return float64(n) / float64(len(a))
}

// gear gives each byte a number of its own with bits all over: a step of SplitMix64.
var gear = func() (table [256]uint64) {
	for i := range table {
		z := (uint64(i) + 1) * 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		table[i] = z ^ z>>31
	}
	return table
}()
