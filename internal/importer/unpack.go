package importer

import (
	"bufio"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// errTextTooLong is what reading beyond textBytesMax gives.
var errTextTooLong = fmt.Errorf("it unpacks to more than %d GiB", int64(textBytesMax)>>30)

// unpackError tells damage of the packing from damage of the text in it.
type unpackError struct {
	packing string
	err     error
}

func (e *unpackError) Error() string {
	if errors.Is(e.err, io.ErrUnexpectedEOF) {
		return fmt.Sprintf("the %s data ends too early: the file is cut off", e.packing)
	}
	return fmt.Sprintf("the %s data is damaged: %v", e.packing, e.err)
}

func (e *unpackError) Unwrap() error { return e.err }

// unpack returns the text of r, whatever it is packed with, told by its first bytes.
func unpack(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	for range packingsMax {
		packing := packingOf(in)
		if packing == "" {
			return in, nil
		}
		next, err := open(packing, in)
		if err != nil {
			return nil, &unpackError{packing, eofIsEarly(err)}
		}
		in = bufio.NewReaderSize(next, 64<<10)
	}
	if packing := packingOf(in); packing != "" {
		return nil, fmt.Errorf("it is packed more than %d times", packingsMax)
	}
	return in, nil
}

// packingOf tells how the bytes that follow are packed; "" if not at all.
func packingOf(in *bufio.Reader) string {
	head, _ := in.Peek(4) // fewer bytes are enough to say what it is not
	switch {
	case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
		return "gzip"
	case len(head) == 4 && head[0] == 0x28 && head[1] == 0xb5 && head[2] == 0x2f && head[3] == 0xfd:
		return "zstd"
	case isZlib(head):
		return "zlib"
	}
	return ""
}

// isZlib knows the two bytes of a zlib header: deflate with a window of 32 KiB and a
// check sum (RFC 1950). JSON never begins with them.
func isZlib(head []byte) bool {
	return len(head) >= 2 && head[0] == 0x78 && (int(head[0])<<8|int(head[1]))%31 == 0
}

func open(packing string, in io.Reader) (io.Reader, error) {
	var r io.Reader
	var err error
	switch packing {
	case "gzip":
		r, err = gzip.NewReader(in)
	case "zlib":
		r, err = zlib.NewReader(in)
	default:
		r, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxWindow(zstdWindowBytesMax), zstd.WithDecoderMaxMemory(textBytesMax))
	}
	if err != nil {
		return nil, err
	}
	return &limited{r: r, packing: packing, left: textBytesMax}, nil
}

// limited reads at most left bytes and names the packing in errors.
type limited struct {
	r       io.Reader
	packing string
	left    int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTextTooLong
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err != nil && err != io.EOF {
		err = &unpackError{l.packing, err}
	}
	return n, err
}

func eofIsEarly(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
