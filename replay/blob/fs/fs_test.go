package fs_test

import (
	"errors"
	iofs "io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/blob/blobtest"
	"github.com/afterimage/afterimage/replay/blob/fs"
)

func open(t testing.TB, folder string) *fs.Bucket {
	t.Helper()
	b, err := fs.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestBucket(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Bucket { return open(t, t.TempDir()) })
}

func TestAppender(t *testing.T) {
	blobtest.RunAppender(t, func(t *testing.T) blobtest.AppendBucket { return open(t, t.TempDir()) })
}

// files gives every file and folder below root, as paths relative to it.
func files(t *testing.T, root string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, _ iofs.DirEntry, err error) error {
		if path != root {
			found = append(found, strings.TrimPrefix(path, root+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func put(t testing.TB, b blob.Bucket, key, content string) {
	t.Helper()
	if err := b.Put(t.Context(), key, strings.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
}

func keys(t *testing.T, b blob.Bucket) (all []string) {
	t.Helper()
	err := b.List(t.Context(), "", func(o blob.Object) error {
		all = append(all, o.Key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLayout(t *testing.T) {
	root := filepath.Join(t.TempDir(), "made", "too")
	b := open(t, root)
	put(t, b, "sessions/s1/claim", "x")
	put(t, b, "packs/p1", "y")
	want := []string{"packs", "packs/p1", "sessions", "sessions/s1", "sessions/s1/claim", "~tmp"}
	if got := files(t, root); !slices.Equal(got, want) {
		t.Errorf("files: %q, want %q", got, want)
	}
	for _, name := range want {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v: others may see it", name, info.Mode())
		}
	}
	for _, key := range []string{"sessions/s1/claim", "packs/p1"} {
		if err := b.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if got := files(t, root); !slices.Equal(got, []string{"~tmp"}) {
		t.Errorf("left after deleting all: %q", got)
	}
}

func TestOpenRemovesTemporaryFiles(t *testing.T) {
	root := t.TempDir()
	left := filepath.Join(root, "~tmp", "put-left-by-a-crash")
	first, err := fs.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	put(t, first, "kept", "x")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, first); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("List shows temporary files: %q", got)
	}

	second, err := fs.Open(root) // the first one is still open: its files are not ours to remove
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err != nil {
		t.Errorf("a second Open touched the first one's temporary file: %v", err)
	}
	if err := errors.Join(first.Close(), second.Close()); err != nil {
		t.Fatal(err)
	}
	third, err := fs.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, iofs.ErrNotExist) {
		t.Errorf("temporary file after Open: %v, want it gone", err)
	}
	if got := keys(t, third); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("after Open: %q", got)
	}
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestForeignFiles(t *testing.T) {
	root := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	for _, err := range []error{
		os.WriteFile(outside, []byte("secret"), 0o600),
		os.Mkdir(filepath.Join(root, "lost+found"), 0o700),
		os.WriteFile(filepath.Join(root, "not a key"), nil, 0o600),
		os.Symlink(outside, filepath.Join(root, "link")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	b := open(t, root)
	if got := keys(t, b); len(got) != 0 {
		t.Errorf("List shows what is no object: %q", got)
	}
	if _, err := b.Stat(t.Context(), "link"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Stat of a symbolic link: %v, want ErrNotFound", err)
	}
	if r, err := b.Get(t.Context(), "link", 0, -1); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Get followed a symbolic link out of the bucket: %v, %v", r, err)
	}
}

func TestFolderRemovedByHand(t *testing.T) {
	root := t.TempDir()
	b := open(t, root)
	put(t, b, "a/b/c", "x")
	if err := os.RemoveAll(filepath.Join(root, "a")); err != nil {
		t.Fatal(err)
	}
	put(t, b, "a/b/d", "y")
	if got := keys(t, b); !slices.Equal(got, []string{"a/b/d"}) {
		t.Errorf("List = %q", got)
	}
}

func TestFailedWriteStays(t *testing.T) {
	const full = "/dev/full" // every write to it fails with ENOSPC
	if _, err := os.Stat(full); err != nil {
		t.Skipf("this system has no %s: %v", full, err)
	}
	root := t.TempDir()
	b := open(t, root)
	w, err := b.Append(t.Context(), "packs/p")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	fs.BreakForTest(t, w, full)
	if _, err := w.Write([]byte("y")); err == nil {
		t.Fatal("Write to a full disk gave no error")
	}
	if err := w.Sync(); err == nil {
		t.Error("Sync after a failed Write gave no error: the caller would acknowledge what is lost")
	}
	if _, err := w.Write([]byte("z")); err == nil {
		t.Error("Write after a failed Write gave no error")
	}
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fs.Open(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Open of a file: %v, want an error that names it", err)
	}
	if _, err := fs.Open(filepath.Join(file, "below")); err == nil {
		t.Error("Open below a file gave no error")
	}
}
