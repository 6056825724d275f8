package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestExact(t *testing.T) {
	ctx := t.Context()
	for _, size := range []int64{0, 1, 7, 100_000} {
		content := strings.Repeat("x", int(size))
		readers := map[string]io.Reader{
			"plain":       strings.NewReader(content),
			"one byte":    iotest.OneByteReader(strings.NewReader(content)),
			"early EOF":   iotest.DataErrReader(strings.NewReader(content)),
			"small reads": iotest.HalfReader(strings.NewReader(content)),
		}
		for name, r := range readers {
			got, err := io.ReadAll(Exact(ctx, r, size))
			if err != nil || string(got) != content {
				t.Errorf("%s, %d bytes: got %d bytes, %v", name, size, len(got), err)
			}
		}
		for wrong, r := range map[string]io.Reader{
			"longer":  strings.NewReader(content + "y"),
			"endless": io.MultiReader(strings.NewReader(content), zeros{}),
		} {
			got, err := io.ReadAll(Exact(ctx, r, size))
			if !errors.Is(err, ErrSize) {
				t.Errorf("%s than %d bytes: error %v, want ErrSize", wrong, size, err)
			}
			if size > 0 && int64(len(got)) >= size {
				t.Errorf("%s than %d bytes: all bytes were given before the error", wrong, size)
			}
		}
		if _, err := io.ReadAll(Exact(ctx, strings.NewReader(content), size+1)); !errors.Is(err, ErrSize) {
			t.Errorf("shorter than %d bytes: error %v, want ErrSize", size+1, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestExactErrors(t *testing.T) {
	broken := errors.New("broken")
	r := io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken))
	if _, err := io.ReadAll(Exact(t.Context(), r, 3)); !errors.Is(err, broken) {
		t.Errorf("reader that breaks where it should end: %v, want its error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := io.ReadAll(Exact(ctx, bytes.NewReader(nil), 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := io.ReadAll(Exact(t.Context(), zeros{}, -1)); !errors.Is(err, ErrSize) {
		t.Errorf("negative size: %v, want ErrSize", err)
	}
	if err := CheckRange(0, -1); err != nil {
		t.Error(err)
	}
	if !errors.Is(CheckRange(-1, 1), ErrRange) || !errors.Is(CheckRange(0, -2), ErrRange) {
		t.Error("negative ranges pass")
	}
}
