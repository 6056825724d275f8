package fts

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/afterimage/afterimage/search"
)

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
	return s.transact(ctx, func(tx *sql.Tx) error {
		last := make(map[string]int, len(docs))
		for i := range docs {
			last[docs[i].ID] = i
		}
		var changes []change
		next := map[int64]int64{}
		for i := range docs {
			d := &docs[i]
			if last[d.ID] != i {
				continue // put again later in the same batch
			}
			old, err := findRow(ctx, tx, d.ID)
			if err != nil {
				return err
			}
			rid, words, same := int64(0), makeWords(d), false
			if old != nil {
				if old.rid>>ridSeqBits == startedOf(d) {
					rid = old.rid
					same = slices.Equal(old.words, words)
				}
				changes = append(changes, change{*old, true, same})
			}
			if rid == 0 {
				if rid, err = newRid(ctx, tx, startedOf(d), next); err != nil {
					return err
				}
			}
			changes = append(changes, change{row{rid, d, words}, false, same})
		}
		return apply(ctx, tx, changes)
	})
}

// remove takes documents out in one transaction.
func (s *store) remove(ctx context.Context, ids []string) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		var changes []change
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			old, err := findRow(ctx, tx, id)
			if err != nil {
				return err
			}
			if old != nil {
				changes = append(changes, change{row: *old, remove: true})
			}
		}
		return apply(ctx, tx, changes)
	})
}

func (s *store) transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	return nil
}

// findRow returns the row of a document as it is stored, nil if there is none.
func findRow(ctx context.Context, tx *sql.Tx, id string) (*row, error) {
	var r row
	var body []byte
	err := tx.QueryRowContext(ctx, `
		SELECT docs.rid, bodies.json FROM docs JOIN bodies ON bodies.rid = docs.rid WHERE docs.id = $1`, id).
		Scan(&r.rid, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if r.doc, err = decodeBody(body); err != nil {
		return nil, err
	}
	r.words = makeWords(r.doc)
	return &r, nil
}

// newRid finds a free row id for a session that began at started; next holds those given
// out in this transaction.
func newRid(ctx context.Context, tx *sql.Tx, started int64, next map[int64]int64) (int64, error) {
	rid, ok := next[started]
	if !ok {
		low := started << ridSeqBits
		var top sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(rid) FROM docs WHERE rid >= $1 AND rid <= $2`,
			low, low|ridSeqMask).Scan(&top); err != nil {
			return 0, err
		}
		rid = low | 1 // never 0, which stands for none
		if top.Valid {
			rid = top.Int64 + 1
		}
	}
	if rid>>ridSeqBits != started {
		return 0, fmt.Errorf("more than %d sessions began in the millisecond %d", ridSeqMask, started)
	}
	next[started] = rid + 1
	return rid, nil
}

var (
	wordColumns  = "marks, " + strings.Join(search.TextFields, ", ")
	wordMarks    = strings.Repeat(", ?", len(search.TextFields)+1)
	insertWords  = `INSERT INTO words (rowid, ` + wordColumns + `) VALUES (?` + wordMarks + `)`
	removeWords  = `INSERT INTO words (words, rowid, ` + wordColumns + `) VALUES ('delete', ?` + wordMarks + `)`
	insertDoc    = `INSERT INTO docs (rid, ` + docColumns + `) VALUES (?` + strings.Repeat(", ?", 21) + `)`
	insertBody   = `INSERT INTO bodies (rid, json) VALUES (?, ?)`
	removeDoc    = `DELETE FROM docs WHERE rid = ?`
	removeBodies = `DELETE FROM bodies WHERE rid = ?`
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
			if err := errors.Join(p.exec(removeDoc, c.rid), p.exec(removeBodies, c.rid)); err != nil {
				return err
			}
		}
	}
	for _, c := range changes {
		if err := p.apply(c); err != nil {
			return err
		}
	}
	return nil
}

// prepared keeps the statements of one transaction.
type prepared struct {
	ctx   context.Context
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
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

// apply takes the words of a row out, or puts a row in.
func (p *prepared) apply(c change) error {
	words := append([]any{c.rid}, c.words...)
	if c.remove {
		if c.keepWords {
			return nil
		}
		return p.exec(removeWords, words...)
	}
	if !c.keepWords {
		if err := p.exec(insertWords, words...); err != nil {
			return err
		}
	}
	body, err := encodeBody(c.doc)
	if err != nil {
		return err
	}
	if err := p.exec(insertDoc, append([]any{c.rid}, docValues(c.doc)...)...); err != nil {
		return err
	}
	return p.exec(insertBody, c.rid, body)
}

// truncateWait is how long to wait before asking again for readers to be done.
const truncateWait = 10 * time.Millisecond

// forget moves what was written into the file and empties the log beside it, so that no
// page of it holds a text that was deleted. It waits for searches under way.
func (s *store) forget(ctx context.Context) error {
	for {
		var busy, pages, moved int
		if err := s.w.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
			return fmt.Errorf("empty the log of the search index: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("empty the log of the search index: %w", ctx.Err())
		case <-time.After(truncateWait):
		}
	}
}
