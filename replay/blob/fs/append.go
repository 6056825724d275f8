package fs

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/afterimage/afterimage/replay/blob"
)

// Append implements [blob.Appender].
func (b *Bucket) Append(ctx context.Context, key string) (blob.Writer, error) {
	if err := check(ctx, key); err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	var file *os.File
	folder, err := b.placeOpen(b.path(key), func(path string) (err error) {
		file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("append %s: %w", key, err)
	}
	return &writer{key: key, file: file, folder: folder}, nil
}

// writer appends to one file.
type writer struct {
	key    string
	file   *os.File
	folder *os.File // until the file's entry is on stable storage
	err    error    // the first error; it stays
}

// Write implements [blob.Writer].
func (w *writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.file.Write(p)
	return n, w.fail(err)
}

// Sync implements [blob.Writer].
func (w *writer) Sync() error {
	if w.err != nil {
		return w.err
	}
	if err := syncData(w.file); err != nil {
		return w.fail(err)
	}
	if w.folder == nil {
		return nil
	}
	err := errors.Join(w.folder.Sync(), w.folder.Close())
	w.folder = nil
	return w.fail(err)
}

// fail keeps the first error: the kernel may have dropped the pages that it could not
// write, so that a later sync would succeed without them.
func (w *writer) fail(err error) error {
	if err != nil {
		w.err = fmt.Errorf("append %s: %w", w.key, err)
	}
	return w.err
}

// Close implements [blob.Writer]. What was not synced may be lost.
func (w *writer) Close() error {
	err := w.file.Close()
	if w.folder != nil {
		err = errors.Join(err, w.folder.Close())
		w.folder = nil
	}
	if w.err == nil {
		w.err = fmt.Errorf("append %s: %w", w.key, os.ErrClosed)
	}
	return err
}
