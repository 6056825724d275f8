package bench

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/afterimage/afterimage/replay/blob"
)

// Reads counts what is read of the objects of a bucket. Safe for concurrent use.
type Reads struct{ count, bytes atomic.Int64 }

// Read is what was read so far.
type Read struct{ Count, Bytes int64 }

// Now returns what was read since the beginning.
func (r *Reads) Now() Read { return Read{r.count.Load(), r.bytes.Load()} }

func (r Read) since(before Read) Read { return Read{r.Count - before.Count, r.Bytes - before.Bytes} }

// Of returns the bucket, with its reads counted.
func (r *Reads) Of(b blob.Bucket) blob.Bucket { return &readBucket{b, r} }

type readBucket struct {
	blob.Bucket
	reads *Reads
}

// Get implements [blob.Bucket].
func (b *readBucket) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	body, err := b.Bucket.Get(ctx, key, offset, length)
	if err != nil {
		return nil, err
	}
	b.reads.count.Add(1)
	return &readBody{body, b.reads}, nil
}

type readBody struct {
	io.ReadCloser
	reads *Reads
}

func (b *readBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.reads.bytes.Add(int64(n))
	return n, err
}
