package bench

import (
	"context"
	"io"
	"slices"
	"sync"

	"github.com/afterimage/afterimage/replay/blob"
)

// Reads counts what is read of the objects of a bucket. Safe for concurrent use.
type Reads struct {
	mu      sync.Mutex
	all     read
	leftOut []int64
}

// read is what was read so far.
type read struct{ count, bytes int64 }

func (r read) since(before read) read { return read{r.count - before.count, r.bytes - before.bytes} }

func (r *Reads) now() read {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all
}

// leaveOut has reads that begin at these offsets not counted.
func (r *Reads) leaveOut(offsets ...int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leftOut = offsets
}

func (r *Reads) add(more read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = read{r.all.count + more.count, r.all.bytes + more.bytes}
}

func (r *Reads) counts(offset int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !slices.Contains(r.leftOut, offset)
}

// Of returns the bucket, with its reads counted.
func (r *Reads) Of(b blob.Bucket) blob.Bucket { return &readBucket{b, r} }

type readBucket struct {
	blob.Bucket
	reads *Reads
}

// Get implements [blob.Bucket].
func (b *readBucket) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	body, err := b.Bucket.Get(ctx, key, offset, length)
	if err != nil || !b.reads.counts(offset) {
		return body, err
	}
	b.reads.add(read{count: 1})
	return &readBody{body, b.reads}, nil
}

type readBody struct {
	io.ReadCloser
	reads *Reads
}

func (b *readBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.reads.add(read{bytes: int64(n)})
	return n, err
}
