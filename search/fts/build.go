package fts

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/afterimage/afterimage/search"
)

const (
	// buildRows is how many documents of a rebuild are stored at once: FTS5 then writes few
	// large pieces, which it need not merge so often. About 1.5 KB of memory each, twice.
	buildRows = 8192
	// buildHashBytes is how much FTS5 gathers in memory before it writes a piece, in a rebuild.
	buildHashBytes = 16 << 20
)

// ftsSettings are settings of FTS5 in a rebuild, where all pieces are merged once at the end, and
// its defaults, which are for an index that changes.
var ftsSettings = []struct {
	name         string
	build, usual int
}{
	{"hashsize", buildHashBytes, 1 << 20},
	{"automerge", 0, 4},
	{"crisismerge", 2000, 16},
}

// builder fills an index that is not searched yet. While one lot of documents is written, the next
// is cut into words.
type builder struct {
	store   *store
	codes   map[string]int64
	rows    []row
	starts  []search.Document // of rows: id, project and start only
	writing chan error        // of the lot that is being written; nil if none is
	err     error

	touched map[string]bool // ids that were changed since the build began
	packing bool            // changes have to wait
	waiting []wanted
}

// pragmas that make a build fast: what breaks it off leaves a file that is thrown away, and the
// whole file is synced before it is used.
const buildPragmas = `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000`

func newBuilder(ctx context.Context, s *store) (*builder, error) {
	if _, err := s.w.ExecContext(ctx, buildPragmas); err != nil {
		return nil, err
	}
	for _, setting := range ftsSettings {
		if err := s.set(ctx, setting.name, setting.build); err != nil {
			return nil, err
		}
	}
	return &builder{store: s, codes: map[string]int64{}, touched: map[string]bool{}}, nil
}

// change makes a change that came meanwhile. What goes wrong is no fault of the change: the rebuild
// fails.
func (b *builder) change(ctx context.Context, w wanted) {
	for i := range w.docs {
		b.touched[w.docs[i].ID] = true
	}
	for _, id := range w.ids {
		b.touched[id] = true
	}
	if b.packing {
		b.waiting = append(b.waiting, wanted{slices.Clone(w.docs), slices.Clone(w.ids)})
		return
	}
	ctx = context.WithoutCancel(ctx) // who asked for the change may go, the rebuild stays
	if err := b.flush(ctx); err == nil {
		if err := b.store.change(ctx, w); err != nil {
			_ = b.fail(err)
		}
	}
}

// fill takes documents in, but those changed since the build began, which may have been read
// before that. They are stored later; an error of that comes from a later call.
func (b *builder) fill(ctx context.Context, docs []search.Document) error {
	if err := b.err; err != nil {
		return err
	}
	if len(b.touched) > 0 {
		docs = slices.DeleteFunc(slices.Clone(docs), func(d search.Document) bool { return b.touched[d.ID] })
	}
	for i := range docs {
		if b.codes[docs[i].ProjectID] != 0 {
			continue
		}
		// Few projects are new, so waiting for what is being written costs little.
		if err := b.wait(); err != nil {
			return err
		}
		err := b.store.transact(ctx, true, func(tx *sql.Tx) ([]change, error) {
			codes, err := projectCodes(ctx, tx, docs)
			for id, code := range codes {
				b.codes[id] = code
			}
			return nil, err
		})
		if err != nil {
			return b.fail(err)
		}
	}
	b.rows = append(b.rows, makeRows(docs, b.codes, nil)...)
	for i := range docs {
		b.starts = append(b.starts, search.Document{ID: docs[i].ID, ProjectID: docs[i].ProjectID, StartedAt: docs[i].StartedAt})
	}
	if len(b.rows) < buildRows {
		return ctx.Err()
	}
	return b.write(ctx)
}

// write begins to store what was taken in.
func (b *builder) write(ctx context.Context) error {
	if err := b.wait(); err != nil || len(b.rows) == 0 {
		return err
	}
	rows, starts := b.rows, b.starts
	b.rows, b.starts, b.writing = nil, nil, make(chan error, 1)
	done := b.writing
	go func() { done <- b.store.putRows(ctx, starts, rows, b.codes) }()
	return nil
}

// wait waits for what is being written.
func (b *builder) wait() error {
	if b.writing != nil {
		err := <-b.writing
		b.writing = nil
		if err != nil {
			return b.fail(err)
		}
	}
	return b.err
}

// flush stores all that was taken in, so that others can write.
func (b *builder) flush(ctx context.Context) error { return errors.Join(b.write(ctx), b.wait()) }

// fail notes that the index is broken: without a journal nothing of a failed write is undone.
func (b *builder) fail(err error) error {
	if b.err == nil {
		b.err = err
	}
	return b.err
}

// packedSuffix is what the finished file is called behind the name of the one that was filled.
const packedSuffix = ".packed"

// pack writes the index, as small as it can be, to a file of its own and returns its path.
func (b *builder) pack(ctx context.Context) (path string, err error) {
	// One piece instead of many is smaller, and faster to search.
	_, err = b.store.w.ExecContext(ctx, `INSERT INTO words (words) VALUES ('optimize')`)
	for _, setting := range ftsSettings {
		if err == nil {
			err = b.store.set(ctx, setting.name, setting.usual)
		}
	}
	path = b.store.path + packedSuffix
	if err == nil {
		// What the pieces took is given back.
		_, err = b.store.w.ExecContext(ctx, `VACUUM INTO ?`, path)
	}
	return path, err
}

// catchUp makes the changes that waited in the packed file, and leaves it alone and on disk.
func (b *builder) catchUp(ctx context.Context, path string) error {
	if err := errors.Join(b.store.close(), removeFiles(b.store.path)); err != nil {
		return err
	}
	if len(b.waiting) > 0 {
		s, err := connect(path)
		for _, w := range b.waiting {
			if err == nil {
				err = s.change(ctx, w)
			}
		}
		if err = errors.Join(err, s.close()); err != nil {
			return err
		}
	}
	return errors.Join(scrub(path), syncPath(path))
}

func (s *store) set(ctx context.Context, name string, value int) error {
	_, err := s.w.ExecContext(ctx, `INSERT INTO words (words, rank) VALUES (?, ?)`, name, value)
	return err
}
