package fts

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// FTS5 finds the page of a word through words_idx, which has of each page the first word, or as much
// of it as tells it from the page before. Its secure-delete takes a word out of the page, but leaves
// it there. So where the first word of a page is gone, the next one takes its place.

// termPrefix stands in front of every term in the tables of FTS5.
const termPrefix = "0"

// goneTerms are the words that rows lost.
func goneTerms(changes []change) []string {
	gone := map[string]bool{}
	now := map[int64]map[string]bool{}
	for _, c := range changes {
		if !c.remove && !c.keepWords {
			now[c.rid] = map[string]bool{}
			eachWord(c.words, func(word string) { now[c.rid][word] = true })
		}
	}
	for _, c := range changes {
		if c.remove && !c.keepWords {
			eachWord(c.words, func(word string) {
				if !now[c.rid][word] {
					gone[word] = true
				}
			})
		}
	}
	return slices.Sorted(maps.Keys(gone))
}

func eachWord(columns []string, fn func(string)) {
	for _, column := range columns {
		for word := range strings.FieldsSeq(column) {
			fn(word)
		}
	}
}

// forgetTerms takes words that are no longer in the index out of words_idx.
func forgetTerms(ctx context.Context, tx *sql.Tx, changes []change) error {
	terms := goneTerms(changes)
	if len(terms) == 0 {
		return nil
	}
	// FTS5 holds back what it writes until a savepoint.
	if _, err := tx.ExecContext(ctx, `SAVEPOINT written; RELEASE written`); err != nil {
		return err
	}
	segments, err := segmentsOf(ctx, tx)
	if err != nil {
		return err
	}
	find, err := tx.PrepareContext(ctx, `SELECT term, pgno FROM words_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1`)
	if err != nil {
		return err
	}
	defer find.Close()
	for _, segment := range segments {
		for _, term := range terms {
			whole := []byte(termPrefix + term)
			var separator []byte
			var page int64
			err := find.QueryRowContext(ctx, segment, whole).Scan(&separator, &page)
			if errors.Is(err, sql.ErrNoRows) || err == nil && (len(separator) <= len(termPrefix) || !bytes.HasPrefix(whole, separator)) {
				continue
			}
			if err == nil {
				err = renewSeparator(ctx, tx, segment, page, separator)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func segmentsOf(ctx context.Context, tx *sql.Tx) (segments []int64, err error) {
	rows, err := tx.QueryContext(ctx, `WITH RECURSIVE s(id) AS (
		SELECT min(segid) FROM words_idx UNION ALL SELECT (SELECT min(segid) FROM words_idx WHERE segid > s.id) FROM s WHERE s.id IS NOT NULL)
		SELECT id FROM s WHERE id IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		segments = append(segments, id)
	}
	return segments, rows.Err()
}

// renewSeparator puts the first word of a page in place of a separator that is no beginning of it.
// page is as words_idx has it: twice the number, and a flag.
func renewSeparator(ctx context.Context, tx *sql.Tx, segment, page int64, separator []byte) error {
	const segmentShift = 37 // of the ids of words_data: segment, three fields that are 0, page
	var leaf []byte
	err := tx.QueryRowContext(ctx, `SELECT block FROM words_data WHERE id = ?`, segment<<segmentShift|page>>1).Scan(&leaf)
	if errors.Is(err, sql.ErrNoRows) {
		// The page was merged into another segment, of which FTS5 leaves this to the end.
		_, err = tx.ExecContext(ctx, `DELETE FROM words_idx WHERE segid = ? AND term = ?`, segment, separator)
		return err
	}
	if err != nil {
		return fmt.Errorf("page %d of the full-text table: %w", page>>1, err)
	}
	first, err := firstTerm(leaf)
	if err != nil || bytes.HasPrefix(first, separator) {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE words_idx SET term = ? WHERE segid = ? AND term = ?`, first, segment, separator)
	return err
}

var errLeaf = errors.New("a page of the full-text table cannot be read; run reindex")

// firstTerm reads the first term of a leaf: at its bytes 2 and 3 stands where its list of terms begins,
// which has the place of the first one, where its length stands in front of it. See "fts5_index.c"
// of SQLite, "SEGMENT LEAF".
func firstTerm(leaf []byte) ([]byte, error) {
	if len(leaf) < 4 {
		return nil, errLeaf
	}
	list := int(binary.BigEndian.Uint16(leaf[2:]))
	if list >= len(leaf) {
		return nil, errLeaf
	}
	at, _, ok := varint(leaf[list:])
	if !ok || at >= uint64(list) {
		return nil, errLeaf
	}
	size, n, ok := varint(leaf[at:])
	if begin := at + uint64(n); ok && begin+size <= uint64(list) {
		return leaf[begin : begin+size], nil
	}
	return nil, errLeaf
}

// varint reads SQLite's varint of up to eight bytes: seven bits each, the high ones first.
func varint(b []byte) (value uint64, size int, ok bool) {
	for i := 0; i < len(b) && i < 8; i++ {
		value = value<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return value, i + 1, true
		}
	}
	return 0, 0, false
}
