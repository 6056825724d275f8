package meili

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

const (
	maxFakeValue   = 468 // bytes of a value that is filtered by
	maxFakePayload = 100 << 20
	maxFakeKey     = 511 // bytes of a primary key
)

var fakeUID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,400}$`)

type fakeIndex struct {
	docs  map[string]*fakeDoc
	rules []fakeRule
	// settings are nil until they were set.
	settings *struct {
		SearchableAttributes []string `json:"searchableAttributes"`
		SortableAttributes   []string `json:"sortableAttributes"`
		RankingRules         []string `json:"rankingRules"`
		SearchCutoffMs       int64    `json:"searchCutoffMs"`
		TypoTolerance        struct {
			Enabled bool `json:"enabled"`
		} `json:"typoTolerance"`
		Pagination struct {
			MaxTotalHits int `json:"maxTotalHits"`
		} `json:"pagination"`
		Faceting struct {
			MaxValuesPerFacet int               `json:"maxValuesPerFacet"`
			SortFacetValuesBy map[string]string `json:"sortFacetValuesBy"`
		} `json:"faceting"`
	}
}

type fakeRule struct {
	AttributePatterns []string `json:"attributePatterns"`
	Features          struct {
		FacetSearch bool `json:"facetSearch"`
		Filter      struct {
			Equality   bool `json:"equality"`
			Comparison bool `json:"comparison"`
		} `json:"filter"`
	} `json:"features"`
}

// fakeDoc is a document with what it is filtered by, nested names as a.b.
type fakeDoc struct {
	key     string
	raw     map[string]any
	exists  map[string]bool
	texts   map[string]bool     // name=value, in small letters
	told    map[string][]string // by name, as they were told
	numbers map[string][]float64
}

func (f *fakeServer) create(uid string) string {
	if !fakeUID.MatchString(uid) {
		f.t.Errorf("%q is no name of an index", uid)
		return "invalid_index_uid"
	}
	if f.indexes[uid] != nil {
		return "index_already_exists"
	}
	f.indexes[uid] = &fakeIndex{docs: map[string]*fakeDoc{}}
	return ""
}

// late reports settings that come behind documents: the server would index all of them again.
func (x *fakeIndex) late(f *fakeServer) {
	if len(x.docs) > 0 && !f.bare {
		f.t.Error("settings come behind documents")
	}
}

func (x *fakeIndex) set(f *fakeServer, body []byte) {
	x.late(f)
	if err := json.Unmarshal(body, &x.settings); err != nil {
		f.t.Errorf("settings %s: %v", body, err)
	}
	if x.settings.TypoTolerance.Enabled || len(x.settings.SearchableAttributes) == 0 || !slices.Equal(x.settings.RankingRules, []string{"sort"}) {
		f.t.Errorf("settings %s leave typos on, let everything be searched, or rank by more than the order that is asked for", body)
	}
	if x.settings.SearchCutoffMs <= requestTimeout.Milliseconds() {
		f.t.Errorf("settings %s let the server stop to sort before the adapter gives up", body)
	}
}

func (x *fakeIndex) setRules(f *fakeServer, body []byte) {
	x.late(f)
	if x.settings == nil {
		f.t.Error("what is filtered by has to be set last: it tells that all settings are there")
	}
	x.rules = nil
	if err := json.Unmarshal(body, &x.rules); err != nil {
		f.t.Errorf("filterable attributes %s: %v", body, err)
	}
}

// add stores documents; as the real server does, it makes an index that is not there.
func (f *fakeServer) add(uid string, docs []any) string {
	if f.indexes[uid] == nil {
		f.create(uid)
	}
	x := f.indexes[uid]
	if x.rules == nil && !f.bare {
		f.t.Errorf("documents come into %s before its settings", uid)
	}
	for _, d := range docs {
		raw, _ := d.(map[string]any)
		key, _ := raw[primaryKey].(string)
		if key == "" || len(key) > maxFakeKey || strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			f.t.Errorf("%q is no document id", key)
			return "invalid_document_id"
		}
		doc := &fakeDoc{key: key, raw: raw, exists: map[string]bool{}, texts: map[string]bool{}, told: map[string][]string{}, numbers: map[string][]float64{}}
		doc.index(f, "", raw)
		for name, v := range raw { // only single values are ever asked for
			switch v.(type) {
			case []any, map[string]any:
				delete(raw, name)
			}
		}
		x.docs[key] = doc
	}
	return ""
}

// index takes in the values of an object by the names that filters use.
func (d *fakeDoc) index(f *fakeServer, prefix string, object map[string]any) {
	for name, v := range object {
		name = prefix + name
		d.exists[name] = v != nil
		if nested, ok := v.(map[string]any); ok {
			d.index(f, name+".", nested)
			continue
		}
		values, ok := v.([]any)
		if !ok {
			values = []any{v}
		}
		for _, v := range values {
			switch v := v.(type) {
			case float64:
				d.numbers[name] = append(d.numbers[name], v)
			case string:
				d.text(f, name, v)
			}
		}
	}
}

func (d *fakeDoc) text(f *fakeServer, name, v string) {
	if name != "doc" && name != "id" && name != primaryKey && (len(v) > maxFakeValue || v != strings.ToLower(v)) {
		f.t.Errorf("%s has a value of %d bytes that Meilisearch would cut or fold: %.50s", name, len(v), v)
	}
	folded := name + "=" + strings.ToLower(v)
	if d.texts[folded] {
		return
	}
	d.texts[folded] = true
	if name != "tokens" && name != "near" { // which are too many, and no facets
		d.told[name] = append(d.told[name], v)
	}
}

func (x *fakeIndex) remove(keys []any) {
	for _, key := range keys {
		delete(x.docs, key.(string))
	}
}

// fakeQuery is one query of a multi-search.
type fakeQuery struct {
	IndexUID    string   `json:"indexUid"`
	Q           string   `json:"q"`
	Filter      string   `json:"filter"`
	Sort        []string `json:"sort"`
	Limit       *int     `json:"limit"`
	HitsPerPage *int     `json:"hitsPerPage"`
	Facets      []string `json:"facets"`
	Retrieve    []string `json:"attributesToRetrieve"`
	Matching    string   `json:"matchingStrategy"`
}

func (f *fakeServer) multiSearch(w http.ResponseWriter, call string, body []byte) {
	var in struct {
		Queries []fakeQuery `json:"queries"`
	}
	if err := json.Unmarshal(body, &in); err != nil || len(in.Queries) > maxQueries {
		f.t.Errorf("multi-search with %d queries: %v", len(in.Queries), err)
	}
	results := []any{}
	for i, q := range in.Queries {
		x := f.indexes[q.IndexUID]
		if x == nil {
			f.problem(w, http.StatusBadRequest, "index_not_found", fmt.Sprintf("Inside `.queries[%d]`: Index `%s` not found.", i, q.IndexUID))
			return
		}
		answer, code := x.search(f, q)
		if code != "" {
			if !f.bare {
				f.t.Errorf("query %+v: %s", q, code)
			}
			f.problem(w, http.StatusBadRequest, code, fmt.Sprintf("Inside `.queries[%d]`: %s", i, q.Filter))
			return
		}
		results = append(results, answer)
	}
	f.reply(w, call, map[string]any{"results": results})
}

// search filters, sorts and cuts, as placeholder search does.
func (x *fakeIndex) search(f *fakeServer, q fakeQuery) (answer map[string]any, code string) {
	test, err := parseFilter(q.Filter, x.rules)
	if err != nil {
		return nil, "invalid_search_filter"
	}
	if q.Q != "" || q.Matching != "all" {
		f.t.Errorf("query %+v: only filters are used, and all of them", q)
	}
	hits := make([]*fakeDoc, 0, len(x.docs))
	for _, doc := range x.docs {
		if test(doc) {
			hits = append(hits, doc)
		}
	}
	if !x.sort(hits, q.Sort) {
		return nil, "invalid_search_sort"
	}
	if f.disorder {
		slices.Reverse(hits)
	}
	most := x.settings.Pagination.MaxTotalHits
	total := min(len(hits), most)
	answer = map[string]any{"indexUid": q.IndexUID, "query": "", "processingTimeMs": 0}
	if len(q.Facets) > 0 {
		counts, ok := x.distribution(hits, q.Facets)
		if !ok {
			return nil, "invalid_search_facets"
		}
		answer["facetDistribution"], answer["facetStats"] = counts, map[string]any{}
	}
	if q.HitsPerPage != nil {
		answer["hits"], answer["hitsPerPage"], answer["page"], answer["totalHits"], answer["totalPages"] = []any{}, 0, 1, total, 0
		return answer, ""
	}
	limit := 20
	if q.Limit != nil {
		limit = *q.Limit
	}
	page := []any{}
	for _, hit := range hits[:min(limit, total)] {
		kept := map[string]any{}
		for _, field := range q.Retrieve {
			kept[field] = hit.raw[field]
		}
		page = append(page, kept)
	}
	answer["hits"], answer["limit"], answer["offset"], answer["estimatedTotalHits"] = page, limit, 0, total
	return answer, ""
}

// sort orders documents by the fields that are declared; ties come in no useful order.
func (x *fakeIndex) sort(hits []*fakeDoc, by []string) bool {
	for _, field := range by {
		name, direction, _ := strings.Cut(field, ":")
		if x.settings == nil || !slices.Contains(x.settings.SortableAttributes, name) || direction != "asc" && direction != "desc" {
			return false
		}
	}
	slices.SortFunc(hits, func(a, b *fakeDoc) int {
		for _, field := range by {
			name, direction, _ := strings.Cut(field, ":")
			order := slices.Compare(a.numbers[name], b.numbers[name])
			if order == 0 {
				order = slices.Compare(a.told[name], b.told[name])
			}
			if direction == "desc" {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return -cmp.Compare(a.key[len(a.key)/2:], b.key[len(b.key)/2:])
	})
	return true
}

// distribution counts values, the most frequent ones of each facet.
func (x *fakeIndex) distribution(hits []*fakeDoc, facets []string) (map[string]map[string]int, bool) {
	counts := map[string]map[string]int{}
	for _, facet := range facets {
		if !filterable(x.rules, facet, false) {
			return nil, false
		}
		all := map[string]int{}
		for _, hit := range hits {
			for _, v := range hit.told[facet] {
				all[v]++
			}
		}
		values := make([]string, 0, len(all))
		for v := range all {
			values = append(values, v)
		}
		slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a, b)) })
		if x.settings.Faceting.SortFacetValuesBy["*"] != "count" {
			slices.Sort(values)
		}
		counts[facet] = map[string]int{}
		for _, v := range values[:min(len(values), x.settings.Faceting.MaxValuesPerFacet)] {
			counts[facet][v] = all[v]
		}
	}
	return counts, true
}
