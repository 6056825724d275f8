package fts

import (
	"encoding/json"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// expr is a condition on a session: an expression of FTS5, or one of SQL on docs d.
// Exactly one of the two is set.
type expr struct {
	match string
	sql   string
	args  []any
}

// plan is a compiled query: rows must match the FTS5 expression, if there is one, and
// every SQL condition.
type plan struct {
	match string // empty: no condition on words
	where []string
	args  []any
}

type compiler struct {
	project string // quoted tag: what every session of the project has
	now     int64
}

// compile makes the plan of a query in a project. The project is part of the plan, so that
// no query, whatever it says, gets out of it.
func compile(r search.Request) plan {
	c := compiler{project: quote(projectTag(r.ProjectID)), now: r.Now}
	var parts []search.Node
	switch root := r.Query.Root.(type) {
	case nil:
	case *search.And:
		parts = root.Parts
	default:
		parts = []search.Node{root}
	}
	var p plan
	var matches []string
	for _, part := range parts {
		e := c.node(part)
		if e.match != "" {
			matches = append(matches, e.match)
			continue
		}
		p.where = append(p.where, e.sql)
		p.args = append(p.args, e.args...)
	}
	if matches != nil {
		p.match = c.project + " AND " + strings.Join(matches, " AND ")
	}
	return p
}

func (c *compiler) node(n search.Node) expr {
	switch n := n.(type) {
	case *search.And:
		return c.join(n.Parts, " AND ")
	case *search.Or:
		return c.join(n.Parts, " OR ")
	case *search.Not:
		e := c.node(n.Part)
		if e.match != "" {
			return expr{match: "(" + c.project + " NOT " + e.match + ")"}
		}
		return expr{sql: "NOT " + e.sql, args: e.args}
	case *search.Text:
		p := search.PatternOf(n.Words, n.Prefix)
		if len(p.Terms) == 0 {
			return expr{sql: "FALSE"} // Parse makes no such node
		}
		return expr{match: phrase(p)}
	case *search.Field:
		return c.field(n)
	}
	return expr{sql: "FALSE"}
}

// join puts parts together: as one FTS5 expression if they all are, else as SQL.
func (c *compiler) join(parts []search.Node, op string) expr {
	all := make([]expr, len(parts))
	pure := true
	for i, part := range parts {
		all[i] = c.node(part)
		pure = pure && all[i].match != ""
	}
	return joinExprs(all, pure, op)
}

func joinExprs(all []expr, pure bool, op string) expr {
	var texts []string
	var args []any
	for _, e := range all {
		if pure {
			texts = append(texts, e.match)
			continue
		}
		if e.match != "" {
			e = expr{sql: "d.rid IN (SELECT rowid FROM words WHERE words MATCH ?)", args: []any{e.match}}
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

func phrase(p search.Pattern) string {
	s := quote(strings.Join(p.Terms, " "))
	if p.Prefix {
		return "(" + s + " *)"
	}
	return s
}

// inFields asks for an expression in some of the text columns only.
func inFields(fields []string, match string) string {
	return "({" + strings.Join(fields, " ") + "} : " + match + ")"
}

func (c *compiler) field(f *search.Field) expr {
	spec := search.Spec(f.Key)
	if spec == nil {
		return expr{sql: "FALSE"}
	}
	switch spec.Kind {
	case search.KindNumber, search.KindDuration, search.KindTime:
		return c.number(f)
	}
	var all []expr
	if f.Op == search.OpPresent {
		for _, field := range spec.Fields {
			all = append(all, expr{match: quote(presentTag(field))})
		}
	}
	for _, v := range f.Values {
		all = append(all, c.value(spec, v))
	}
	pure := true
	for _, e := range all {
		pure = pure && e.match != ""
	}
	return joinExprs(all, pure, " OR ")
}

func (c *compiler) value(spec *search.KeySpec, v search.Value) expr {
	switch spec.Kind {
	case search.KindFlag:
		return c.flag(spec.Key, v.Text)
	case search.KindValue:
		if v.Quote || !strings.Contains(v.Text, "*") {
			return expr{match: quote(valueTag(spec.Fields[0], v.Text))}
		}
		return expr{sql: "afterimage_value(?, d." + spec.Fields[0] + ")", args: []any{v.Text}}
	case search.KindURL:
		if search.IsURLPattern(v) {
			return urlExpr(spec, v)
		}
	}
	return expr{match: inFields(spec.Fields, phrase(search.ValuePattern(v)))}
}

// bodyNames are the names of fields in the JSON of a document.
var bodyNames = map[string]string{"urls": "URLs", "referrer": "Referrer"}

func urlExpr(spec *search.KeySpec, v search.Value) expr {
	var all []expr
	for _, field := range spec.Fields {
		all = append(all, expr{
			sql:  "afterimage_url(?, (SELECT json_extract(json, '$." + bodyNames[field] + "') FROM bodies WHERE bodies.rid = d.rid))",
			args: []any{v.Text},
		})
	}
	return joinExprs(all, false, " OR ")
}

func (c *compiler) flag(key, flag string) expr {
	switch {
	case key == "has":
		return expr{match: quote(hasTag(flag))}
	case flag == "identified":
		return expr{match: quote(hasTag("user"))}
	case flag == "anonymous":
		return expr{match: "(" + c.project + " NOT " + quote(hasTag("user")) + ")"}
	case flag == "live":
		return expr{sql: "d.ended > ?", args: []any{c.now - search.LiveMs}}
	}
	return expr{sql: "FALSE"}
}

// numberColumns are the SQL of the keys that have one number, NULL for none.
var numberColumns = map[string]string{
	"clicks": "d.clicks", "pages": "d.pages", "errors": "d.errors", "failed": "d.failed",
	"responses": "d.responses", "nps": "d.nps", "csat": "d.csat", "ces": "d.ces", "active": "d.active",
	"started": "d.started", "duration": "max(d.ended - d.started, 0)",
}

func (c *compiler) number(f *search.Field) expr {
	column, ok := numberColumns[f.Key]
	var all []expr
	for _, in := range search.Intervals(f, c.now) {
		if ok {
			// IFNULL: a number that is missing is outside, also below NOT.
			all = append(all, expr{sql: "ifnull(" + column + " BETWEEN ? AND ?, FALSE)", args: []any{in.From, in.To}})
			continue
		}
		all = append(all, expr{sql: "afterimage_within(d.statuses, ?, ?)", args: []any{in.From, in.To}})
	}
	return joinExprs(all, false, " OR ")
}

// decodeTexts reads what json_extract gave: an array, one text, or nothing.
func decodeTexts(s string) []string {
	var many []string
	if json.Unmarshal([]byte(s), &many) == nil {
		return many
	}
	return []string{s}
}
