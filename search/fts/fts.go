// Package fts is the embedded search engine: SQLite FTS5 in a file of its own, which
// holds nothing that cannot be made again from the stores. It answers every query
// exactly; what a query means is search.Evaluate.
package fts

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/afterimage/afterimage/search"
)

// FileName is the index file in a data folder.
const FileName = "search.db"

// Index is a search.Index in one file. It must be the only one on that file.
type Index struct {
	path  string
	fresh bool

	// mu guards which file is searched: searches share it, a swap takes it alone.
	mu     sync.RWMutex
	cur    *store
	closed bool

	// write orders changes, so that the index being built gets them in the same order.
	write sync.Mutex
	next  *builder // of the index that Rebuild makes; nil: none

	rebuilding sync.Mutex
}

var _ search.Engine = (*Index)(nil)

// errClosed is what calls get after Close.
var errClosed = fmt.Errorf("%w: the index is closed", search.ErrUnavailable)

// Open opens the index in a file, making it where there is none. A folder stands for
// FileName in it. A file that cannot be read, or is of another version, is replaced by an
// empty one: ask Fresh.
func Open(path string) (*Index, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, FileName)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open search index: %w", err)
	}
	for _, suffix := range []string{nextSuffix, nextSuffix + packedSuffix} { // of a rebuild that was cut off
		if err := removeFiles(path + suffix); err != nil {
			return nil, err
		}
	}
	cur, fresh, err := openStore(context.Background(), path)
	if err != nil {
		return nil, err
	}
	return &Index{path: path, cur: cur, fresh: fresh}, nil
}

// Fresh tells whether Open made an empty index, which has to be filled with Rebuild
// if there are sessions.
func (x *Index) Fresh() bool { return x.fresh }

// Put stores documents; see search.Index.
func (x *Index) Put(ctx context.Context, docs []search.Document) error {
	if len(docs) == 0 {
		return ctx.Err()
	}
	return x.apply(ctx, wanted{docs: docs})
}

// Delete removes documents; see search.Index. When it returns, no byte of the files
// holds their texts.
func (x *Index) Delete(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return ctx.Err()
	}
	if err := x.apply(ctx, wanted{ids: ids}); err != nil {
		return err
	}
	x.write.Lock()
	defer x.write.Unlock()
	// Searches wait for as long as it takes to read the file, 50 ms for 100 MB. Also where
	// nothing was there: an earlier call may have been cut off here.
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return errClosed
	}
	return x.cur.forget()
}

// wanted is a change that was asked for: documents to store, or ids to remove.
type wanted struct {
	docs []search.Document
	ids  []string
}

func (s *store) change(ctx context.Context, w wanted) error {
	if w.docs != nil {
		return s.put(ctx, w.docs)
	}
	return s.remove(ctx, w.ids)
}

// apply makes one change in the index, and in the one being built.
func (x *Index) apply(ctx context.Context, w wanted) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.write.Lock()
	defer x.write.Unlock()
	if x.closed {
		return errClosed
	}
	if x.next != nil {
		x.next.change(ctx, w)
	}
	return x.cur.change(ctx, w)
}

// Search answers one request; see search.Index.
func (x *Index) Search(ctx context.Context, r search.Request) (search.Result, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return search.Result{}, errClosed
	}
	return x.cur.search(ctx, r)
}

// idPage is how many ids are read at once, so that no reader holds the log for long.
const idPage = 1000

// IDs calls fn with every id; see search.Index.
func (x *Index) IDs(ctx context.Context, projectID string, fn func(id string) error) error {
	var after []byte
	for {
		keys, err := x.keysAfter(ctx, projectID, after)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := fn(idOf(key)); err != nil {
				return err
			}
		}
		if len(keys) < idPage {
			return nil
		}
		after = keys[len(keys)-1]
	}
}

func (x *Index) keysAfter(ctx context.Context, projectID string, after []byte) (keys [][]byte, err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return nil, errClosed
	}
	in := span{0, math.MaxInt64}
	if projectID != "" {
		code, err := projectCode(ctx, x.cur.r, projectID)
		if err != nil || code == 0 {
			return nil, err
		}
		in, _ = rows(code, 0, 0)
	}
	found, err := x.cur.r.QueryContext(ctx, `SELECT key FROM ids WHERE key > ? AND rid >= ? AND rid <= ? ORDER BY key LIMIT ?`,
		append(make([]byte, 0), after...), in.low, in.high, idPage)
	if err != nil {
		return nil, fmt.Errorf("list search index: %w", err)
	}
	defer found.Close()
	for found.Next() {
		var key []byte
		if err := found.Scan(&key); err != nil {
			return nil, fmt.Errorf("list search index: %w", err)
		}
		keys = append(keys, key)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("list search index: %w", err)
	}
	return keys, nil
}

// Bytes is what the index takes of disk, with its log.
func (x *Index) Bytes(context.Context) (int64, error) {
	total := int64(0)
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(x.path + suffix)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("size of search index: %w", err)
		}
		total += info.Size()
	}
	return total, nil
}

// Sizes are how much of Bytes is the index, and how much the documents that it was made from:
// these are kept to show why a session was found, and to take out what is no longer there.
func (x *Index) Sizes(ctx context.Context) (index, documents int64, err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return 0, 0, errClosed
	}
	if err := x.cur.r.QueryRowContext(ctx, `SELECT ifnull(sum(length(head) + length(body)), 0) FROM docs`).Scan(&documents); err != nil {
		return 0, 0, fmt.Errorf("size of search index: %w", err)
	}
	all, err := x.Bytes(ctx)
	return all - documents, documents, err
}

// Close waits for calls under way and closes the file.
func (x *Index) Close() error {
	x.write.Lock()
	defer x.write.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	if err := x.cur.close(); err != nil {
		return fmt.Errorf("close search index: %w", err)
	}
	return nil
}
