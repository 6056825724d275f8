package fts

import (
	"math"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// field compiles a filter.
func (c *compiler) field(f *search.Field) expr {
	spec := search.Spec(f.Key)
	switch {
	case spec == nil:
		return nothing
	case spec.Ordered():
		return c.number(f)
	case spec.Kind == search.KindTrait:
		return c.trait(f)
	}
	var all []expr
	if f.Op == search.OpPresent {
		for _, field := range spec.Fields {
			all = append(all, c.present(field))
		}
	}
	for _, v := range f.Values {
		all = append(all, c.value(f, spec, v))
	}
	return c.anyOf(all...)
}

func (c *compiler) present(field string) expr {
	switch {
	case field == "id":
		return expr{match: c.all()}
	case mostlyThere[field]:
		return c.not(expr{match: quote(noneTag(c.project, field))})
	case hasOf[field] != "":
		return expr{match: quote(hasTag(c.project, hasOf[field]))}
	}
	return expr{match: quote(someTag(c.project, field))}
}

func (c *compiler) value(f *search.Field, spec *search.KeySpec, v search.Value) expr {
	field := ""
	if len(spec.Fields) > 0 {
		field = spec.Fields[0]
	}
	one := &search.Field{Key: f.Key, Op: search.OpIs, Values: []search.Value{v}}
	switch {
	case spec.Kind == search.KindFlag:
		return c.flag(f.Key, v.Text)
	case field == "id":
		return c.idValue(one, v)
	case spec.Kind == search.KindValue:
		return c.facet(field, v)
	case spec.Kind == search.KindLabel:
		return c.whole(one, valuesTag(c.project, field), v)
	case spec.Kind == search.KindURL && search.IsURLPattern(v):
		if field == "urls" && strings.HasPrefix(v.Text, "/") {
			return c.whole(one, valuesTag(c.project, field), v)
		}
		return c.onDocument(one)
	}
	return expr{match: c.words(search.ValuePattern(v), spec.Fields, search.ValueTypos(v))}
}

// pattern tells how a value is asked for: as a whole, by its beginning, or with wildcards elsewhere.
func pattern(v search.Value) (text string, begins, wild bool) {
	if v.Quote {
		return v.Text, false, false
	}
	text, _, wild = strings.Cut(v.Text, "*")
	return text, wild, wild && strings.TrimRight(v.Text, "*") != text
}

// whole asks for values that are tags.
func (c *compiler) whole(f *search.Field, prefix string, v search.Value) expr {
	text, beginning, wild := pattern(v)
	tag := prefix + folded(text)
	switch {
	case wild || beginning && strings.Contains(tag, hashMark) || beginning && strings.TrimSpace(text) != text:
		return c.onDocument(f)
	case beginning:
		return expr{match: begins(tag)}
	}
	return expr{match: "(" + quote(tag) + " OR " + quote(tag+tagBreak) + ")"}
}

// facet asks for a value of a field that has one.
func (c *compiler) facet(field string, v search.Value) expr {
	text, beginning, wild := pattern(v)
	onHead := func(h *head) bool { return search.MatchValue(v, h.value(field)) }
	if !beginning && !wild {
		return expr{match: c.facetValue(field, text), head: onHead}
	}
	if c.sets != nil {
		if sets := c.sets(); sets != nil {
			return expr{match: c.facetValues(sets, field, v), head: onHead}
		}
	}
	tag := valuesTag(c.project, field) + folded(text)
	if wild || strings.Contains(tag, hashMark) || strings.TrimSpace(text) != text {
		return c.onHead(onHead)
	}
	match := begins(tag)
	if term, ok := oneWord(text); ok {
		match = "(" + match + " OR " + inColumns([]string{field}, begins(term)) + ")"
	}
	return expr{match: match, head: onHead}
}

func (c *compiler) facetValue(field, value string) string {
	if term, ok := oneWord(value); ok {
		return inColumns([]string{field}, quote(term))
	}
	tag := valuesTag(c.project, field) + folded(value)
	return "(" + quote(tag) + " OR " + quote(tag+tagBreak) + ")"
}

// facetValues asks for all values that sessions have and that fit a pattern: FTS5 gathers all rows of
// words that begin alike before it shows the first, but not those of some words.
func (c *compiler) facetValues(sets [][]string, field string, v search.Value) string {
	i := slices.Index(headFields, field)
	var all []string
	seen := map[string]bool{}
	for _, set := range sets {
		value := set[i]
		if key := foldValue(value); !seen[key] {
			seen[key] = true
			if search.MatchValue(v, value) {
				all = append(all, c.facetValue(field, value))
			}
		}
	}
	if all == nil {
		return quote(tagPrefix(c.project, "nothing"))
	}
	return "(" + strings.Join(all, " OR ") + ")"
}

func (c *compiler) idValue(f *search.Field, v search.Value) expr {
	text, beginning, wild := pattern(v)
	if wild {
		return c.onDocument(f)
	}
	return c.ids(valueRanges(foldID(text), beginning))
}

func (c *compiler) flag(key, flag string) expr {
	switch {
	case key == "has" && flag == mostlyHas, flag == "identified":
		return c.not(expr{match: quote(noneTag(c.project, mostlyHas))})
	case flag == "anonymous":
		return expr{match: quote(noneTag(c.project, mostlyHas))}
	case key == "has":
		e := expr{match: quote(hasTag(c.project, flag))}
		if i := slices.Index(search.FacetHas, flag); i >= 0 {
			e.head = func(h *head) bool { return h.has&(1<<i) != 0 }
		}
		return e
	case flag == "live":
		return c.onHead(func(h *head) bool { return h.ended > c.now-search.LiveMs })
	}
	return nothing
}

func (c *compiler) trait(f *search.Field) expr {
	name, _ := search.TraitName(f.Key)
	if f.Op == search.OpPresent {
		tag := valuesTag(c.project, "traitnames") + folded(name)
		return expr{match: "(" + quote(tag) + " OR " + quote(tag+tagBreak) + ")"}
	}
	prefix := traitTag(c.project, name)
	if _, ok := search.TraitBounds(f); ok {
		return c.traitNumbers(f, prefix)
	}
	var all []expr
	for _, v := range f.Values {
		one := &search.Field{Key: f.Key, Op: search.OpIs, Values: []search.Value{v}}
		all = append(all, c.whole(one, prefix, v))
	}
	return c.anyOf(all...)
}

// maxTraitValues is how many values of a trait are asked for one by one.
const maxTraitValues = 500

// traitNumbers asks for traits that are numbers, by the tags of all that pass.
func (c *compiler) traitNumbers(f *search.Field, prefix string) expr {
	var passing []string
	err := c.terms(prefix, func(term string, _ int64) bool {
		rest, _, _ := strings.Cut(term[len(prefix):], tagBreak)
		if value, ok := unescape(rest); ok && search.MatchTrait(f, value) {
			passing = append(passing, quote(term))
		}
		return len(passing) <= maxTraitValues
	})
	if err != nil {
		c.err = err
		return nothing
	}
	if len(passing) > maxTraitValues {
		return c.onDocument(f)
	}
	if len(passing) == 0 {
		return nothing
	}
	return expr{match: "(" + strings.Join(passing, " OR ") + ")"}
}

// terms calls fn with the terms that begin with a prefix and how many rows have them, until fn
// returns false.
func (c *compiler) terms(prefix string, fn func(term string, rows int64) bool) error {
	rows, err := c.tx.QueryContext(c.ctx, `SELECT term, doc FROM terms WHERE term >= ? AND term < ?`, prefix, prefix+"\xff")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var term string
		var n int64
		if err := rows.Scan(&term, &n); err != nil {
			return err
		}
		if !fn(term, n) {
			return nil
		}
	}
	return rows.Err()
}

// number asks for numbers in intervals.
func (c *compiler) number(f *search.Field) expr {
	bounds := search.Intervals(f, c.now)
	if len(bounds) == 1 && bounds[0].From == 1 && bounds[0].To >= math.MaxInt32 && slices.Contains(search.SignalKeys, f.Key) {
		return expr{match: quote(hasTag(c.project, f.Key))}
	}
	return c.onHead(func(h *head) bool {
		return h.number(f.Key, func(n int64) bool {
			for _, b := range bounds {
				if n >= b.From && n <= b.To {
					return true
				}
			}
			return false
		})
	})
}
