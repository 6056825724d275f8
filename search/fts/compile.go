package fts

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// expr is a condition on a session: an expression of FTS5, or one of SQL on docs d.
// Exactly one of the two is set.
type expr struct {
	match string
	sql   string
	args  []any
	// head says the same as match, of a session that is looked at anyway; nil where the head does
	// not tell.
	head func(*head) bool
}

// plan is a compiled query: rows must match the FTS5 expression, if there is one, and
// every SQL condition.
type plan struct {
	match string // empty: no condition on words
	where []string
	args  []any
}

var nothing = expr{sql: "FALSE"}

type compiler struct {
	ctx     context.Context
	tx      *sql.Tx
	project int64
	within  span // rows that are asked for
	now     int64
	calls   *callbacks
	// sets gives the values of facets that sessions have, see facetColumns; nil where they are
	// not in memory.
	sets func() [][]string
	// near gives the terms that are one typo away; nil where words match as they were written.
	near func(term string) []string
	err  error // of reading the index
}

// compile makes the plan of a query. Its project is not part of it: a project is a range of rows,
// which source asks for.
func (c *compiler) compile(root search.Node) (plan, error) {
	var parts []search.Node
	switch root := root.(type) {
	case nil:
	case *search.And:
		parts = root.Parts
	default:
		parts = []search.Node{root}
	}
	var p plan
	var with, without []string
	for _, part := range parts {
		if not, ok := part.(*search.Not); ok {
			if e := c.exactly(not.Part); e.match != "" {
				without = append(without, e.match)
				continue
			}
		}
		e := c.node(part)
		if e.match != "" {
			with = append(with, e.match)
			continue
		}
		p.where = append(p.where, e.sql)
		p.args = append(p.args, e.args...)
	}
	if with == nil && without != nil {
		with = []string{c.all()}
	}
	p.match = strings.Join(with, " AND ")
	for _, match := range without {
		p.match = "(" + p.match + ") NOT " + match
	}
	return p, c.err
}

// all is what every session of the project matches.
func (c *compiler) all() string { return quote(allTag(c.project)) }

// exactly compiles what stands below a negation, where words have no typos.
func (c *compiler) exactly(n search.Node) expr {
	near := c.near
	c.near = nil
	e := c.node(n)
	c.near = near
	return e
}

func (c *compiler) node(n search.Node) expr {
	switch n := n.(type) {
	case *search.And:
		return c.join(n.Parts, " AND ")
	case *search.Or:
		return c.join(n.Parts, " OR ")
	case *search.Not:
		return c.not(c.exactly(n.Part))
	case *search.Text:
		p := search.PatternOf(n.Words, n.Prefix)
		if len(p.Terms) == 0 {
			return nothing // Parse makes no such node
		}
		return c.anyOf(expr{match: c.words(p, nil, search.TextTypos(n))}, c.idWords(p))
	case *search.Field:
		return c.field(n)
	}
	return nothing
}

func (c *compiler) not(e expr) expr {
	if e.match != "" {
		return expr{match: "(" + c.all() + " NOT " + e.match + ")"}
	}
	return expr{sql: "NOT " + e.sql, args: e.args}
}

func (c *compiler) join(parts []search.Node, op string) expr {
	all := make([]expr, len(parts))
	for i, part := range parts {
		all[i] = c.node(part)
	}
	return c.combine(all, op)
}

func (c *compiler) anyOf(all ...expr) expr { return c.combine(all, " OR ") }

// combine puts conditions together: as one FTS5 expression if they all are, else as SQL.
func (c *compiler) combine(all []expr, op string) expr {
	pure := true
	kept := all[:0]
	for _, e := range all {
		if op == " OR " && e.sql == nothing.sql && len(all) > 1 {
			continue
		}
		pure = pure && e.match != ""
		kept = append(kept, e)
	}
	switch len(kept) {
	case 0:
		return nothing
	case 1:
		return kept[0]
	}
	var texts []string
	var args []any
	for _, e := range kept {
		if pure {
			texts = append(texts, e.match)
			continue
		}
		if e.match != "" && e.head != nil {
			e = c.onHead(e.head)
		}
		if e.match != "" {
			e = expr{sql: "d.rid IN (SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? AND rowid <= ?)",
				args: []any{e.match, c.within.low, c.within.high}}
		}
		texts = append(texts, e.sql)
		args = append(args, e.args...)
	}
	text := "(" + strings.Join(texts, op) + ")"
	if pure {
		return expr{match: text}
	}
	return expr{sql: text, args: args}
}

// quote makes an FTS5 string of terms, which hold no quotes.
func quote(terms string) string { return `"` + strings.ReplaceAll(terms, `"`, `""`) + `"` }

// begins makes the FTS5 expression of words that begin with a term.
func begins(term string) string { return quote(term) + " *" }

func phrase(p search.Pattern) string {
	terms := strings.Join(p.Terms, " ")
	if p.Prefix {
		return begins(terms)
	}
	return quote(terms)
}

// inColumns asks for an expression in some of the columns only.
func inColumns(columns []string, match string) string {
	return "({" + strings.Join(columns, " ") + "} : " + match + ")"
}

// words asks for a pattern in some fields, nil standing for all, and where typos may be, for what
// is one typo away.
func (c *compiler) words(p search.Pattern, fields []string, typos bool) string {
	match := phrase(p)
	if fields != nil {
		match = inColumns(fields, match)
	}
	if !typos || c.near == nil {
		return match
	}
	near := typoColumns
	if fields != nil {
		near = nil
		for _, field := range fields {
			if columnIn(typoColumns, field) {
				near = append(near, field)
			}
		}
	}
	var phrases []string
	for _, other := range search.TypoPatterns(p, c.near) {
		phrases = append(phrases, phrase(other))
	}
	if near == nil || phrases == nil {
		return match
	}
	return "(" + match + " OR " + inColumns(near, "("+strings.Join(phrases, " OR ")+")") + ")"
}

func columnIn(columns []string, name string) bool {
	for _, column := range columns {
		if column == name {
			return true
		}
	}
	return false
}

// idWords asks for sessions whose id is a UUID that holds the words: these are not in the
// full-text table. Hardly any query has such words, and of those that do hardly any is in an id.
func (c *compiler) idWords(p search.Pattern) expr {
	all := []expr{}
	at := 3 // in hex(key), from 1
	for i, digits := range uuidGroups {
		if uuidWords(p, i) {
			word := strings.Join(p.Terms, "")
			if i == 0 {
				all = append(all, c.ids(uuidRangeOf(word)))
			} else {
				all = append(all, c.probe(expr{sql: "key < x'01' AND substr(hex(key), ?, ?) = ?", args: []any{at, len(word), strings.ToUpper(word)}}))
			}
		}
		at += digits
	}
	if len(all) == 0 {
		return nothing
	}
	return c.anyOf(all...)
}

func uuidRangeOf(digits string) []keyRange {
	if r, ok := uuidRange(digits); ok {
		return []keyRange{r}
	}
	return nil
}

// ids asks for sessions whose keys are in one of some ranges.
func (c *compiler) ids(ranges []keyRange) expr {
	all := make([]expr, 0, len(ranges))
	for _, r := range ranges {
		all = append(all, c.probe(expr{sql: "key >= ? AND key < ?", args: []any{r.low, r.high}}))
	}
	if len(all) == 0 {
		return nothing
	}
	return c.anyOf(all...)
}

// probe makes a condition of one on the table ids, or nothing if no session fulfils it.
func (c *compiler) probe(e expr) expr {
	args := append(append([]any{}, e.args...), c.within.low, c.within.high)
	some := false
	err := c.tx.QueryRowContext(c.ctx, "SELECT EXISTS (SELECT 1 FROM ids WHERE "+e.sql+" AND rid >= ? AND rid <= ?)", args...).Scan(&some)
	if c.err = errors.Join(c.err, err); !some {
		return nothing
	}
	return expr{sql: "d.rid IN (SELECT rid FROM ids WHERE " + e.sql + ")", args: e.args}
}

// onHead makes a condition of a function of a document's head.
func (c *compiler) onHead(test func(*head) bool) expr {
	n := c.calls.add(func(args []driver.Value) (bool, error) {
		h, err := parseHead(blob(args[0]))
		return err == nil && test(&h), err
	})
	return expr{sql: callName + "(?, d.head)", args: []any{n}}
}

// onDocument makes a condition of a filter that only the whole document answers.
func (c *compiler) onDocument(f *search.Field) expr {
	q := search.Query{Root: f}
	n := c.calls.add(func(args []driver.Value) (bool, error) {
		d, err := parseDocument(blob(args[0]), blob(args[1]))
		return err == nil && search.Evaluate(q, d, c.now), err
	})
	return expr{sql: callName + "(?, d.head, d.body)", args: []any{n}}
}

func blob(v driver.Value) []byte {
	b, _ := v.([]byte)
	return b
}
