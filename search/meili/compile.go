package meili

import (
	"fmt"
	"math"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// expr is a condition as filters of Meilisearch: over finds every session that the condition
// does, and maybe others; under finds none that it does not. Where both are the same the
// filter says it exactly. Both are needed because NOT turns one into the other. Each is closed:
// a single condition, one in parentheses, or NOT and such a one.
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
		e := compiler{now: r.Now, typos: r.Query.Typos}.node(r.Query.Root)
		filters = append(filters, e.over)
		isExact = e.exact()
	}
	return strings.Join(filters, " AND "), isExact
}

type compiler struct {
	now   int64
	typos bool // words may be one typo away
}

func (c compiler) node(n search.Node) expr {
	switch n := n.(type) {
	case *search.And:
		return joinExprs(c.all(n.Parts), " AND ")
	case *search.Or:
		return joinExprs(c.all(n.Parts), " OR ")
	case *search.Not:
		c.typos = false
		e := c.node(n.Part)
		return expr{"NOT " + e.under, "NOT " + e.over}
	case *search.Text:
		return c.words(search.PatternOf(n.Words, n.Prefix), codeAny, c.typos && search.TextTypos(n))
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
	switch len(all) {
	case 0:
		return exact(nothing)
	case 1:
		return all[0]
	}
	over, under := make([]string, len(all)), make([]string, len(all))
	for i, e := range all {
		over[i], under[i] = e.over, e.under
	}
	return expr{"(" + strings.Join(over, op) + ")", "(" + strings.Join(under, op) + ")"}
}

func allOf(filters []string) string {
	if len(filters) == 1 {
		return filters[0]
	}
	return "(" + strings.Join(filters, " AND ") + ")"
}

// words asks for a pattern as it is written, or also one typo away.
func (c compiler) words(p search.Pattern, code string, typos bool) expr {
	e := pattern(p, code)
	if near := nearFilter(p); typos && near != "" {
		return expr{"(" + e.over + " OR " + near + ")", e.under}
	}
	return e
}

// nearFilter asks for a variant of each term that has some: two terms that are one typo away from
// each other share one. A single syllable behind a pair changes with it, and is not asked for.
func nearFilter(p search.Pattern) string {
	var filters []string
	for _, term := range p.Terms {
		variants := search.Variants(term)
		if variants == nil {
			if isASCII(term) {
				filters = append(filters, equals("tokens", tokenOf(codeAny, term)))
			}
			continue
		}
		values := make([]string, len(variants))
		for i, variant := range variants {
			values[i] = nearOf(variant)
		}
		filters = append(filters, among("near", values))
	}
	if len(filters) == 0 {
		return ""
	}
	return allOf(filters)
}

func isASCII(term string) bool {
	return !strings.ContainsFunc(term, func(r rune) bool { return r > 127 })
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
	if isExact {
		return exact(allOf(filters))
	}
	return about(allOf(filters))
}

func (c compiler) field(f *search.Field) expr {
	spec := search.Spec(f.Key)
	if spec == nil {
		return exact(nothing)
	}
	var all []expr
	if spec.Ordered() {
		for _, in := range search.Intervals(f, c.now) {
			all = append(all, between("numbers."+f.Key, in))
		}
		return joinExprs(all, " OR ")
	}
	if spec.Kind == search.KindTrait {
		return trait(f)
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
	case search.KindValue, search.KindLabel:
		field := spec.Fields[0]
		return wholeValue(v, presentTag(field), valueTag(field, v.Text))
	}
	var all []expr
	for _, field := range spec.Fields {
		if spec.Kind == search.KindURL && search.IsURLPattern(v) {
			all = append(all, about(urlFilter(field, v.Text)))
			continue
		}
		all = append(all, c.words(search.ValuePattern(v), fieldCodes[field], c.typos && search.ValueTypos(v)))
	}
	return joinExprs(all, " OR ")
}

// wholeValue asks for a value by its tag, and for one with a wildcard by that there is any.
func wholeValue(v search.Value, present, tag string) expr {
	if !v.Quote && strings.Contains(v.Text, "*") {
		return about(equals("tags", present))
	}
	if len(tag) < maxValueBytes {
		return exact(equals("tags", tag))
	}
	return about(equals("tags", tag))
}

// trait asks for the value of a trait, or for a range of its numbers.
func trait(f *search.Field) expr {
	name, _ := search.TraitName(f.Key)
	present := equals("tags", traitPresentTag(name))
	whole := exact
	if len(traitPresentTag(name)) == maxValueBytes {
		whole = about // another long name may be cut to the same
	}
	if f.Op == search.OpPresent {
		return whole(present)
	}
	if b, ok := search.TraitBounds(f); ok {
		if len(name) > maxTraitName {
			return about(present)
		}
		return exact(traitRange(name, b))
	}
	var all []expr
	for _, v := range f.Values {
		all = append(all, wholeValue(v, traitPresentTag(name), traitTag(name, v.Text)))
	}
	return joinExprs(all, " OR ")
}

// traitRange asks for numbers of a trait. It has to be one range: a session can have several.
func traitRange(name string, b search.Bounds) string {
	low, high := traitNumber(name, b.Low), traitNumber(name, b.High)
	if b.LowOpen {
		low = traitNumber(name, math.Nextafter(b.Low, math.Inf(1)))
	}
	if b.HighOpen {
		high = traitNumber(name, math.Nextafter(b.High, math.Inf(-1)))
	}
	if low > high {
		return nothing
	}
	return fmt.Sprintf(`traitNumbers "%s" TO "%s"`, low, high)
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
	return allOf(filters)
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
