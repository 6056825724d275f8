// Package mem is a bucket in memory: it keeps nothing when the process ends. It is for
// tests of what uses a bucket, and like an object store it cannot append.
package mem

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/afterimage/afterimage/replay/blob"
)

// Bucket holds its objects in a map. The zero value is not ready; see [New].
type Bucket struct {
	mu      sync.RWMutex
	objects map[string]object
}

var _ blob.Bucket = (*Bucket)(nil)

// object is immutable: readers of a replaced one go on reading it.
type object struct {
	bytes      []byte
	modifiedAt int64 // unix ms
}

// New returns an empty bucket.
func New() *Bucket { return &Bucket{objects: make(map[string]object)} }

// Put implements [blob.Bucket].
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := blob.CheckKey(key); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	content, err := io.ReadAll(blob.Exact(ctx, r, size))
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[key] = object{bytes: content, modifiedAt: time.Now().UnixMilli()}
	return nil
}

// Get implements [blob.Bucket].
func (b *Bucket) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	o, err := b.find(ctx, key)
	if err == nil {
		err = blob.CheckRange(offset, length)
	}
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	size := int64(len(o.bytes))
	if offset > size {
		return nil, fmt.Errorf("get %s: %w: offset %d of %d bytes", key, blob.ErrRange, offset, size)
	}
	rest := o.bytes[offset:]
	if length >= 0 && length < int64(len(rest)) {
		rest = rest[:length]
	}
	return io.NopCloser(bytes.NewReader(rest)), nil
}

// Stat implements [blob.Bucket].
func (b *Bucket) Stat(ctx context.Context, key string) (blob.Object, error) {
	o, err := b.find(ctx, key)
	if err != nil {
		return blob.Object{}, fmt.Errorf("stat: %w", err)
	}
	return o.describe(key), nil
}

func (b *Bucket) find(ctx context.Context, key string) (object, error) {
	if err := blob.CheckKey(key); err != nil {
		return object{}, err
	}
	if err := ctx.Err(); err != nil {
		return object{}, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	o, ok := b.objects[key]
	if !ok {
		return object{}, fmt.Errorf("%s: %w", key, blob.ErrNotFound)
	}
	return o, nil
}

func (o object) describe(key string) blob.Object {
	return blob.Object{Key: key, Size: int64(len(o.bytes)), ModifiedAt: o.modifiedAt}
}

// List implements [blob.Bucket]. It shows what was there when it began.
func (b *Bucket) List(ctx context.Context, prefix string, fn func(blob.Object) error) error {
	b.mu.RLock()
	var found []blob.Object
	for key, o := range b.objects {
		if strings.HasPrefix(key, prefix) {
			found = append(found, o.describe(key))
		}
	}
	b.mu.RUnlock()
	slices.SortFunc(found, func(x, y blob.Object) int { return strings.Compare(x.Key, y.Key) })
	for _, o := range found {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("list %s: %w", prefix, err)
		}
		if err := fn(o); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Delete implements [blob.Bucket].
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.objects, key)
	return nil
}
