package fs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// placeTriesMax bounds how often place begins again because a Delete removed the
// folder between making it and placing a file in it.
const placeTriesMax = 100

// place puts a file at path by calling put, in a folder whose own entry is on stable
// storage, and returns when the file's entry is too.
func (b *Bucket) place(path string, put func(path string) error) error {
	folder, err := b.placeOpen(path, put)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// placeOpen is place without waiting for the entry: the caller syncs the folder it gets, and closes it.
func (b *Bucket) placeOpen(path string, put func(path string) error) (*os.File, error) {
	var err error
	for range placeTriesMax {
		var folder *os.File
		if folder, err = b.tryPlace(path, put); err == nil {
			return folder, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err := b.makeFolder(filepath.Dir(path)); err != nil {
			return nil, err
		}
	}
	return nil, err
}

// tryPlace calls put and returns the folder that then holds path, or fs.ErrNotExist
// where the folder is missing or not known to be durable.
func (b *Bucket) tryPlace(path string, put func(path string) error) (*os.File, error) {
	b.tree.RLock()
	defer b.tree.RUnlock()
	name := filepath.Dir(path)
	if _, ok := b.durable[name]; !ok {
		return nil, fs.ErrNotExist
	}
	// Opened before the file is placed: a later Delete may remove the folder.
	folder, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if err := put(path); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return folder, nil
}

// makeFolder makes folder and its parents below root, each durable before the next.
func (b *Bucket) makeFolder(folder string) error {
	b.tree.Lock()
	defer b.tree.Unlock()
	// A folder that is remembered but missing was removed by somebody else, and so may others have been.
	_, err := os.Lstat(folder)
	if isAbsent(err) || len(b.durable) >= durableFoldersMax {
		b.durable = map[string]struct{}{b.root: {}}
	}
	return b.makeFolderLocked(folder)
}

func (b *Bucket) makeFolderLocked(folder string) error {
	if _, ok := b.durable[folder]; ok {
		return nil
	}
	if err := b.makeFolderLocked(filepath.Dir(folder)); err != nil {
		return err
	}
	if err := mkdir(folder); err != nil {
		return err
	}
	if err := syncFolder(filepath.Dir(folder)); err != nil {
		return err
	}
	b.durable[folder] = struct{}{}
	return nil
}

// mkdir makes one folder, unless it is there.
func mkdir(folder string) error {
	err := os.Mkdir(folder, folderMode)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(folder)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "mkdir", Path: folder, Err: syscall.ENOTDIR}
	}
	return err
}

// makeDurable makes folder and its parents, and syncs the entry of each one it made.
func makeDurable(folder string) error {
	err := os.Mkdir(folder, folderMode)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeDurable(filepath.Dir(folder)); err == nil {
			err = os.Mkdir(folder, folderMode)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(folder))
}

func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncNearest syncs folder, or, if it is gone, the nearest parent that is there.
func (b *Bucket) syncNearest(folder string) error {
	for {
		err := syncFolder(folder)
		if err == nil || !isAbsent(err) || folder == b.root {
			return err
		}
		folder = filepath.Dir(folder)
	}
}

// removeEmpty removes folder and its parents below root as long as they are empty.
// An empty folder does no harm: it is not listed, and errors of removing it, or a power
// loss that brings it back, are of no matter.
func (b *Bucket) removeEmpty(folder string) {
	for folder != b.root {
		// Looked at before the lock is asked for: most folders are not empty.
		if !isEmpty(folder) {
			return
		}
		b.tree.Lock()
		err := syscall.Rmdir(folder) // os.Remove would remove a file that took the folder's place
		if err == nil {
			delete(b.durable, folder)
		}
		b.tree.Unlock()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return
		}
		folder = filepath.Dir(folder)
	}
}

func isEmpty(folder string) bool {
	f, err := os.Open(folder)
	if err != nil {
		return isAbsent(err)
	}
	names, _ := f.Readdirnames(1) // an error comes with no names: rmdir then decides
	_ = f.Close()                 // only read from
	return len(names) == 0
}
