package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	streamBufferBytes = 64 << 10
	// compressWorthBytes is where an answer begins to fill several packets.
	compressWorthBytes = 4 << 10
	zstdWindowBytes    = 1 << 20 // small: many streams may be open, and RFC 8878 lets browsers refuse over 8 MiB
)

// streamBody answers with what produce writes, as it comes. produce runs in its own
// goroutine, with a context that ends when the client is gone or the server stops.
//
// Nothing is sent before the first byte: an error until then is returned, so that it
// becomes a problem document. An error after it cuts the connection without the last
// chunk, so that the client sees a broken body and never a short one that looks whole.
// (Fiber's own stream writers cannot do that: whatever they wrote is ended cleanly.)
func (s *Server) streamBody(c *fiber.Ctx, produce func(ctx context.Context, w io.Writer) error, done func()) error {
	if c.Method() == fiber.MethodHead {
		done() // fasthttp would end the body that it does not send
		return nil
	}
	ctx, cancel := context.WithCancel(s.base)
	pr, pw := io.Pipe()
	body := &streamedBody{PipeReader: pr, cancel: cancel}
	first := &firstWrite{w: pw, began: make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		defer done()
		err := guard(func() error { return produce(ctx, first) })
		if err != nil && ctx.Err() == nil && !errors.Is(err, io.ErrClosedPipe) {
			s.Log.Error("stream failed", slog.Any("error", err))
		}
		ended <- err
		pw.CloseWithError(err) // nil ends the body cleanly
	}()
	select {
	case <-first.began:
	case err := <-ended:
		if err != nil {
			cancel()
			return err
		}
	}
	c.Context().Response.SetBodyStream(body, -1)
	return nil
}

// guard turns a panic of a goroutine, which nobody else would catch, into an error.
func guard(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("http: stream panicked: %T at %s", p, debug.Stack())
		}
	}()
	return work()
}

// firstWrite tells when the first byte is about to be written.
type firstWrite struct {
	w     io.Writer
	began chan struct{}
	told  bool
}

func (f *firstWrite) Write(b []byte) (int, error) {
	if !f.told {
		f.told = true
		close(f.began)
	}
	return f.w.Write(b)
}

// streamedBody is read and closed by fasthttp, also when the client has gone.
type streamedBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b *streamedBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}

// encodingFor chooses what the client takes, best first; empty is no compression.
func encodingFor(accept string) string {
	taken := map[string]bool{}
	for _, part := range strings.Split(strings.ToLower(accept), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight = strings.ReplaceAll(weight, " ", "")
		taken[strings.TrimSpace(name)] = weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000"
	}
	for _, name := range []string{"zstd", "gzip"} {
		if taken[name] {
			return name
		}
	}
	return ""
}

// encoder is what a body is written through. Close ends the encoding, not what is below.
type encoder interface {
	io.WriteCloser
	Reset(w io.Writer)
}

// encoders keeps those that were closed for the next answer: each holds megabytes.
var encoders = map[string]*sync.Pool{
	"zstd": {New: func() any {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindowBytes))
		if err != nil {
			panic(err) // only for options that are wrong, and these are constant
		}
		return e
	}},
	"gzip": {New: func() any {
		e, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			panic(err) // as above
		}
		return e
	}},
	"": {New: func() any { return plainWriter{bufio.NewWriterSize(nil, streamBufferBytes)} }},
}

// compressor wraps w in an encoding that encodingFor chose. Give it back after Close;
// one that was not closed is left to the garbage collector.
func compressor(w io.Writer, encoding string) encoder {
	e, _ := encoders[encoding].Get().(encoder)
	e.Reset(w)
	return e
}

// compressed returns b in an encoding that encodingFor chose.
func compressed(b []byte, encoding string) ([]byte, error) {
	var out bytes.Buffer
	e := compressor(&out, encoding)
	if _, err := e.Write(b); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	giveBack(e, encoding)
	return out.Bytes(), nil
}

// giveBack keeps a closed encoder for the next answer.
func giveBack(e encoder, encoding string) {
	e.Reset(nil)
	encoders[encoding].Put(e)
}

// plainWriter is a buffer that is flushed when it is closed.
type plainWriter struct{ *bufio.Writer }

func (p plainWriter) Close() error { return p.Flush() }
