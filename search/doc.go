package search

import (
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// FieldText is one text of a Document that words are looked for in.
type FieldText struct {
	Field string // the Document's field, camelCase
	Text  string // as it is, cut at MaxTextRunes
}

// TextFields are the fields whose texts words are looked for in, those that tell most
// first: matches are shown in this order.
var TextFields = []string{
	"complaints", "errors", "responses", "userEmail", "userId", "custom", "requests",
	"console", "titles", "urls", "referrer", "release", "browser", "os", "device",
	"country", "language", "id",
	"errorTypes", "surveys", "tags", "tickets", "traits",
}

// FieldTexts returns the texts of one of the TextFields, nil for any other name.
func (d *Document) FieldTexts(field string) []string {
	var many []string
	switch field {
	case "complaints":
		many = d.Complaints
	case "errors":
		many = d.Errors
	case "responses":
		many = d.Responses
	case "custom":
		many = d.Custom
	case "requests":
		many = d.Requests
	case "console":
		many = d.Console
	case "titles":
		many = d.Titles
	case "urls":
		many = d.URLs
	case "errorTypes":
		many = d.ErrorTypes
	case "surveys":
		many = d.Surveys
	case "tags":
		many = d.Tags
	case "tickets":
		many = d.Tickets
	case "traits":
		many = d.traitTexts()
	default:
		if one := d.keyword(field); one != "" {
			many = []string{one}
		}
	}
	if len(many) > MaxTextsPerField {
		many = many[:MaxTextsPerField]
	}
	return many
}

// traitTexts are the values of the traits, in the order of their names.
func (d *Document) traitTexts() []string {
	if len(d.Traits) == 0 {
		return nil
	}
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(d.Traits)) {
		if value := d.Traits[name]; value != "" {
			texts = append(texts, value)
		}
	}
	return texts
}

// Trait returns the values of the traits whose folded name is name: more than one where the site
// told names that differ only in case.
func (d *Document) Trait(name string) []string {
	var values []string
	for _, have := range slices.Sorted(maps.Keys(d.Traits)) {
		if FoldValue(have) == name {
			values = append(values, d.Traits[have])
		}
	}
	return values
}

// keyword returns a field that has a single text.
func (d *Document) keyword(field string) string {
	switch field {
	case "id":
		return d.ID
	case "userId":
		return d.UserID
	case "userEmail":
		return d.UserEmail
	case "browser":
		return d.Browser
	case "os":
		return d.OS
	case "device":
		return d.Device
	case "country":
		return d.Country
	case "language":
		return d.Language
	case "release":
		return d.Release
	case "referrer":
		return d.Referrer
	}
	return ""
}

// Texts returns every text that bare words are looked for in, in the order of TextFields.
func (d *Document) Texts() []FieldText {
	var texts []FieldText
	for _, field := range TextFields {
		for _, text := range d.FieldTexts(field) {
			texts = append(texts, FieldText{field, ClipText(text)})
		}
	}
	return texts
}

// ClipText cuts a text to what is indexed of it.
func ClipText(text string) string {
	if len(text) <= MaxTextRunes {
		return text
	}
	n := 0
	for i := range text {
		if n == MaxTextRunes {
			return text[:i]
		}
		n++
	}
	return text
}

// FacetFields are the fields whose values a Result counts. "has" counts what a session has: the
// FacetHas.
var FacetFields = []string{"browser", "os", "device", "country", "release", "language", "has"}

// Has tells whether a session has something that has: takes: error, complaint, response,
// failedRequest, console, custom, user, survey, tag, ticket, or one of the SignalKeys.
func (d *Document) Has(what string) bool {
	switch what {
	case "error":
		return d.ErrorCount > 0 || len(d.Errors) > 0
	case "complaint":
		return d.ComplaintCount > 0 || len(d.Complaints) > 0
	case "response":
		return d.ResponseCount > 0 || len(d.Responses) > 0 || len(d.Complaints) > 0
	case "failedRequest":
		return d.FailedRequests > 0 || len(d.Requests) > 0
	case "console":
		return len(d.Console) > 0
	case "custom":
		return len(d.Custom) > 0
	case "user":
		return d.UserID != "" || d.UserEmail != ""
	case "survey":
		return len(d.Surveys) > 0
	case "tag":
		return len(d.Tags) > 0
	case "ticket":
		return len(d.Tickets) > 0
	}
	return d.Signals[what] > 0 && slices.Contains(SignalKeys, what)
}

// FacetHas are the values of the facet "has".
var FacetHas = []string{"error", "complaint", "response", "failedRequest", "rage", "dead", "errorclick", "slow", "quickback"}

// FacetValues returns the values of one of the FacetFields that a document counts under.
func (d *Document) FacetValues(field string) []string {
	if field != "has" {
		if v := d.keyword(field); v != "" {
			return []string{v}
		}
		return nil
	}
	var values []string
	for _, what := range FacetHas {
		if d.Has(what) {
			values = append(values, what)
		}
	}
	return values
}

// FoldValue gives the form in which whole values are compared: case and width folded,
// diacritics of Latin dropped, spaces at the ends cut.
func FoldValue(value string) string {
	var b strings.Builder
	for _, u := range scan(nil, strings.TrimSpace(value)) {
		switch {
		case u.folded != "":
			b.WriteString(u.folded)
		case u.class != classSkip:
			b.WriteRune(u.r)
		}
	}
	return b.String()
}

// glob tells whether a folded value fits a folded pattern in which * stands for anything.
func glob(pattern, value string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == value
	}
	if !strings.HasPrefix(value, parts[0]) {
		return false
	}
	value = value[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(value, part)
		if i < 0 {
			return false
		}
		value = value[i+len(part):]
	}
	return strings.HasSuffix(value, last)
}

// URLPath gives the path of an address as filters compare it: without host, query and fragment,
// never empty.
func URLPath(address string) string { return urlPath(address) }

// urlPath gives the path of an address as it is compared: without host, query and
// fragment, never empty.
func urlPath(address string) string {
	if i := strings.Index(address, "://"); i >= 0 {
		address = address[i+3:]
		slash := strings.IndexByte(address, '/')
		if slash < 0 {
			return "/"
		}
		address = address[slash:]
	}
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	if !strings.HasPrefix(address, "/") {
		address = "/" + address
	}
	if cleaned := path.Clean(address); utf8.ValidString(cleaned) && cleaned != "." {
		return cleaned
	}
	return address
}
