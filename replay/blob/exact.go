package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ErrSize is returned, wrapped, by Put where the reader gives more or less than the
// size that was announced.
var ErrSize = errors.New("object has another size than announced")

// ErrRange is returned, wrapped, by Get for a range that begins past the object's
// end, or that has a negative offset or length (but for length -1).
var ErrRange = errors.New("bad range")

// CheckRange returns nil for an offset and length that Get can be asked for, whatever
// the object's size, else an error that wraps [ErrRange].
func CheckRange(offset, length int64) error {
	if offset < 0 || length < -1 {
		return fmt.Errorf("%w: offset %d, length %d", ErrRange, offset, length)
	}
	return nil
}

// Exact returns a reader of r that fails, with an error that wraps [ErrSize], unless
// r gives exactly size bytes; with ctx's error once ctx is done; or with r's own error.
// It gives the last byte only once it knows that none follows, so that one who
// forwards the bytes has not forwarded a whole object when it learns that it is wrong.
func Exact(ctx context.Context, r io.Reader, size int64) io.Reader {
	return &exactReader{ctx: ctx, r: r, left: size, size: size}
}

type exactReader struct {
	ctx  context.Context
	r    io.Reader
	size int64
	left int64 // bytes still to come
	err  error // of a read before; it stays
}

func (e *exactReader) Read(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.read(p)
	if err != nil {
		e.err = err
	}
	return n, err
}

func (e *exactReader) read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	if e.size < 0 {
		return 0, fmt.Errorf("%w: %d bytes", ErrSize, e.size)
	}
	if e.left == 0 { // only an empty object comes here without having been probed
		return 0, e.probe(io.EOF)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.r.Read(p)
	if n < 0 || n > len(p) {
		return 0, errors.New("reader gave an impossible count of bytes")
	}
	e.left -= int64(n)
	switch {
	case e.left == 0:
		if err == nil {
			err = e.probe(io.EOF)
		}
		if !errors.Is(err, io.EOF) {
			return 0, err
		}
		e.err = io.EOF
		return n, nil
	case errors.Is(err, io.EOF):
		return 0, fmt.Errorf("%w: %d bytes, not %d", ErrSize, e.size-e.left, e.size)
	default:
		return n, err
	}
}

// probeReadsMax is how often a reader may give neither a byte nor an error when it
// is asked for its end; bufio gives up after as many.
const probeReadsMax = 100

// probe returns atEnd if r has ended, else what is wrong.
func (e *exactReader) probe(atEnd error) error {
	var one [1]byte
	for range probeReadsMax {
		n, err := e.r.Read(one[:])
		switch {
		case n > 0:
			return fmt.Errorf("%w: more than %d bytes", ErrSize, e.size)
		case errors.Is(err, io.EOF):
			return atEnd
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}
