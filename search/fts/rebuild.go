package fts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/afterimage/afterimage/search"
)

// nextSuffix is what the file being built is called behind the name of the index.
const nextSuffix = ".next"

// Rebuild replaces the whole index; see search.Index. It builds a second file and renames it
// over the first. Put and Delete meanwhile go to both; what they changed is not
// overwritten by fill, which may have read it before. One rebuild runs at a time.
func (x *Index) Rebuild(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	x.rebuilding.Lock()
	defer x.rebuilding.Unlock()
	if err := x.beginRebuild(ctx); err != nil {
		return fmt.Errorf("rebuild search index: %w", err)
	}
	err := fill(func(docs []search.Document) error { return x.putNext(ctx, docs) })
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("rebuild search index: %w", err), x.abandon())
	}
	if err := x.swap(ctx); err != nil {
		return fmt.Errorf("rebuild search index: %w", err)
	}
	return nil
}

func (x *Index) beginRebuild(ctx context.Context) error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.closed {
		return errClosed
	}
	path := x.path + nextSuffix
	if err := removeFiles(path); err != nil {
		return err
	}
	next, _, err := openStore(ctx, path)
	if err != nil {
		return err
	}
	if x.next, err = newBuilder(ctx, next); err != nil {
		x.next = nil
		return errors.Join(err, next.close())
	}
	return nil
}

// putNext stores documents in the index being built, but those changed since it began.
func (x *Index) putNext(ctx context.Context, docs []search.Document) error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.next == nil || x.next.packing {
		return errors.New("put was called after fill returned")
	}
	return x.next.fill(ctx, docs)
}

// abandon gives up the index being built.
func (x *Index) abandon() error {
	x.write.Lock()
	defer x.write.Unlock()
	next := x.next.store
	_ = x.next.wait() // the build is given up, whatever became of it
	x.next = nil
	return errors.Join(next.close(), removeFiles(next.path))
}

// swap puts the new file in the place of the old one. Searches wait for that, and so do changes, but
// not while the new file is packed.
func (x *Index) swap(ctx context.Context) error {
	x.write.Lock()
	b := x.next
	err := b.flush(ctx)
	b.packing = true
	x.write.Unlock()
	path := ""
	if err == nil {
		path, err = b.pack(ctx)
	}
	x.write.Lock()
	defer x.write.Unlock()
	x.next = nil
	if err == nil && x.closed {
		err = errClosed
	}
	if err == nil {
		err = b.catchUp(ctx, path)
	}
	if err != nil {
		return errors.Join(err, b.store.close(), removeFiles(b.store.path), removeFiles(b.store.path+packedSuffix))
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.cur.close(); err != nil {
		return fmt.Errorf("close the old index: %w", err)
	}
	// A log that stayed would be read into the new file.
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(x.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return x.reopen(err)
		}
	}
	if err := os.Rename(path, x.path); err != nil {
		return x.reopen(err)
	}
	return x.reopen(syncPath(filepath.Dir(x.path)))
}

// reopen opens whatever file is in place and returns cause, or why it could not.
func (x *Index) reopen(cause error) error {
	cur, _, err := openStore(context.Background(), x.path)
	if err != nil {
		x.closed = true
		return errors.Join(cause, err)
	}
	x.cur, x.fresh = cur, false
	return cause
}
