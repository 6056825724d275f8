package segment

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Level says how much work goes into making a sealed session small.
type Level int

const (
	// LevelSmall is for rest: a fifth smaller than LevelFast, with a site dictionary a third, at a third of its speed.
	LevelSmall Level = iota
	// LevelFast is for when more sessions end than can be sealed at LevelSmall.
	LevelFast
)

// compressor makes zstd frames. Not safe for concurrent use.
type compressor struct {
	alone  encoder // without a dictionary
	large  encoder // blocks of dictionaryRawBytesMin and more, with a dictionary
	little encoder // smaller ones
}

// dictionaryRawBytesMin is how many bytes of recorded events a block must have to be compressed with a dictionary as hard as
// without: klauspost's best level copies 34 MB of tables for each block, which takes as long as compressing 256 KiB.
const dictionaryRawBytesMin = 64 << 10

func newCompressor(level, little zstd.EncoderLevel) *compressor {
	return &compressor{alone: encoder{level: level}, large: encoder{level: level}, little: encoder{level: little}}
}

// idle are compressors that nobody uses. They hold up to 100 MB of tables, which must neither be made for
// each session nor be kept while nothing is sealed.
var idle = struct {
	sync.Mutex
	free  map[Level][]*compressor
	timer *time.Timer
}{free: map[Level][]*compressor{}}

const (
	idleKept = 30 * time.Second
	// idleMax is how many of a level are kept: as many sessions as a process seals at once.
	idleMax = 2
)

func takeCompressor(level Level) *compressor {
	idle.Lock()
	defer idle.Unlock()
	if free := idle.free[level]; len(free) > 0 {
		idle.free[level] = free[:len(free)-1]
		return free[len(free)-1]
	}
	if level == LevelFast {
		return newCompressor(zstd.SpeedDefault, zstd.SpeedDefault)
	}
	return newCompressor(zstd.SpeedBestCompression, zstd.SpeedBetterCompression)
}

func giveCompressor(level Level, c *compressor) {
	idle.Lock()
	defer idle.Unlock()
	if len(idle.free[level]) < idleMax {
		idle.free[level] = append(idle.free[level], c)
	}
	if idle.timer == nil {
		idle.timer = time.AfterFunc(idleKept, dropCompressors)
	}
	idle.timer.Reset(idleKept)
}

func dropCompressors() {
	idle.Lock()
	defer idle.Unlock()
	clear(idle.free)
}

// encode appends src, of which recorded bytes are events, compressed with a dictionary of raw content (nil for none), to
// dst. The dictionary's bytes must not change while it is used again and again.
func (c *compressor) encode(dst, src, dictionary []byte, recorded int) ([]byte, error) {
	switch {
	case len(dictionary) == 0:
		return c.alone.encode(dst, src, nil)
	case recorded < dictionaryRawBytesMin:
		return c.little.encode(dst, src, dictionary)
	}
	return c.large.encode(dst, src, dictionary)
}

// encoder is a zstd encoder that is made when it is first used.
type encoder struct {
	level      zstd.EncoderLevel
	zstd       *zstd.Encoder
	dictionary []byte // indexing one takes longer than compressing a block
}

func (e *encoder) encode(dst, src, dictionary []byte) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	err := e.prepare(dictionary)
	if err == nil {
		// As a stream: EncodeAll keeps tables of its own beside those that a change of dictionary makes anew.
		e.zstd.ResetContentSize(out, int64(len(src)))
		_, err = e.zstd.Write(src)
	}
	if err == nil {
		err = e.zstd.Close()
	}
	if err != nil {
		return dst, fmt.Errorf("segment: compress: %w", err)
	}
	return out.Bytes(), nil
}

func (e *encoder) prepare(dictionary []byte) (err error) {
	var options []zstd.EOption
	if len(dictionary) > 0 {
		options = []zstd.EOption{zstd.WithEncoderDictRaw(0, dictionary)}
	}
	switch {
	case e.zstd == nil:
		// Sections have checksums, and are authenticated, already.
		options = append(options, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(e.level), zstd.WithWindowSize(zstdWindowBytesMax),
			zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true), zstd.WithLowerEncoderMem(true))
		e.zstd, err = zstd.NewWriter(nil, options...)
	case !same(e.dictionary, dictionary):
		err = e.zstd.ResetWithOptions(nil, options...)
	}
	e.dictionary = dictionary
	return err
}

// same reports whether two slices are of the same memory.
func same(a, b []byte) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
