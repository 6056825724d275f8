package fs

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay/blob"
)

// List implements [blob.Bucket]. It reads one folder after the other: of what is put
// or deleted meanwhile it may show either state.
func (b *Bucket) List(ctx context.Context, prefix string, fn func(blob.Object) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("list %s: %w", prefix, err)
	}
	if !blob.CheckPrefix(prefix) {
		return nil
	}
	folder := prefix[:strings.LastIndexByte(prefix, '/')+1] // "" or ending in a slash
	return b.listFolder(ctx, folder, prefix, fn)
}

// listFolder lists what lies in and below folder, whose name, unless it is the root, ends in a slash.
func (b *Bucket) listFolder(ctx context.Context, folder, prefix string, fn func(blob.Object) error) error {
	entries, err := os.ReadDir(b.path(folder))
	if isAbsent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list %s: %w", prefix, err)
	}
	for _, e := range sortedByKey(entries) {
		key := folder + e.name
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("list %s: %w", prefix, err)
		}
		if e.entry.IsDir() {
			err = b.listFolder(ctx, key, prefix, fn)
		} else {
			err = listFile(key, e.entry, fn)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func listFile(key string, entry fs.DirEntry, fn func(blob.Object) error) error {
	info, err := entry.Info()
	if isAbsent(err) {
		return nil // deleted since
	}
	if err != nil {
		return fmt.Errorf("list %s: %w", key, err)
	}
	return fn(describe(key, info))
}

// keyedEntry is an entry of a folder with its name as it stands in keys: a folder's
// ends in a slash, which is what makes the order right ("a.b" < "a/b" < "a0").
type keyedEntry struct {
	name  string
	entry fs.DirEntry
}

// sortedByKey gives the files and folders that can belong to keys, in key order.
func sortedByKey(entries []fs.DirEntry) []keyedEntry {
	keyed := make([]keyedEntry, 0, len(entries))
	for _, entry := range entries {
		name := entry.Name()
		if blob.CheckKey(name) != nil || !entry.IsDir() && !entry.Type().IsRegular() {
			continue
		}
		if entry.IsDir() {
			name += "/"
		}
		keyed = append(keyed, keyedEntry{name, entry})
	}
	slices.SortFunc(keyed, func(x, y keyedEntry) int { return strings.Compare(x.name, y.name) })
	return keyed
}
