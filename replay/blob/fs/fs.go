// Package fs keeps a bucket in a folder: one file per object, at the object's key.
// It can append. What it has acknowledged survives a power loss, if the file system
// keeps what fsync promises.
//
// Files that are being put lie in the folder "~tmp" ('~' is in no key), are renamed into place when
// they are whole and on stable storage, and are removed by the next [Open] if a crash left them.
// Any other name that no key can have (such as lost+found) is left alone and not listed.
package fs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/afterimage/afterimage/replay/blob"
)

const (
	tempFolder = "~tmp"
	// Recordings are private: nobody but the service's own user may read them.
	folderMode = 0o700
	fileMode   = 0o600
	// durableFoldersMax bounds what is remembered of folders, at some 100 bytes each;
	// forgetting them costs one fsync each.
	durableFoldersMax = 8192
	// copyBufferBytes is large enough that the count of write calls does not matter.
	copyBufferBytes = 256 << 10
)

// Bucket is a bucket in a folder. Safe for concurrent use. Of several processes that
// have it open only one may change it, the others may read.
type Bucket struct {
	root string
	temp *os.File // the folder of temporary files, locked shared while the bucket is open

	// tree is held for reading while a file is placed in a folder, and for writing while
	// folders are made or removed: so a folder that was durable when looked at still is.
	tree    sync.RWMutex
	durable map[string]struct{} // folders whose entries, up to root, are on stable storage
}

var (
	_ blob.Bucket   = (*Bucket)(nil)
	_ blob.Appender = (*Bucket)(nil)
)

// Open opens the bucket in folder, which it makes if it is missing (its parents too).
// It removes temporary files that a crash left, unless another process has the
// bucket open. Close it when done.
func Open(folder string) (*Bucket, error) {
	root, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", folder, err)
	}
	temp := filepath.Join(root, tempFolder)
	if err := makeDurable(temp); err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", folder, err)
	}
	dir, err := os.Open(temp)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", folder, err)
	}
	if err := cleanTemp(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("open bucket %s: remove temporary files: %w", folder, err), dir.Close())
	}
	return &Bucket{root: root, temp: dir, durable: map[string]struct{}{root: {}}}, nil
}

// cleanTemp empties dir if nobody else has it locked, and leaves it locked shared.
func cleanTemp(dir *os.File) error {
	if tryLockAlone(dir) {
		names, err := dir.Readdirnames(-1)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := os.RemoveAll(filepath.Join(dir.Name(), name)); err != nil {
				return err
			}
		}
	}
	return lockShared(dir)
}

// Close lets go of the bucket's folder. Nothing of it may be in use any more.
func (b *Bucket) Close() error { return b.temp.Close() }

// path is the file of a key; keys are checked before.
func (b *Bucket) path(key string) string { return filepath.Join(b.root, filepath.FromSlash(key)) }

// Put implements [blob.Bucket].
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := blob.CheckKey(key); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	temp, err := b.writeTemp(blob.Exact(ctx, r, size))
	if err == nil {
		err = b.place(b.path(key), func(path string) error { return os.Rename(temp, path) })
		if err != nil {
			err = errors.Join(err, removeIfThere(temp))
		}
	}
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// writeTemp copies r to a temporary file, which is on stable storage when it returns,
// and returns its path. After an error nothing is left.
func (b *Bucket) writeTemp(r io.Reader) (path string, err error) {
	f, err := os.CreateTemp(b.temp.Name(), "put-")
	if err != nil {
		return "", err
	}
	// The struct hides ReadFrom, which would copy with a smaller buffer.
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, r, make([]byte, copyBufferBytes))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, removeIfThere(f.Name()))
	}
	return f.Name(), nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Get implements [blob.Bucket].
func (b *Bucket) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	r, err := b.get(ctx, key, offset, length)
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	return r, nil
}

func (b *Bucket) get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if err := check(ctx, key); err != nil {
		return nil, err
	}
	// A link could lead out of the bucket.
	f, err := os.OpenFile(b.path(key), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, notFound(key, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w", key, blob.ErrNotFound)
	}
	if err == nil {
		err = blob.CheckRange(offset, length)
	}
	if err == nil && offset > info.Size() {
		err = fmt.Errorf("%s: %w: offset %d of %d bytes", key, blob.ErrRange, offset, info.Size())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// A file that grows meanwhile gives no more than it had.
	rest := info.Size() - offset
	if length >= 0 && length < rest {
		rest = length
	}
	return rangeReader{io.NewSectionReader(f, offset, rest), f}, nil
}

// rangeReader reads a section and closes its file. The section gives [io.WriterTo] too.
type rangeReader struct {
	*io.SectionReader
	io.Closer
}

// Stat implements [blob.Bucket].
func (b *Bucket) Stat(ctx context.Context, key string) (blob.Object, error) {
	if err := check(ctx, key); err != nil {
		return blob.Object{}, fmt.Errorf("stat: %w", err)
	}
	info, err := os.Lstat(b.path(key))
	if err != nil {
		return blob.Object{}, fmt.Errorf("stat: %w", notFound(key, err))
	}
	if !info.Mode().IsRegular() {
		return blob.Object{}, fmt.Errorf("stat: %s: %w", key, blob.ErrNotFound)
	}
	return describe(key, info), nil
}

// Delete implements [blob.Bucket]. Folders that it empties are removed.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := check(ctx, key); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	path := b.path(key)
	info, err := os.Lstat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil // a folder: no object
	case err == nil:
		err = os.Remove(path)
	}
	if err != nil && !isAbsent(err) {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	// Also where nothing was there: a Delete before this one may have been cut short
	// between removing and syncing.
	if err := b.syncNearest(filepath.Dir(path)); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	b.removeEmpty(filepath.Dir(path))
	return nil
}

func check(ctx context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	return ctx.Err()
}

// notFound turns the errors that mean that there is no such file into ErrNotFound.
func notFound(key string, err error) error {
	if isAbsent(err) {
		return fmt.Errorf("%s: %w", key, blob.ErrNotFound)
	}
	return err
}

// isAbsent: a missing file, one whose folder is a file, or a link.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP)
}

func describe(key string, info fs.FileInfo) blob.Object {
	return blob.Object{Key: key, Size: info.Size(), ModifiedAt: info.ModTime().UnixMilli()}
}
