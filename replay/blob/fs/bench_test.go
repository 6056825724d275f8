package fs_test

import (
	"bytes"
	"io"
	"strconv"
	"testing"
)

// batchBytes is about what one upload of a recorder holds, compressed.
const batchBytes = 20_000

// BenchmarkPut measures one durable object per operation: file, rename and folder.
func BenchmarkPut(b *testing.B) {
	bucket := open(b, b.TempDir())
	content := make([]byte, batchBytes)
	b.SetBytes(batchBytes)
	for i := 0; b.Loop(); i++ {
		if err := bucket.Put(b.Context(), "sessions/"+strconv.Itoa(i%100), bytes.NewReader(content), batchBytes); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppendSync measures one durable append per operation.
func BenchmarkAppendSync(b *testing.B) {
	w, err := open(b, b.TempDir()).Append(b.Context(), "packs/p")
	if err != nil {
		b.Fatal(err)
	}
	content := make([]byte, batchBytes)
	b.SetBytes(batchBytes)
	for b.Loop() {
		if _, err := w.Write(content); err != nil {
			b.Fatal(err)
		}
		if err := w.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkGetRange measures reading one block out of a large object.
func BenchmarkGetRange(b *testing.B) {
	const objectBytes = 64 << 20
	bucket := open(b, b.TempDir())
	if err := bucket.Put(b.Context(), "k", io.LimitReader(endless{}, objectBytes), objectBytes); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(batchBytes)
	for i := int64(0); b.Loop(); i++ {
		r, err := bucket.Get(b.Context(), "k", i*4096%(objectBytes-batchBytes), batchBytes)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); err != nil || n != batchBytes {
			b.Fatal(n, err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
