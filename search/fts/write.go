package fts

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/afterimage/afterimage/search"
)

// row is a document in the form of the tables.
type row struct {
	rid        int64
	key        []byte
	head, body []byte
	words      []string // values of the full-text columns
}

// change is one step of a write: take a row out, or put one in. Where the words of a
// document are as they were, which is so for most of what a live session sends, they
// stay: taking words out so that no trace is left is what costs most.
type change struct {
	row
	remove    bool
	keepWords bool
}

// put stores documents in one transaction.
func (s *store) put(ctx context.Context, docs []search.Document) error {
	learn := s.kept.learner()
	return s.transact(ctx, learn != nil, func(tx *sql.Tx) ([]change, error) {
		codes, err := projectCodes(ctx, tx, docs)
		if err != nil {
			return nil, err
		}
		return putRows(ctx, tx, docs, makeRows(docs, codes, learn), codes)
	})
}

// putRows stores documents that are rows already.
func (s *store) putRows(ctx context.Context, docs []search.Document, made []row, codes map[string]int64) error {
	return s.transact(ctx, true, func(tx *sql.Tx) ([]change, error) { return putRows(ctx, tx, docs, made, codes) })
}

// putRows stores rows of documents, of which only id, project and start are looked at. Of documents
// with the same id the last counts.
func putRows(ctx context.Context, tx *sql.Tx, docs []search.Document, made []row, codes map[string]int64) ([]change, error) {
	last := make(map[string]int, len(docs))
	keys := make([][]byte, len(made))
	for i := range docs {
		last[docs[i].ID], keys[i] = i, made[i].key
	}
	old, err := findRows(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	changes := make([]change, 0, len(docs)+len(old))
	fresh := make([]int, 0, len(docs))
	for i := range made {
		if last[docs[i].ID] != i {
			continue
		}
		was := old[string(made[i].key)]
		if was == nil {
			fresh = append(fresh, i)
			continue
		}
		if startOf(was.head) != docs[i].StartedAt || was.rid>>rowBits != codes[docs[i].ProjectID] {
			changes = append(changes, change{row: *was, remove: true})
			fresh = append(fresh, i)
			continue
		}
		made[i].rid = was.rid
		same := slices.Equal(was.words, made[i].words)
		changes = append(changes, change{*was, true, same}, change{made[i], false, same})
	}
	if err := place(ctx, tx, docs, codes, made, fresh); err != nil {
		return nil, err
	}
	for _, i := range fresh {
		changes = append(changes, change{row: made[i]})
	}
	return changes, apply(ctx, tx, changes)
}

// startOf reads the start of a session from its head.
func startOf(headBlob []byte) int64 {
	r := reader{b: headBlob}
	return r.int()
}

// remove takes documents out in one transaction.
func (s *store) remove(ctx context.Context, ids []string) error {
	return s.transact(ctx, true, func(tx *sql.Tx) ([]change, error) {
		keys := make([][]byte, len(ids))
		for i, id := range ids {
			keys[i] = idKey(id)
		}
		old, err := findRows(ctx, tx, keys)
		if err != nil {
			return nil, err
		}
		changes := make([]change, 0, len(old))
		for _, r := range old {
			changes = append(changes, change{row: *r, remove: true})
		}
		return changes, apply(ctx, tx, changes)
	})
}

// transact runs a write, which returns what it changed; see memory.changed for learned.
func (s *store) transact(ctx context.Context, learned bool, do func(*sql.Tx) ([]change, error)) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	defer tx.Rollback()
	changes, err := do(tx)
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	s.kept.changing.Lock()
	defer s.kept.changing.Unlock()
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	s.kept.changed(changes, learned)
	return nil
}

// projectCodes gives the numbers of the projects of documents, new ones where there was none.
func projectCodes(ctx context.Context, tx *sql.Tx, docs []search.Document) (map[string]int64, error) {
	codes := map[string]int64{}
	for i := range docs {
		id := docs[i].ProjectID
		if codes[id] != 0 {
			continue
		}
		code, err := projectCode(ctx, tx, id)
		if err == nil && code == 0 {
			err = tx.QueryRowContext(ctx, `INSERT INTO projects (id) VALUES (?) RETURNING code`, id).Scan(&code)
		}
		if err == nil && code > projectMax {
			err = fmt.Errorf("more than %d projects in one index", projectMax)
		}
		if err != nil {
			return nil, err
		}
		codes[id] = code
	}
	return codes, nil
}

// makeRows writes documents as rows without their ids, on all cores: cutting texts into words
// takes about as long as storing them.
func makeRows(docs []search.Document, codes map[string]int64, eachTerm func(string)) []row {
	made := make([]row, len(docs))
	var workers sync.WaitGroup
	const piece = 32
	for k := range min(runtime.GOMAXPROCS(0), (len(docs)+piece-1)/piece) {
		workers.Go(func() {
			step := piece * runtime.GOMAXPROCS(0)
			for from := k * piece; from < len(docs); from += step {
				for i := from; i < min(from+piece, len(docs)); i++ {
					d := &docs[i]
					made[i] = row{key: idKey(d.ID), head: appendHead(nil, d), body: appendBody(nil, d),
						words: makeWords(d, codes[d.ProjectID], eachTerm)}
				}
			}
		})
	}
	workers.Wait()
	return made
}

// findBatch is how many keys one statement asks for.
const findBatch = 500

// findRows returns the rows that are stored under keys, by key.
func findRows(ctx context.Context, tx *sql.Tx, keys [][]byte) (map[string]*row, error) {
	found := map[string]*row{}
	for part := range slices.Chunk(keys, findBatch) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		if err := findPart(ctx, tx, args, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func findPart(ctx context.Context, tx *sql.Tx, keys []any, found map[string]*row) error {
	rows, err := tx.QueryContext(ctx, `SELECT ids.key, ids.rid, docs.head, docs.body FROM ids JOIN docs ON docs.rid = ids.rid
		WHERE ids.key IN (?`+strings.Repeat(", ?", len(keys)-1)+`)`, keys...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r := &row{}
		if err := rows.Scan(&r.key, &r.rid, &r.head, &r.body); err != nil {
			return err
		}
		d, err := parseDocument(r.head, r.body)
		if err != nil {
			return err
		}
		r.words = makeWords(d, r.rid>>rowBits, nil)
		found[string(r.key)] = r
	}
	return rows.Err()
}

// place gives the documents that are new their rows, in the order they began.
func place(ctx context.Context, tx *sql.Tx, docs []search.Document, codes map[string]int64, made []row, fresh []int) error {
	slices.SortFunc(fresh, func(a, b int) int {
		return cmp.Or(cmp.Compare(docs[a].StartedAt, docs[b].StartedAt), bytes.Compare(made[a].key, made[b].key))
	})
	buckets := map[int64]*bucket{}
	for _, i := range fresh {
		first := bucketOf(codes[docs[i].ProjectID], startedOf(&docs[i]))
		b := buckets[first]
		if b == nil {
			read, err := readBucket(ctx, tx, first)
			if err != nil {
				return err
			}
			b = &read
			buckets[first] = b
		}
		var err error
		if made[i].rid, err = b.place(first, docs[i].StartedAt); err != nil {
			return err
		}
	}
	for first, b := range buckets {
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO buckets (rid, next, top, late) VALUES (?, ?, ?, ?)`,
			first, b.next, b.top, b.late); err != nil {
			return err
		}
	}
	return nil
}

var (
	wordMarks   = strings.Join(columns, ", ") + `) VALUES (?` + strings.Repeat(", ?", len(columns)) + `)`
	insertWords = `INSERT INTO words (rowid, ` + wordMarks
	removeWords = `INSERT INTO words (words, rowid, ` + strings.Replace(wordMarks, "(?", "('delete', ?", 1)
)

// apply makes the changes in the order of their rows, which is what FTS5 is fastest at: it
// writes out what it has gathered whenever a row id goes down.
func apply(ctx context.Context, tx *sql.Tx, changes []change) error {
	slices.SortStableFunc(changes, func(a, b change) int {
		if a.rid != b.rid {
			return cmp.Compare(a.rid, b.rid)
		}
		if a.remove == b.remove {
			return 0
		}
		if a.remove {
			return -1
		}
		return 1
	})
	p := prepared{ctx: ctx, tx: tx, stmts: map[string]*sql.Stmt{}}
	defer p.close()
	// A document that moves to another row must leave the old one first: ids are unique.
	for _, c := range changes {
		if c.remove {
			if err := p.exec(`DELETE FROM docs WHERE rid = ?`, c.rid); err != nil {
				return err
			}
			if err := p.exec(`DELETE FROM ids WHERE key = ?`, c.key); err != nil {
				return err
			}
		}
	}
	for _, c := range changes {
		if err := p.applyWords(c); err != nil {
			return err
		}
	}
	if err := p.insertDocs(changes); err != nil {
		return err
	}
	return forgetTerms(ctx, tx, changes)
}

// prepared keeps the statements of one transaction.
type prepared struct {
	ctx   context.Context
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
	args  []any
}

func (p *prepared) exec(query string, args ...any) error {
	stmt := p.stmts[query]
	if stmt == nil {
		var err error
		if stmt, err = p.tx.PrepareContext(p.ctx, query); err != nil {
			return err
		}
		p.stmts[query] = stmt
	}
	_, err := stmt.ExecContext(p.ctx, args...)
	return err
}

func (p *prepared) close() {
	for _, stmt := range p.stmts {
		stmt.Close()
	}
}

// applyWords takes the words of a row out, or puts them in.
func (p *prepared) applyWords(c change) error {
	if c.keepWords {
		return nil
	}
	p.args = append(p.args[:0], c.rid)
	for _, column := range c.words {
		if column == "" {
			p.args = append(p.args, nil)
			continue
		}
		p.args = append(p.args, column)
	}
	if c.remove {
		return p.exec(removeWords, p.args...)
	}
	return p.exec(insertWords, p.args...)
}

// insertBatch is how many rows one statement inserts.
const insertBatch = 50

func (p *prepared) insertDocs(changes []change) error {
	puts := slices.DeleteFunc(slices.Clone(changes), func(c change) bool { return c.remove })
	for part := range slices.Chunk(puts, insertBatch) {
		p.args = p.args[:0]
		for _, c := range part {
			p.args = append(p.args, c.rid, c.head, c.body)
		}
		if err := p.exec(`INSERT INTO docs (rid, head, body) VALUES (?, ?, ?)`+strings.Repeat(", (?, ?, ?)", len(part)-1), p.args...); err != nil {
			return err
		}
		p.args = p.args[:0]
		for _, c := range part {
			p.args = append(p.args, c.key, c.rid)
		}
		if err := p.exec(`INSERT INTO ids (key, rid) VALUES (?, ?)`+strings.Repeat(", (?, ?)", len(part)-1), p.args...); err != nil {
			return err
		}
	}
	return nil
}

// forget leaves no page of the file, nor of the log beside it, with a text that was deleted. Nobody
// may read or write meanwhile.
func (s *store) forget() error {
	if err := s.disconnect(); err != nil {
		return err
	}
	return errors.Join(scrub(s.path), s.connect())
}
