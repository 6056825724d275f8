package segment

import (
	"bytes"
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
		zstd.WithWindowSize(zstdWindowBytesMax), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true), zstd.WithLowerEncoderMem(true)}
}

// encode appends src, compressed with a dictionary of raw content (nil for none), to dst. The
// dictionary's bytes must not change while it is used again and again.
func (c *compressor) encode(dst, src, dictionary []byte) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	w, err := c.encoder(dictionary)
	if err == nil {
		// As a stream: EncodeAll keeps tables of its own beside those that a change of dictionary makes anew.
		w.ResetContentSize(out, int64(len(src)))
		_, err = w.Write(src)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return dst, fmt.Errorf("segment: compress: %w", err)
	}
	return out.Bytes(), nil
}

func (c *compressor) encoder(dictionary []byte) (w *zstd.Encoder, err error) {
	if len(dictionary) == 0 {
		if c.plain == nil {
			c.plain, err = zstd.NewWriter(nil, c.options()...)
		}
		return c.plain, err
	}
	raw := zstd.WithEncoderDictRaw(0, dictionary)
	switch {
	case c.dicted == nil:
		c.dicted, err = zstd.NewWriter(nil, append(c.options(), raw)...)
	case !same(c.dictionary, dictionary):
		err = c.dicted.ResetWithOptions(nil, raw)
	}
	c.dictionary = dictionary
	return c.dicted, err
}

// same reports whether two slices are of the same memory.
func same(a, b []byte) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
