package fts

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/search"
)

var _ search.Suggester = (*Index)(nil)

// maxUserRows is how many sessions users are counted in, the latest: there are about as many users
// as sessions, and no list of them is kept.
const maxUserRows = 20_000

// Values returns values by how many sessions have them; see search.Suggester. The counts are exact,
// but of user and email: in a project of more than maxUserRows sessions that can have such
// users, these are counted in the latest of them.
func (x *Index) Values(ctx context.Context, projectID, key, prefix string, limit int) ([]search.ValueCount, error) {
	name, isTrait := search.TraitName(key)
	if !isTrait && !slices.Contains(search.Suggestible, key) {
		return nil, nil
	}
	return x.suggest(ctx, projectID, limit, func(s *suggester) error {
		switch fields := search.Spec(key).Fields; {
		case isTrait:
			return s.tags(traitTag(s.project, name), prefix)
		case isFacetField(fields[0]):
			return s.facet(fields[0], prefix)
		case key == "user" || key == "email":
			return s.users(key, fields, prefix)
		default:
			for _, field := range fields {
				if err := s.tags(valuesTag(s.project, field), prefix); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// TraitNames returns names of traits; see search.Suggester.
func (x *Index) TraitNames(ctx context.Context, projectID, prefix string, limit int) ([]search.ValueCount, error) {
	return x.suggest(ctx, projectID, limit, func(s *suggester) error {
		return s.tags(valuesTag(s.project, "traitnames"), prefix)
	})
}

// suggester counts values in one state of the file.
type suggester struct {
	compiler
	kept   *memory
	counts map[string]int64
}

func (x *Index) suggest(ctx context.Context, projectID string, limit int, count func(*suggester) error) ([]search.ValueCount, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return nil, errClosed
	}
	store := x.cur
	store.kept.changing.RLock()
	defer store.kept.changing.RUnlock()
	tx, err := store.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	defer tx.Rollback()
	s := suggester{compiler: compiler{ctx: ctx, tx: tx}, kept: &store.kept, counts: map[string]int64{}}
	if s.project, err = projectCode(ctx, tx, projectID); err == nil && s.project != 0 {
		err = count(&s)
	}
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return s.top(min(max(limit, 1), 100)), nil
}

// tags counts the values of the tags that begin with tag, and with prefix behind it. A value that
// folds to itself has one tag; any other has its own behind the folded one, see tags.go.
func (s *suggester) tags(tag, prefix string) error {
	return s.terms(tag+string(appendEscaped(nil, search.FoldValue(prefix))), func(term string, rows int64) bool {
		folded, told, differs := strings.Cut(term[len(tag):], tagBreak)
		if differs {
			folded = told
		}
		if value, ok := unescape(folded); ok && value != "" {
			s.counts[value] += rows
		}
		return true
	})
}

// users counts the values of a key in the latest sessions that can have some.
func (s *suggester) users(key string, fields []string, prefix string) error {
	in, _ := rows(s.project, 0, 0)
	p := search.PatternOf(prefix, true)
	match := s.all()
	if len(p.Terms) > 0 {
		match = inColumns(fields, "^ "+phrase(p))
	}
	rows, err := s.tx.QueryContext(s.ctx, `SELECT d.head, d.body FROM words CROSS JOIN docs d ON d.rid = words.rowid
		WHERE words MATCH ? AND words.rowid >= ? AND words.rowid <= ? ORDER BY words.rowid DESC LIMIT ?`, match, in.low, in.high, maxUserRows)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var headBlob, body sql.RawBytes
		if err := rows.Scan(&headBlob, &body); err != nil {
			return err
		}
		d, err := parseDocument(headBlob, body)
		if err != nil {
			return err
		}
		for _, value := range d.Suggested(key) {
			if search.BeginsWith(value, prefix) {
				s.counts[value]++
			}
		}
	}
	return rows.Err()
}

// facet counts the values of a field that facets count.
func (s *suggester) facet(field, prefix string) error {
	count := func(value string, n int64) {
		if value != "" && n > 0 && search.BeginsWith(value, prefix) && suggestable(value) {
			s.counts[value] += n
		}
	}
	c, err := s.kept.facetsOf(s.ctx, s.tx, s.project)
	if err != nil {
		return err
	}
	if c == nil {
		in, _ := rows(s.project, 0, 0)
		return eachHead(s.ctx, s.tx, in, func(_ int64, h *head) { count(h.value(field), 1) })
	}
	t := tally{c: c, values: make([]int64, len(c.sets))}
	for i := range c.rids {
		t.line(i)
	}
	for value, n := range t.facets()[field] {
		count(value, n)
	}
	return nil
}

// top returns the most frequent values, those that are equally frequent by name.
func (s *suggester) top(limit int) []search.ValueCount {
	all := make([]search.ValueCount, 0, len(s.counts))
	for value, n := range s.counts {
		all = append(all, search.ValueCount{Value: value, Count: n})
	}
	slices.SortFunc(all, func(a, b search.ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	return all[:min(limit, len(all))]
}
