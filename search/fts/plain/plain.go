// Package plain is a search index as one would write it first: an FTS5 table of texts, a
// table of documents, and a join. The same words, no more. Benchmarks measure fts
// against it; nothing else uses it.
package plain

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/afterimage/afterimage/search"
)

// errNotAble is returned for what the plain index cannot be asked.
var errNotAble = fmt.Errorf("%w: the plain index has words, whole values and times only", search.ErrQuery)

const schema = `
CREATE TABLE docs (rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project TEXT NOT NULL, started INTEGER NOT NULL,
	browser TEXT, os TEXT, device TEXT, country TEXT, release TEXT, language TEXT);
CREATE INDEX docs_started ON docs (project, started);
CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize="ascii tokenchars '_'");
`

var columns = []string{"browser", "os", "device", "country", "release", "language"}

// Index is a plain index in one file.
type Index struct {
	db   *sql.DB
	path string
}

// Open makes an index in an empty folder.
func Open(dir string) (*Index, error) {
	path := filepath.Join(dir, "plain.db")
	dsn := (&url.URL{Scheme: "file", Path: path}).String() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-16000)&_pragma=busy_timeout(10000)"
	db, err := sql.Open("sqlite", dsn)
	if err == nil {
		_, err = db.Exec(schema)
	}
	if err != nil {
		return nil, fmt.Errorf("open plain index: %w", err)
	}
	return &Index{db, path}, nil
}

// Close closes the file.
func (x *Index) Close() error { return x.db.Close() }

// Sizes is the size of the file. It holds no documents.
func (x *Index) Sizes(ctx context.Context) (index, documents int64, err error) {
	if _, err := x.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return 0, 0, err
	}
	info, err := os.Stat(x.path)
	if err != nil {
		return 0, 0, err
	}
	return info.Size(), 0, nil
}

// Put stores documents that are new.
func (x *Index) Put(ctx context.Context, docs []search.Document) error {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insertDoc, err := tx.PrepareContext(ctx, `INSERT INTO docs (id, project, started, `+strings.Join(columns, ", ")+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING rid`)
	if err != nil {
		return err
	}
	defer insertDoc.Close()
	insertWords, err := tx.PrepareContext(ctx, `INSERT INTO words (rowid, text) VALUES (?, ?)`)
	if err != nil {
		return err
	}
	defer insertWords.Close()
	for i := range docs {
		d := &docs[i]
		var rid int64
		if err := insertDoc.QueryRowContext(ctx, d.ID, d.ProjectID, d.StartedAt, d.Browser, d.OS, d.Device, d.Country, d.Release, d.Language).Scan(&rid); err != nil {
			return err
		}
		if _, err := insertWords.ExecContext(ctx, rid, text(d)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func text(d *search.Document) string {
	var b strings.Builder
	for _, t := range d.Texts() {
		for _, stream := range search.Streams(t.Text) {
			for _, token := range stream {
				b.WriteString(token.Term)
				b.WriteByte(' ')
			}
			b.WriteString("_ ")
		}
	}
	return b.String()
}

// Search answers what it is able to: words, whole values of facets, a time, newest first.
func (x *Index) Search(ctx context.Context, r search.Request) (search.Result, error) {
	r = r.Fill()
	where, args, err := conditions(r)
	if err != nil {
		return search.Result{}, err
	}
	result := search.Result{Total: -1}
	rows, err := x.db.QueryContext(ctx, `SELECT docs.id, docs.started `+where+` ORDER BY docs.started DESC, docs.id DESC LIMIT ?`, append(args, r.Limit)...)
	if err != nil {
		return search.Result{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var h search.Hit
		if err := rows.Scan(&h.ID, &h.StartedAt); err != nil {
			return search.Result{}, err
		}
		result.Hits = append(result.Hits, h)
	}
	if err := rows.Err(); err != nil {
		return search.Result{}, err
	}
	if r.WithTotal {
		if err := x.db.QueryRowContext(ctx, `SELECT count(*) `+where, args...).Scan(&result.Total); err != nil {
			return search.Result{}, err
		}
	}
	if r.WithFacet {
		result.Facets, err = x.facets(ctx, where, args)
	}
	return result, err
}

func conditions(r search.Request) (where string, args []any, err error) {
	var parts []search.Node
	switch root := r.Query.Root.(type) {
	case nil:
	case *search.And:
		parts = root.Parts
	default:
		parts = []search.Node{root}
	}
	from, where := `FROM docs`, ` WHERE docs.project = ?`
	args = []any{r.ProjectID}
	if r.From > 0 {
		where, args = where+` AND docs.started >= ?`, append(args, r.From)
	}
	if r.To > 0 {
		where, args = where+` AND docs.started < ?`, append(args, r.To)
	}
	var match []string
	for _, part := range parts {
		switch n := part.(type) {
		case *search.Text:
			p := search.PatternOf(n.Words, n.Prefix)
			phrase := `"` + strings.Join(p.Terms, " ") + `"`
			if p.Prefix {
				phrase += " *"
			}
			match = append(match, phrase)
		case *search.Field:
			if n.Op != search.OpIs || len(n.Values) != 1 || search.Spec(n.Key).Kind != search.KindValue {
				return "", nil, errNotAble
			}
			where, args = where+` AND docs.`+n.Key+` = ?`, append(args, n.Values[0].Text)
		default:
			return "", nil, errNotAble
		}
	}
	if match != nil {
		from += ` JOIN words ON words.rowid = docs.rid`
		where, args = where+` AND words MATCH ?`, append(args, strings.Join(match, " AND "))
	}
	return from + where, args, nil
}

func (x *Index) facets(ctx context.Context, where string, args []any) (map[string]map[string]int64, error) {
	facets := map[string]map[string]int64{}
	for _, column := range columns {
		facets[column] = map[string]int64{}
		rows, err := x.db.QueryContext(ctx, `SELECT docs.`+column+`, count(*) `+where+` GROUP BY 1`, args...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var value string
			var n int64
			if err := rows.Scan(&value, &n); err != nil {
				return nil, err
			}
			if value != "" {
				facets[column][value] = n
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return facets, nil
}
