package meili

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// record is a session as Meilisearch stores it. Every text that is filtered by is ASCII in
// small letters: Meilisearch compares texts without case and in a normal form of its
// own, by which two projects could be one.
type record struct {
	Key       string `json:"key"` // primary key; see keyOf
	ID        string `json:"id"`
	Project   string `json:"project"` // hex
	StartedAt int64  `json:"startedAt"`
	EndedAt   int64  `json:"endedAt"`

	Tokens []string `json:"tokens"` // words; see tokenOf
	Tags   []string `json:"tags"`   // what is asked for as a whole; see tagOf

	Numbers map[string][]int64  `json:"numbers"` // by key of the query language
	Facets  map[string][]string `json:"facets"`  // by facet field, values in hex
	Doc     string              `json:"doc"`     // the Document as JSON
}

// maxValueBytes is the longest value that is filtered by, below the 468 that Meilisearch
// takes. Longer ones are cut, and what they find is checked.
const maxValueBytes = 400

var plainKey = regexp.MustCompile(`^[A-Za-z0-9-]{1,200}$`)

// keyOf makes a primary key, which may hold only letters, digits, - and _.
func keyOf(id string) string {
	if plainKey.MatchString(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "_" + hex.EncodeToString(sum[:])
}

func projectOf(id string) string { return "p" + hex.EncodeToString([]byte(id)) }

// The codes that tokens begin with: in any field, the first rune of a token in any field,
// its first three; fields have the letters from b on.
const (
	codeAny   = "a"
	codeRune  = "y"
	codeThree = "z"
)

var fieldCodes = func() map[string]string {
	codes := map[string]string{}
	for i, field := range search.TextFields {
		codes[field] = string(rune('b' + i))
	}
	return codes
}()

// tokenOf writes a term as a token: letters and digits as they are, others as hex.
func tokenOf(code, term string) string {
	plain := !strings.ContainsFunc(term, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if plain {
		return cut(code + "0" + term)
	}
	return cut(code + "1" + hex.EncodeToString([]byte(term)))
}

func cut(value string) string { return value[:min(len(value), maxValueBytes)] }

// beginning gives the first n runes of a term, nothing if it has fewer.
func beginning(term string, n int) string {
	for i := range term {
		if n == 0 {
			return term[:i]
		}
		n--
	}
	if n == 0 {
		return term
	}
	return ""
}

func tagOf(kind, value string) string { return cut(kind + "-" + hex.EncodeToString([]byte(value))) }

func valueTag(field, value string) string {
	return tagOf("value-"+strings.ToLower(field), search.FoldValue(value))
}
func presentTag(field string) string { return tagOf("present", field) }
func hasTag(what string) string      { return tagOf("has", what) }

// numberKeys are the keys whose numbers are stored; startedAt has a field of its own.
var numberKeys = []string{"clicks", "pages", "errors", "failed", "responses", "nps", "csat", "ces", "status", "duration", "active", "started"}

func recordOf(d *search.Document) (record, error) {
	doc, err := json.Marshal(d)
	if err != nil {
		return record{}, fmt.Errorf("encode search document %s: %w", d.ID, err)
	}
	r := record{
		Key: keyOf(d.ID), ID: d.ID, Project: projectOf(d.ProjectID), StartedAt: d.StartedAt, EndedAt: d.EndedAt,
		Tokens: tokens(d), Numbers: map[string][]int64{}, Facets: map[string][]string{}, Doc: string(doc),
	}
	for _, spec := range search.Keys {
		for _, field := range spec.Fields {
			texts := d.FieldTexts(field)
			if len(texts) == 0 {
				continue
			}
			if spec.Kind == search.KindValue {
				r.Tags = append(r.Tags, valueTag(field, texts[0]))
			}
			r.Tags = append(r.Tags, presentTag(field))
		}
		if spec.Key == "has" {
			for _, what := range spec.Flags {
				if d.Has(what) {
					r.Tags = append(r.Tags, hasTag(what))
				}
			}
		}
	}
	for _, key := range numberKeys {
		if n := d.Numbers(key); len(n) > 0 {
			r.Numbers[key] = n
		}
	}
	for _, field := range search.FacetFields {
		for _, value := range d.FacetValues(field) {
			r.Facets[field] = append(r.Facets[field], facetOf(value))
		}
	}
	return r, nil
}

// tokens lists every word of a document once: in any field, in its field, and beginnings.
func tokens(d *search.Document) []string {
	seen := map[string]bool{}
	all := []string{}
	add := func(token string) {
		if !seen[token] {
			seen[token] = true
			all = append(all, token)
		}
	}
	for _, text := range d.Texts() {
		for _, stream := range search.Streams(text.Text) {
			for _, token := range stream {
				add(tokenOf(codeAny, token.Term))
				add(tokenOf(fieldCodes[text.Field], token.Term))
				add(tokenOf(codeRune, beginning(token.Term, 1)))
				if three := beginning(token.Term, 3); three != "" {
					add(tokenOf(codeThree, three))
				}
			}
		}
	}
	return all
}

// facetOf writes a facet value so that its case and form are kept. Values of more than
// maxValueBytes/2 bytes are cut.
func facetOf(value string) string { return cut(hex.EncodeToString([]byte(value))) }

func facetValue(hexed string) string {
	b, err := hex.DecodeString(hexed)
	if err != nil {
		return ""
	}
	return string(b)
}
