package meili

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// record is a session as Meilisearch stores it. Every text that is filtered by is ASCII in
// small letters: Meilisearch compares texts without case and in a normal form of its
// own, by which two projects could be one.
type record struct {
	Key       string `json:"key"` // primary key; see keyOf
	ID        string `json:"id"`
	Order     string `json:"order"`   // the id, so that it is compared byte by byte; see orderOf
	Project   string `json:"project"` // hex
	StartedAt int64  `json:"startedAt"`
	EndedAt   int64  `json:"endedAt"`

	Tokens []string `json:"tokens"` // words; see tokenOf
	Near   []string `json:"near"`   // words without a letter; see nearOf
	Tags   []string `json:"tags"`   // what is asked for as a whole; see tagOf

	Numbers      map[string][]int64  `json:"numbers"`      // by key of the query language
	TraitNumbers []string            `json:"traitNumbers"` // see traitNumber
	Facets       map[string][]string `json:"facets"`       // by facet field, values in hex
	Suggest      map[string][]string `json:"suggest"`      // by suggestKey, see packed
	Doc          string              `json:"doc"`          // the Document as JSON
}

const primaryKey = "key"

// maxValueBytes is the longest value that is filtered by, below the 468 that Meilisearch
// takes. Longer ones are cut, and what they find is checked.
const maxValueBytes = 400

// maxIDBytes is the longest id: its hex has to fit a value whole, so that sessions have an order.
const maxIDBytes = (maxValueBytes - 1) / 2

var plainKey = regexp.MustCompile(`^[A-Za-z0-9-]{1,200}$`)

// keyOf makes a primary key, which may hold only letters, digits, - and _.
func keyOf(id string) string {
	if plainKey.MatchString(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "_" + hex.EncodeToString(sum[:])
}

// projectOf writes the id of a project as hex, and one that is too long for a value as a hash.
func projectOf(id string) string {
	if len(id) > maxIDBytes {
		sum := sha256.Sum256([]byte(id))
		return "q" + hex.EncodeToString(sum[:])
	}
	return "p" + hex.EncodeToString([]byte(id))
}

// orderOf writes an id as hex, which sorts as the id does, behind a letter, so that it is no number.
// It is cut for the ids of cursors, which can be anybody's.
func orderOf(id string) string { return cut("i" + hex.EncodeToString([]byte(id))) }

// The codes that tokens begin with: in any field, the first rune of a token in any field,
// its first three. Fields have two digits in base 36.
const (
	codeAny   = "a"
	codeRune  = "y"
	codeThree = "z"
)

var fieldCodes = func() map[string]string {
	codes := map[string]string{}
	for i, field := range search.TextFields {
		codes[field] = strconv.FormatInt(int64(36+i), 36)
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

// nearOf writes a variant of a term. What it finds is looked at anyway, so that a short hash
// will do, which takes a third of the room.
func nearOf(variant string) string {
	h := fnv.New32a()
	h.Write([]byte(variant)) // never fails
	return "n" + strconv.FormatUint(uint64(h.Sum32()), 36)
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
func presentTag(field string) string     { return tagOf("present", field) }
func hasTag(what string) string          { return tagOf("has", what) }
func traitTag(name, value string) string { return tagOf("trait", name+"\x00"+search.FoldValue(value)) }
func traitPresentTag(name string) string { return tagOf("traitname", name) }

// traitNumber writes a number of a trait so that it sorts as the number does, among those of its name.
func traitNumber(name string, n float64) string {
	bits := math.Float64bits(n + 0) // -0 is 0
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return traitNumberBits(name, bits)
}

func traitNumberBits(name string, bits uint64) string {
	return fmt.Sprintf("t%s-%016x", hex.EncodeToString([]byte(name)), bits)
}

// maxTraitName is the longest name, in bytes, whose numbers are filtered by; others are looked at.
const maxTraitName = (maxValueBytes - 18) / 2

func recordOf(d *search.Document) (record, error) {
	if len(d.ID) > maxIDBytes {
		return record{}, fmt.Errorf("a session's id has %d bytes, at most %d can be searched", len(d.ID), maxIDBytes)
	}
	doc, err := json.Marshal(stored(d))
	if err != nil {
		return record{}, fmt.Errorf("encode search document %s: %w", d.ID, err)
	}
	r := record{
		Key: keyOf(d.ID), ID: d.ID, Order: orderOf(d.ID), Project: projectOf(d.ProjectID),
		StartedAt: clamp(d.StartedAt), EndedAt: clamp(d.EndedAt), TraitNumbers: []string{},
		Numbers: map[string][]int64{}, Facets: map[string][]string{}, Suggest: map[string][]string{}, Doc: string(doc),
	}
	r.Tokens, r.Near = words(d)
	tags := newSet()
	for i := range search.Keys {
		tagKey(d, &search.Keys[i], tags)
		key := search.Keys[i].Key
		if !search.Keys[i].Ordered() {
			continue
		}
		for _, n := range d.Numbers(key) {
			r.Numbers[key] = append(r.Numbers[key], clamp(n))
		}
	}
	r.addTraits(d, tags)
	for _, field := range search.FacetFields {
		for _, value := range d.FacetValues(field) {
			r.Facets[field] = append(r.Facets[field], facetOf(value))
		}
	}
	r.addSuggestions(d, tags)
	r.Tags = tags.all
	if r.size() > maxRecordBytes {
		r.Near = []string{}
	}
	return r, nil
}

// maxRecordBytes is from where on a session is found only as it is written: with typos, the millions of
// different words that it takes would not fit the 100 MB of a request.
const maxRecordBytes = 48 << 20

// stored gives the document without what nobody searches: texts behind MaxTextsPerField, and the ends of
// long ones. Of failed requests the end is kept, which is the status.
func stored(d *search.Document) *search.Document {
	kept := *d
	for _, list := range []*[]string{&kept.URLs, &kept.Titles, &kept.Errors, &kept.Console, &kept.Requests, &kept.Custom, &kept.Complaints,
		&kept.Responses, &kept.ErrorTypes, &kept.Surveys, &kept.Tags, &kept.Tickets} {
		*list = slices.Clone((*list)[:min(len(*list), search.MaxTextsPerField)])
	}
	for _, list := range [][]string{kept.URLs, kept.Titles, kept.Errors, kept.Console, kept.Custom, kept.Complaints, kept.Responses} {
		for i := range list {
			list[i] = search.ClipText(list[i])
		}
	}
	return &kept
}

// tagKey adds what is asked for as a whole under a key.
func tagKey(d *search.Document, spec *search.KeySpec, tags *set) {
	for _, field := range spec.Fields {
		texts := d.FieldTexts(field)
		if len(texts) == 0 {
			continue
		}
		tags.add(presentTag(field))
		if spec.Kind == search.KindValue || spec.Kind == search.KindLabel {
			for _, text := range texts {
				tags.add(valueTag(field, text))
			}
		}
	}
	if spec.Key != "has" {
		return
	}
	for _, what := range spec.Flags {
		if d.Has(what) {
			tags.add(hasTag(what))
		}
	}
}

func (r *record) addTraits(d *search.Document, tags *set) {
	for name, value := range d.Traits {
		if value == "" {
			continue
		}
		name = search.FoldValue(name)
		tags.add(traitPresentTag(name))
		tags.add(traitTag(name, value))
		if n, ok := search.TraitNumber(value); ok && len(name) <= maxTraitName {
			r.TraitNumbers = append(r.TraitNumbers, traitNumber(name, n))
		}
	}
}

// words lists every word of a document once, in any field, in its field, and its beginnings;
// and the variants of those that can have a typo.
func words(d *search.Document) (tokens, near []string) {
	all, variants := newSet(), newSet()
	typoFields := map[string]bool{}
	for _, field := range search.TypoFields {
		typoFields[field] = true
	}
	for _, text := range d.Texts() {
		for _, stream := range search.Streams(text.Text) {
			for _, token := range stream {
				if !all.add(tokenOf(fieldCodes[text.Field], token.Term)) {
					continue
				}
				all.add(tokenOf(codeAny, token.Term))
				all.add(tokenOf(codeRune, beginning(token.Term, 1)))
				if three := beginning(token.Term, 3); three != "" {
					all.add(tokenOf(codeThree, three))
				}
				if !typoFields[text.Field] {
					continue
				}
				for _, variant := range search.Variants(token.Term) {
					variants.add(nearOf(variant))
				}
			}
		}
	}
	return all.all, variants.all
}

// set keeps texts once, in the order they came.
type set struct {
	seen map[string]bool
	all  []string
}

func newSet() *set { return &set{seen: map[string]bool{}, all: []string{}} }

// add tells whether the text is new.
func (s *set) add(text string) bool {
	if s.seen[text] {
		return false
	}
	s.seen[text] = true
	s.all = append(s.all, text)
	return true
}

// facetOf writes a facet value so that its case and form are kept. Values of more than
// maxValueBytes/2 bytes are cut.
func facetOf(value string) string { return cut(hex.EncodeToString([]byte(value))) }

func facetValue(hexed string) string {
	b, err := hex.DecodeString(hexed)
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(string(b), "")
}

// size is about how many bytes the record takes in a request.
func (r *record) size() int {
	size := 2*len(r.Doc) + 500 // quotes in it are escaped once more
	lists := [][]string{r.Tokens, r.Near, r.Tags, r.TraitNumbers}
	for _, values := range r.Suggest {
		lists = append(lists, values)
	}
	for _, list := range lists {
		for _, value := range list {
			size += len(value) + 3
		}
	}
	return size
}
