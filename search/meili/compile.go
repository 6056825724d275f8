package meili

import (
	"fmt"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// expr is a condition as filters of Meilisearch: over finds every session that the condition
// does, and maybe others; under finds none that it does not. Where both are the same the
// filter says it exactly. Both are needed because NOT turns one into the other.
type expr struct{ over, under string }

// Filters that everything, and nothing, passes: each record has a project.
const (
	everything = `project EXISTS`
	nothing    = `project NOT EXISTS`
)

func exact(filter string) expr { return expr{filter, filter} }

// about is a condition of which filters say only a part.
func about(filter string) expr { return expr{filter, nothing} }

func (e expr) exact() bool { return e.over == e.under }

// equals quotes a value, which holds only a–z, 0–9 and -.
func equals(attribute, value string) string { return fmt.Sprintf(`%s = "%s"`, attribute, value) }

// compile gives the condition of a query in a project. The project is always part of it.
func compile(r search.Request) (filter string, isExact bool) {
	filters := []string{equals("project", projectOf(r.ProjectID))}
	isExact = true
	if r.From > 0 {
		filters = append(filters, fmt.Sprintf("startedAt >= %d", clamp(r.From)))
	}
	if r.To > 0 {
		filters = append(filters, fmt.Sprintf("startedAt < %d", clamp(r.To)))
	}
	if r.Query.Root != nil {
		e := compiler{now: r.Now}.node(r.Query.Root)
		filters = append(filters, "("+e.over+")")
		isExact = e.exact()
	}
	return strings.Join(filters, " AND "), isExact
}

type compiler struct{ now int64 }

func (c compiler) node(n search.Node) expr {
	switch n := n.(type) {
	case *search.And:
		return joinExprs(c.all(n.Parts), " AND ")
	case *search.Or:
		return joinExprs(c.all(n.Parts), " OR ")
	case *search.Not:
		e := c.node(n.Part)
		return expr{"NOT (" + e.under + ")", "NOT (" + e.over + ")"}
	case *search.Text:
		return pattern(search.PatternOf(n.Words, n.Prefix), codeAny)
	case *search.Field:
		return c.field(n)
	}
	return exact(nothing)
}

func (c compiler) all(parts []search.Node) []expr {
	all := make([]expr, len(parts))
	for i, part := range parts {
		all[i] = c.node(part)
	}
	return all
}

func joinExprs(all []expr, op string) expr {
	if len(all) == 0 {
		return exact(nothing)
	}
	over, under := make([]string, len(all)), make([]string, len(all))
	for i, e := range all {
		over[i], under[i] = e.over, e.under
	}
	return expr{"(" + strings.Join(over, op) + ")", "(" + strings.Join(under, op) + ")"}
}

// pattern asks for all terms of a pattern. A filter does not know their order, so that only
// a single term is exact.
func pattern(p search.Pattern, code string) expr {
	if len(p.Terms) == 0 {
		return exact(nothing) // Parse makes no such node
	}
	filters := make([]string, len(p.Terms))
	isExact := len(p.Terms) == 1
	for i, term := range p.Terms {
		if i < len(p.Terms)-1 || !p.Prefix {
			token := tokenOf(code, term)
			filters[i] = equals("tokens", token)
			isExact = isExact && len(token) < maxValueBytes
			continue
		}
		// Beginnings are known in any field only, of one and of three runes.
		token := tokenOf(codeRune, beginning(term, 1))
		three := beginning(term, 3)
		if three != "" {
			token = tokenOf(codeThree, three)
		}
		filters[i] = equals("tokens", token)
		isExact = isExact && code == codeAny && (three == term || beginning(term, 1) == term)
	}
	filter := "(" + strings.Join(filters, " AND ") + ")"
	if isExact {
		return exact(filter)
	}
	return about(filter)
}

func (c compiler) field(f *search.Field) expr {
	spec := search.Spec(f.Key)
	if spec == nil {
		return exact(nothing)
	}
	var all []expr
	switch spec.Kind {
	case search.KindNumber, search.KindDuration, search.KindTime:
		for _, in := range search.Intervals(f, c.now) {
			all = append(all, between("numbers."+f.Key, in))
		}
		return joinExprs(all, " OR ")
	}
	if f.Op == search.OpPresent {
		for _, field := range spec.Fields {
			all = append(all, exact(equals("tags", presentTag(field))))
		}
	}
	for _, v := range f.Values {
		all = append(all, c.value(spec, v))
	}
	return joinExprs(all, " OR ")
}

// maxInteger is the largest integer that a JSON number holds exactly.
const maxInteger = 1 << 53

func clamp(n int64) int64 { return min(max(n, -maxInteger), maxInteger) }

func between(attribute string, in search.Interval) expr {
	from, to := clamp(in.From), clamp(in.To)
	if in.From > in.To || in.To < -maxInteger || in.From > maxInteger {
		return exact(nothing)
	}
	return exact(fmt.Sprintf("%s %d TO %d", attribute, from, to))
}

func (c compiler) value(spec *search.KeySpec, v search.Value) expr {
	switch spec.Kind {
	case search.KindFlag:
		return c.flag(spec.Key, v.Text)
	case search.KindValue:
		field := spec.Fields[0]
		if !v.Quote && strings.Contains(v.Text, "*") {
			return about(equals("tags", presentTag(field)))
		}
		tag := valueTag(field, v.Text)
		if len(tag) < maxValueBytes {
			return exact(equals("tags", tag))
		}
		return about(equals("tags", tag))
	}
	var all []expr
	for _, field := range spec.Fields {
		if spec.Kind == search.KindURL && search.IsURLPattern(v) {
			all = append(all, about(urlFilter(field, v.Text)))
			continue
		}
		all = append(all, pattern(search.ValuePattern(v), fieldCodes[field]))
	}
	return joinExprs(all, " OR ")
}

// urlFilter asks for the words that an address must have to fit a pattern: those that no
// wildcard cuts.
func urlFilter(field, value string) string {
	filters := []string{equals("tags", presentTag(field))}
	pieces := strings.Split(value, "*")
	for i, piece := range pieces {
		tokens := search.Tokens(piece)
		if i > 0 && len(tokens) > 0 {
			tokens = tokens[1:]
		}
		if i < len(pieces)-1 && len(tokens) > 0 {
			tokens = tokens[:len(tokens)-1]
		}
		for _, token := range tokens {
			filters = append(filters, equals("tokens", tokenOf(fieldCodes[field], token.Term)))
		}
	}
	return "(" + strings.Join(filters, " AND ") + ")"
}

func (c compiler) flag(key, flag string) expr {
	identified := equals("tags", hasTag("user"))
	switch {
	case key == "has":
		return exact(equals("tags", hasTag(flag)))
	case flag == "identified":
		return exact(identified)
	case flag == "anonymous":
		return exact("NOT " + identified)
	case flag == "live":
		return exact(fmt.Sprintf("endedAt > %d", clamp(c.now-search.LiveMs)))
	}
	return exact(nothing)
}
