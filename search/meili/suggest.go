package meili

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode/utf8"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

// Values that are suggested are facets: Meilisearch counts them exactly, and names the
// maxFacetValues most frequent of each month. Its search for facet values is not used: it names
// 100, of values that it folds its own way. That a rare value is named nevertheless, sessions
// are filtered by how their values begin.

const (
	// maxSuggested is the most that a caller gets.
	maxSuggested = 100
	// traitBuckets is over how many facets the traits are spread by their names, so that one with
	// a value for each person hides few others. Meilisearch takes 65,536 attributes; names
	// come from anybody's page, and cannot each have one.
	traitBuckets = 64
	// packedHead is how much of a value is kept that is too long for a facet.
	packedHead = 140
	// maxUnpacked is how many such values one call reads in full.
	maxUnpacked = 64
)

// The facets of traits; others are named by their key.
const traitNames = "traitNames"

// suggestKey gives the facet of a key; url and page are one.
func suggestKey(key string) string {
	if name, ok := search.TraitName(key); ok {
		h := fnv.New32a()
		h.Write([]byte(name)) // never fails
		return fmt.Sprintf("trait%02d", h.Sum32()%traitBuckets)
	}
	if key == "page" {
		return "url"
	}
	return strings.ReplaceAll(key, ".", "") // a value that is filtered by has no _
}

// packed writes a value as a facet value: in hex, so that case and form are kept; a long one as its
// beginning and a hash.
func packed(value string) string {
	if 2*len(value) < maxValueBytes {
		return hex.EncodeToString([]byte(value))
	}
	head := value[:packedHead]
	for !utf8.ValidString(head) {
		head = head[:len(head)-1]
	}
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString([]byte(head)) + "-" + hex.EncodeToString(sum[:16])
}

// unpacked reads a facet value; of a long one only its beginning.
func unpacked(value string) (text string, whole bool) {
	head, _, long := strings.Cut(value, "-")
	return facetValue(head), !long
}

// traitEntry is what is counted for a value of a trait, since several names share a facet.
func traitEntry(name, value string) string { return name + "\x00" + value }

// entries are what a document counts under in the facet of a key.
func entries(d *search.Document, key string) []string {
	if key == traitNames {
		return d.SuggestedTraits()
	}
	name, isTrait := search.TraitName(key)
	values := d.Suggested(key)
	if isTrait {
		for i := range values {
			values[i] = traitEntry(name, values[i])
		}
	}
	return values
}

// addSuggestions adds the values that the session counts under, and tags of how they begin.
func (r *record) addSuggestions(d *search.Document, tags *set) {
	keys := append([]string{traitNames}, search.Suggestible...)
	traits := newSet()
	for name := range d.Traits {
		if traits.add(search.FoldValue(name)) {
			keys = append(keys, "trait."+name)
		}
	}
	for _, key := range keys {
		if key == "page" { // the same as url
			continue
		}
		facet := suggestKey(key)
		for _, entry := range entries(d, key) {
			r.Suggest[facet] = append(r.Suggest[facet], packed(entry))
			for n := 1; n <= 3; n += 2 {
				if begin := beginning(entryText(entry), n); begin != "" {
					tags.add(tagOf("begin"+strings.ToLower(facet), begin))
				}
			}
		}
	}
}

// entryText gives the folded value of an entry, without the name of a trait.
func entryText(entry string) string {
	if _, value, ok := strings.Cut(entry, "\x00"); ok {
		entry = value
	}
	return search.FoldValue(entry)
}

// Values returns values of a key; see search.Suggester. Counts are exact where a month has at most
// maxFacetValues values among the sessions that have one which begins with the prefix's first
// three letters; of more, the rare ones may be missing. Of values longer than a facet takes (200
// bytes), the maxUnpacked most frequent are looked at.
func (x *Index) Values(ctx context.Context, projectID, key, prefix string, limit int) ([]search.ValueCount, error) {
	name, isTrait := search.TraitName(key)
	if !isTrait && !slices.Contains(search.Suggestible, key) {
		return nil, nil
	}
	s := suggesting{x: x, project: projectID, key: key, prefix: prefix}
	if isTrait {
		s.under = name + "\x00"
	}
	return s.values(ctx, limit)
}

// TraitNames returns names of traits; see search.Suggester.
func (x *Index) TraitNames(ctx context.Context, projectID, prefix string, limit int) ([]search.ValueCount, error) {
	s := suggesting{x: x, project: projectID, key: traitNames, prefix: prefix}
	return s.values(ctx, limit)
}

// suggesting is one request for values.
type suggesting struct {
	x                    *Index
	project, key, prefix string
	under                string // what entries begin with, besides: the name of a trait
}

func (s *suggesting) filter() string {
	filters := []string{equals("project", projectOf(s.project))}
	if s.under != "" {
		name := strings.TrimSuffix(s.under, "\x00")
		filters = append(filters, equals("tags", traitPresentTag(name)))
	}
	folded := search.FoldValue(s.prefix)
	begin := beginning(folded, 3)
	if begin == "" {
		begin = beginning(folded, 1)
	}
	if begin != "" {
		filters = append(filters, equals("tags", tagOf("begin"+strings.ToLower(suggestKey(s.key)), begin)))
	}
	return strings.Join(filters, " AND ")
}

func (s *suggesting) values(ctx context.Context, limit int) ([]search.ValueCount, error) {
	facet := "suggest." + suggestKey(s.key)
	counts, err := s.x.distribution(ctx, walk{}, s.filter(), []string{facet})
	if err != nil {
		return nil, fmt.Errorf("suggest values: %w", err)
	}
	var all []search.ValueCount
	long := map[string]int64{}
	for value, n := range counts[facet] {
		text, whole := unpacked(value)
		if !whole {
			long[value] = n
			continue
		}
		if value, ok := strings.CutPrefix(text, s.under); ok && search.BeginsWith(value, s.prefix) {
			all = append(all, search.ValueCount{Value: value, Count: n})
		}
	}
	more, err := s.unpack(ctx, facet, long)
	if err != nil {
		return nil, fmt.Errorf("suggest values: %w", err)
	}
	all = append(all, more...)
	slices.SortFunc(all, func(a, b search.ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	return all[:min(len(all), min(max(limit, 1), maxSuggested))], nil
}

// unpack reads long values in full, the most frequent ones, each from a session that has it.
func (s *suggesting) unpack(ctx context.Context, facet string, long map[string]int64) ([]search.ValueCount, error) {
	var values []string
	for value := range long {
		head, _ := unpacked(value)
		if shorter := min(len(head), len(s.under)); head[:shorter] == s.under[:shorter] {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(long[b], long[a]), strings.Compare(a, b)) })
	values = values[:min(len(values), maxUnpacked)]
	uids, err := s.x.reach(ctx, walk{})
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, value := range values {
		if _, known := texts[value]; known {
			continue
		}
		results, err := s.x.ask(ctx, uids, &meilisearch.SearchRequest{
			Filter: equals("project", projectOf(s.project)) + " AND " + equals(facet, value), Limit: 1,
			AttributesToRetrieve: []string{"doc"}, MatchingStrategy: meilisearch.All,
		})
		if err != nil {
			return nil, err
		}
		if err := s.read(results, texts); err != nil {
			return nil, err
		}
	}
	var all []search.ValueCount
	for _, value := range values {
		if text, ok := strings.CutPrefix(texts[value], s.under); ok && text != "" && search.BeginsWith(text, s.prefix) {
			all = append(all, search.ValueCount{Value: text, Count: long[value]})
		}
	}
	return all, nil
}

// read finds the entries of the documents in the answers, by how they are packed.
func (s *suggesting) read(results []meilisearch.SearchResponse, texts map[string]string) error {
	for _, result := range results {
		hits, err := decode[found](result.Hits)
		if err != nil {
			return err
		}
		for _, f := range hits {
			d, err := f.document()
			if err != nil {
				return err
			}
			for _, entry := range entries(d, s.key) {
				texts[packed(entry)] = entry
			}
		}
	}
	return nil
}
