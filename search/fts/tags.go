package fts

import (
	"crypto/sha256"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/afterimage/afterimage/search"
)

// Tags are words of the full-text table that stand for something as a whole. No token of a text
// begins with _, and every tag does, with the number of its project:
//
//	_7_all                    every session of project 7
//	_7_has__rage              search.Document.Has
//	_7_some__errors           there is a text in the field
//	_7_none__titles           there is none; of fields that hardly are empty
//	_7_tags__vip              a value of a field that folds to itself
//	_7_tags__vip__            a value that does not, for filters, and
//	_7_tags__vip__VIP         as it was told, for suggestions
//	_7_traits__plan__pro      a trait, likewise; traitNames has the names
//
// Small letters, digits and what is not ASCII stand for themselves in names and values, any
// other byte is _ and its two hex digits; so what begins alike has tags that begin alike.
const tagBreak = "__"

// maxTagBytes is how long the folded value in a tag can be; of a longer one only the beginning
// and a hash are kept, so that it can be asked for as a whole and by its beginning.
const maxTagBytes = 400

const hashMark = "_zz" // no escape

func appendEscaped(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf {
			b = append(b, c)
			continue
		}
		b = append(b, '_', digits[c>>4], digits[c&15])
	}
	return b
}

// unescape reads back what appendEscaped wrote; false if it is only the beginning of a value.
func unescape(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '_' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), true
}

// tagPrefix is how the tags of a project about a field begin.
func tagPrefix(project int64, field string) string {
	return "_" + strconv.FormatInt(project, 36) + "_" + field
}

func allTag(project int64) string { return tagPrefix(project, "all") }
func hasTag(project int64, what string) string {
	return tagPrefix(project, "has") + tagBreak + fold(what)
}
func someTag(project int64, field string) string {
	return tagPrefix(project, "some") + tagBreak + fold(field)
}
func noneTag(project int64, field string) string {
	return tagPrefix(project, "none") + tagBreak + fold(field)
}

// fold writes a name of ours, which FTS5 does not tell apart by case.
func fold(name string) string { return strings.ToLower(name) }

// valuesTag is how the tags of values of a field begin, and traitTag those of a trait.
func valuesTag(project int64, field string) string {
	return tagPrefix(project, fold(field)) + tagBreak
}

func traitTag(project int64, name string) string {
	return valuesTag(project, "traits") + folded(name) + tagBreak
}

// foldValue is search.FoldValue, faster for ASCII.
func foldValue(value string) string {
	for i := 0; i < len(value); i++ {
		if value[i] >= utf8.RuneSelf {
			return search.FoldValue(value)
		}
	}
	return strings.ToLower(strings.TrimSpace(value))
}

// folded is the form of a value in tags.
func folded(value string) string {
	escaped := appendEscaped(nil, foldValue(value))
	if len(escaped) <= maxTagBytes {
		return string(escaped)
	}
	sum := sha256.Sum256(escaped)
	b := append(escaped[:maxTagBytes:maxTagBytes], hashMark...)
	for _, c := range sum[:16] {
		b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
	}
	return string(b)
}

// appendValue writes the tags of one value: filter for what filters ask, suggest for what can be suggested.
func appendValue(b []byte, prefix, value string, filter, suggest bool) []byte {
	suggest = suggest && suggestable(value)
	tag := prefix + folded(value)
	if suggest && foldValue(value) == value {
		return append(append(b, tag...), ' ')
	}
	if filter {
		b = append(append(b, tag...), tagBreak+" "...)
	}
	if suggest {
		b = append(append(b, tag...), tagBreak...)
		b = append(appendEscaped(b, value), ' ')
	}
	return b
}

// suggestable tells whether search.Document.Suggested shows a value.
func suggestable(value string) bool {
	return value != "" && utf8.ValidString(value) && utf8.RuneCountInString(value) <= search.MaxSuggestedRunes
}

// mostlyThere are the fields of which it is noted where they are empty.
var mostlyThere = map[string]bool{"browser": true, "os": true, "device": true, "country": true, "language": true, "release": true,
	"urls": true, "titles": true, "userEmail": true}

// mostlyHas is what hardly any session is without, so that this is noted.
const mostlyHas = "user"

// hasOf are the fields of which a tag of search.Document.Has says whether they are empty.
var hasOf = map[string]string{"console": "console", "custom": "custom", "surveys": "survey", "tags": "tag", "tickets": "ticket"}

// noted are the fields that filters can ask to be there, each once.
var noted = func() []string {
	var fields []string
	seen := map[string]bool{"id": true}
	for _, spec := range search.Keys {
		for _, field := range spec.Fields {
			if !seen[field] {
				fields = append(fields, field)
			}
			seen[field] = true
		}
	}
	return fields
}()

// labels are the fields whose whole values are tags, apart from facets, addresses and traits. Users
// are not: nearly every session has another one, so they would be a tenth of the index.
var labels = func() map[string]bool {
	fields := map[string]bool{}
	for _, key := range search.Suggestible {
		for _, field := range search.Spec(key).Fields {
			fields[field] = field != "urls" && field != "userId" && field != "userEmail" && !isFacetField(field)
		}
	}
	return fields
}()

func isFacetField(field string) bool {
	for _, name := range headFields {
		if name == field {
			return true
		}
	}
	return false
}

func appendTags(b []byte, d *search.Document, project int64) []byte {
	add := func(tag string) { b = append(append(b, tag...), ' ') }
	add(allTag(project))
	for _, what := range search.Spec("has").Flags {
		switch has := d.Has(what); {
		case what == mostlyHas && !has:
			add(noneTag(project, what))
		case what != mostlyHas && has:
			add(hasTag(project, what))
		}
	}
	for _, field := range noted {
		texts := d.FieldTexts(field)
		switch {
		case len(texts) == 0 && mostlyThere[field]:
			add(noneTag(project, field))
		case len(texts) > 0 && !mostlyThere[field] && hasOf[field] == "":
			add(someTag(project, field))
		}
		switch {
		case field == "urls":
			for _, path := range pathsOf(texts) {
				b = appendValue(b, valuesTag(project, field), path, true, true)
			}
		case labels[field]:
			for _, value := range texts {
				b = appendValue(b, valuesTag(project, field), value, true, true)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Traits)) {
		value := d.Traits[name]
		if value == "" {
			continue
		}
		b = appendValue(b, valuesTag(project, "traitnames"), name, true, true)
		b = appendValue(b, traitTag(project, name), value, true, true)
	}
	return b
}

// pathsOf gives the paths of addresses, each once.
func pathsOf(addresses []string) []string {
	var paths []string
	seen := map[string]bool{}
	for _, address := range addresses {
		path := search.URLPath(search.ClipText(address))
		if !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	return paths
}
