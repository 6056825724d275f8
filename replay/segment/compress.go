package segment

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Level says how much work goes into making a sealed session small.
type Level int

const (
	// LevelSmall is for rest: about a third smaller than LevelFast, at a fraction of its speed.
	LevelSmall Level = iota
	// LevelFast is for when more sessions end than can be sealed at LevelSmall.
	LevelFast
)

// compressor makes zstd frames at one level, with and without a dictionary. Not safe for concurrent use.
type compressor struct {
	level      zstd.EncoderLevel
	plain      *zstd.Encoder
	dicted     *zstd.Encoder
	dictionary []byte // of dicted: indexing one takes longer than compressing a block
}

// Encoders hold up to 100 MB of tables at LevelSmall, which must neither be made for each session
// nor be kept while nothing is sealed.
var compressors = [...]sync.Pool{
	LevelSmall: {New: func() any { return &compressor{level: zstd.SpeedBestCompression} }},
	LevelFast:  {New: func() any { return &compressor{level: zstd.SpeedDefault} }},
}

func (c *compressor) options() []zstd.EOption {
	// Sections have checksums, and are authenticated, already.
	return []zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(c.level),
		zstd.WithWindowSize(zstdWindowBytesMax), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true)}
}

// encode appends src, compressed with a dictionary of raw content (nil for none), to dst. The
// dictionary's bytes must not change while it is used again and again.
func (c *compressor) encode(dst, src, dictionary []byte) ([]byte, error) {
	var err error
	if len(dictionary) == 0 {
		if c.plain == nil {
			c.plain, err = zstd.NewWriter(nil, c.options()...)
		}
		if err != nil {
			return dst, fmt.Errorf("segment: making a zstd encoder: %w", err)
		}
		return c.plain.EncodeAll(src, dst), nil
	}
	raw := zstd.WithEncoderDictRaw(0, dictionary)
	switch {
	case c.dicted == nil:
		c.dicted, err = zstd.NewWriter(nil, append(c.options(), raw)...)
	case !same(c.dictionary, dictionary):
		err = c.dicted.ResetWithOptions(nil, raw)
	}
	if err != nil {
		return dst, fmt.Errorf("segment: making a zstd encoder: %w", err)
	}
	c.dictionary = dictionary
	return c.dicted.EncodeAll(src, dst), nil
}

// same reports whether two slices are of the same memory.
func same(a, b []byte) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
