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
	if err := x.swap(); err != nil {
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
	// Nothing of it is worth keeping before the swap, which syncs the file.
	if _, err := next.w.ExecContext(ctx, `PRAGMA synchronous = OFF`); err != nil {
		return errors.Join(err, next.close())
	}
	x.next, x.touched, x.nextErr = next, map[string]bool{}, nil
	return nil
}

// putNext stores documents in the index being built, but those changed since it began.
func (x *Index) putNext(ctx context.Context, docs []search.Document) error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.next == nil {
		return errors.New("put was called after fill returned")
	}
	if x.nextErr != nil {
		return x.nextErr
	}
	kept := make([]search.Document, 0, len(docs))
	for _, d := range docs {
		if !x.touched[d.ID] {
			kept = append(kept, d)
		}
	}
	if len(kept) == 0 {
		return ctx.Err()
	}
	return x.next.put(ctx, kept)
}

// abandon gives up the index being built.
func (x *Index) abandon() error {
	x.write.Lock()
	defer x.write.Unlock()
	next := x.next
	x.next, x.touched = nil, nil
	return errors.Join(next.close(), removeFiles(next.path))
}

// swap puts the new file in the place of the old one. Changes and searches wait for it.
func (x *Index) swap() error {
	x.write.Lock()
	defer x.write.Unlock()
	next := x.next
	x.next, x.touched = nil, nil
	err := x.nextErr
	if x.closed {
		err = errClosed
	}
	if err = errors.Join(err, next.close()); err == nil {
		err = scrub(next.path)
	}
	if err == nil {
		err = syncPath(next.path)
	}
	if err != nil {
		return errors.Join(err, removeFiles(next.path))
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
	if err := os.Rename(next.path, x.path); err != nil {
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
