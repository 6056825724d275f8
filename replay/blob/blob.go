// Package blob defines a bucket: named, immutable runs of bytes with ranged reads.
// Adapters are fs (a folder), s3 and mem; blobtest holds what all of them must do.
package blob

import (
	"context"
	"errors"
	"io"
)

// ErrNotFound is returned, wrapped, where a key has no object.
var ErrNotFound = errors.New("object not found")

// KeyBytesMax bounds the length of a key: S3's limit is 1024; folders need less.
const KeyBytesMax = 512

// SegmentBytesMax bounds one segment of a key: the entry of a folder holds no longer name.
const SegmentBytesMax = 255

// Object names an object and its size.
type Object struct {
	Key        string
	Size       int64 // bytes
	ModifiedAt int64 // unix ms
}

// Bucket stores objects. Keys are slash-separated paths of the characters
// [a-zA-Z0-9._-], no segment of them empty, "." or "..", at most KeyBytesMax bytes
// (a segment SegmentBytesMax); any other key is an error, see [CheckKey]. No key may
// be the folder of another ("a" beside "a/b"): a bucket may refuse the later one.
// Safe for concurrent use.
type Bucket interface {
	// Put stores all of r under key and returns when it is on stable storage (fsync
	// of file and folder, or the object store's 200). It replaces an object that is there: readers
	// see the old or the new one, whole. On an error, or a size that differs from what r gives, nothing is stored.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	// Get reads length bytes from offset; length -1 reads to the end. A range that
	// ends past the object gives what there is; one that begins at its end gives nothing;
	// one that begins past it is an error. [ErrNotFound].
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	// Stat returns the object's size and time, or [ErrNotFound].
	Stat(ctx context.Context, key string) (Object, error)
	// List calls fn for each object whose key begins with prefix, in key order (bytewise),
	// and stops at fn's first error, which it returns.
	List(ctx context.Context, prefix string, fn func(Object) error) error
	// Delete removes an object durably. Removing one that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Appender is the optional ability of a bucket to grow an object in place. A
// folder has it; an object store has not.
type Appender interface {
	// Append creates the object and opens it for writing. If there is one already the
	// error wraps io/fs.ErrExist.
	Append(ctx context.Context, key string) (Writer, error)
}

// Writer appends to one object. Not safe for concurrent use.
type Writer interface {
	io.Writer
	// Sync returns when all that was written is on stable storage, the object's
	// folder entry included. After an error the object must not be written any more:
	// the kernel may have dropped the pages.
	Sync() error
	Close() error
}
