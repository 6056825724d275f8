package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxSuggestedRunes is how long a value can be that Suggester shows: longer ones fit no menu.
const MaxSuggestedRunes = 200

// Suggested returns the values that a document counts under in Suggester.Values of a key: each
// once, as it was told, and not those that are empty or too long. Of url, page: the paths.
func (d *Document) Suggested(key string) []string {
	var all []string
	switch key {
	case "user":
		all = []string{d.UserID, d.UserEmail}
	case "url", "page":
		for _, address := range d.FieldTexts("urls") {
			all = append(all, urlPath(address))
		}
	default:
		if name, ok := TraitName(key); ok {
			all = d.Trait(name)
		} else if slices.Contains(Suggestible, key) {
			all = slices.Clone(d.FieldTexts(Spec(key).Fields[0]))
		}
	}
	var once []string
	for _, value := range all {
		if value != "" && utf8.RuneCountInString(value) <= MaxSuggestedRunes && utf8.ValidString(value) && !slices.Contains(once, value) {
			once = append(once, value)
		}
	}
	return once
}

// SuggestedTraits returns the names of traits that a document counts under in
// Suggester.TraitNames.
func (d *Document) SuggestedTraits() []string {
	var names []string
	for name, value := range d.Traits {
		if name != "" && value != "" && utf8.RuneCountInString(name) <= MaxSuggestedRunes && utf8.ValidString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// BeginsWith tells whether Suggester shows a value for a prefix.
func BeginsWith(value, prefix string) bool {
	return strings.HasPrefix(FoldValue(value), FoldValue(prefix))
}
