package segment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Codec says how bytes are compressed.
type Codec uint8

// The codecs, with their numbers in the formats.
const (
	CodecNone Codec = 0
	CodecGzip Codec = 1
	CodecZstd Codec = 2
)

// ErrTooLarge is returned, wrapped, where bytes inflate to more than is allowed.
var ErrTooLarge = errors.New("inflates to more than is allowed")

// zstdWindowBytesMax bounds the memory one stream can ask of a decoder. RFC 8878 asks
// decoders to take 8 MiB.
const zstdWindowBytesMax = 8 << 20

// Sniff tells the codec by the magic bytes.
func Sniff(b []byte) Codec {
	switch {
	case bytes.HasPrefix(b, []byte{0x1f, 0x8b}):
		return CodecGzip
	case bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return CodecZstd
	}
	return CodecNone
}

var (
	gzipReaders sync.Pool
	zstdReaders sync.Pool
)

// Measure inflates src without keeping it and returns how many bytes that gives. It stops with
// [ErrTooLarge] once that is over maxBytes. Other errors wrap [ErrCorrupt].
func (c Codec) Measure(src []byte, maxBytes int) (int, error) {
	n := 0
	window := make([]byte, 0, 64<<10)
	err := c.read(src, func(r io.Reader) error {
		for {
			got, err := r.Read(window[:cap(window)])
			if n += got; n > maxBytes {
				return ErrTooLarge
			}
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	return n, err
}

// Decode appends the inflated src to dst and stops with [ErrTooLarge] once that is over maxBytes. Other
// errors wrap [ErrCorrupt]. A stream must end where src ends.
func (c Codec) Decode(dst, src []byte, maxBytes int) ([]byte, error) {
	err := c.read(src, func(r io.Reader) (err error) {
		dst, err = readUpTo(dst, r, maxBytes)
		return err
	})
	return dst, err
}

// read lets fn read the inflated src.
func (c Codec) read(src []byte, fn func(io.Reader) error) error {
	switch c {
	case CodecNone:
		return fn(bytes.NewReader(src))
	case CodecGzip:
		return readGzip(src, fn)
	case CodecZstd:
		return readZstd(src, nil, fn)
	}
	return fmt.Errorf("segment: %w: codec %d is unknown", ErrCorrupt, c)
}

func readGzip(src []byte, fn func(io.Reader) error) error {
	in := bytes.NewReader(src)
	r, _ := gzipReaders.Get().(*gzip.Reader)
	var err error
	if r == nil {
		r, err = gzip.NewReader(in)
	} else {
		err = r.Reset(in)
	}
	if err != nil {
		return fmt.Errorf("segment: %w: not gzip", ErrCorrupt)
	}
	defer gzipReaders.Put(r)
	if err = fn(r); err != nil && !errors.Is(err, ErrTooLarge) {
		return fmt.Errorf("segment: %w: gzip stream broken or cut short", ErrCorrupt)
	}
	return err
}

// decodeZstd is [Codec.Decode] of zstd with a dictionary of raw content, empty for none.
func decodeZstd(dst, src, dictionary []byte, maxBytes int) ([]byte, error) {
	err := readZstd(src, dictionary, func(r io.Reader) (err error) {
		dst, err = readUpTo(dst, r, maxBytes)
		return err
	})
	return dst, err
}

func readZstd(src, dictionary []byte, fn func(io.Reader) error) error {
	r, _ := zstdReaders.Get().(*zstd.Decoder)
	if r == nil {
		var err error
		r, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindowBytesMax),
			zstd.WithDecoderLowmem(true))
		if err != nil {
			return fmt.Errorf("segment: making a zstd decoder: %w", err)
		}
	}
	option := zstd.WithDecoderDictDelete()
	if len(dictionary) > 0 {
		option = zstd.WithDecoderDictRaw(0, dictionary)
	}
	if err := r.ResetWithOptions(bytes.NewReader(src), option); err != nil {
		return fmt.Errorf("segment: %w: not zstd", ErrCorrupt)
	}
	defer zstdReaders.Put(r)
	err := fn(r)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return fmt.Errorf("segment: %w: zstd stream broken, cut short, or with a window over %d MiB", ErrCorrupt, zstdWindowBytesMax>>20)
	}
	return err
}

// readUpTo appends what r gives to dst, at most maxBytes.
func readUpTo(dst []byte, r io.Reader, maxBytes int) ([]byte, error) {
	start := len(dst)
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		room := dst[len(dst):min(cap(dst), start+maxBytes+1)]
		n, err := r.Read(room)
		dst = dst[:len(dst)+n]
		if len(dst)-start > maxBytes {
			return dst, ErrTooLarge
		}
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
}
