package meili

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
)

// fakeServer stands in for Meilisearch where there is none: it holds documents in memory and
// answers the calls that the adapter makes, in the shapes of Meilisearch's published
// OpenAPI (1.53). It refuses keys that the OpenAPI does not have, and filters by attributes
// that were not declared. What it cannot show is that the real server does the same.
type fakeServer struct {
	t  *testing.T
	mu sync.Mutex

	indexes  map[string]*fakeIndex
	tasks    []map[string]any
	requests []string // method, path and body

	// fail is asked before each call; a status other than 0 is the answer.
	fail func(r *http.Request) (status int, code string)
	// failTask gives the error code of a task, empty for success.
	failTask func(kind string) string
}

type fakeIndex struct {
	docs       map[string]map[string]any
	order      []string
	filterable []struct {
		AttributePatterns []string `json:"attributePatterns"`
		Features          struct {
			Filter struct{ Equality, Comparison bool } `json:"filter"`
		} `json:"features"`
	}
	settings map[string]any
}

func startFake(t *testing.T) (*fakeServer, string) {
	t.Helper()
	f := &fakeServer{t: t, indexes: map[string]*fakeIndex{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	f.requests = append(f.requests, r.Method+" "+r.URL.String()+" "+string(body))
	if f.fail != nil {
		if status, code := f.fail(r); status != 0 {
			f.problem(w, status, code, "fake refuses: "+string(body))
			return
		}
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	route := r.Method + " " + parts[0]
	if parts[0] == "indexes" && len(parts) > 1 {
		route = r.Method + " indexes/*/" + strings.Join(parts[2:], "/")
	}
	switch route {
	case "GET tasks":
		var n int
		if _, err := fmt.Sscan(parts[1], &n); err != nil || n >= len(f.tasks) {
			f.problem(w, 404, "task_not_found", "")
			return
		}
		reply(w, 200, f.tasks[n])
	case "POST indexes":
		var in struct{ UID, PrimaryKey string }
		f.decode(body, &in, "uid", "primaryKey")
		code := ""
		if f.indexes[in.UID] != nil {
			code = "index_already_exists"
		} else {
			f.indexes[in.UID] = &fakeIndex{docs: map[string]map[string]any{}}
		}
		f.task(w, "indexCreation", in.UID, code)
	case "POST swap-indexes":
		f.swap(w, body)
	default:
		f.index(w, r, route, parts[1], body)
	}
}

// index answers the calls below /indexes/{uid}.
func (f *fakeServer) index(w http.ResponseWriter, r *http.Request, route, uid string, body []byte) {
	x := f.indexes[uid]
	if x == nil {
		if r.Method == "GET" || strings.HasSuffix(route, "/search") {
			f.problem(w, 404, "index_not_found", "")
		} else {
			f.task(w, "", uid, "index_not_found")
		}
		return
	}
	switch route {
	case "GET indexes/*/":
		reply(w, 200, map[string]any{"uid": uid, "primaryKey": "key", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"})
	case "DELETE indexes/*/":
		delete(f.indexes, uid)
		f.task(w, "indexDeletion", uid, "")
	case "PATCH indexes/*/settings":
		f.decode(body, &x.settings, "displayedAttributes", "searchableAttributes", "filterableAttributes", "sortableAttributes", "rankingRules", "stopWords",
			"typoTolerance", "faceting", "pagination", "facetSearch", "prefixSearch", "proximityPrecision")
		f.task(w, "settingsUpdate", uid, "")
	case "PUT indexes/*/settings/filterable-attributes":
		if err := json.Unmarshal(body, &x.filterable); err != nil {
			f.t.Errorf("filterable attributes %s: %v", body, err)
		}
		f.task(w, "settingsUpdate", uid, "")
	case "POST indexes/*/documents":
		f.addDocuments(w, r, x, uid, body)
	case "POST indexes/*/documents/delete-batch":
		var keys []string
		f.decode(body, &keys)
		for _, key := range keys {
			delete(x.docs, key)
		}
		x.order = slices.DeleteFunc(x.order, func(key string) bool { return x.docs[key] == nil })
		f.task(w, "documentDeletion", uid, "")
	case "POST indexes/*/search":
		f.search(w, x, body)
	case "GET indexes/*/stats":
		reply(w, 200, map[string]any{"numberOfDocuments": len(x.docs), "rawDocumentDbSize": 4096, "avgDocumentSize": 10, "indexSize": 8192, "usedIndexSize": 4096, "isIndexing": false, "fieldDistribution": map[string]int{}})
	default:
		f.t.Errorf("the adapter calls %s, which the fake does not know", route)
		f.problem(w, 404, "not_found", "")
	}
}

// decode reads a body and reports keys that the OpenAPI does not have.
func (f *fakeServer) decode(body []byte, into any, known ...string) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(body, &keys) == nil {
		for key := range keys {
			if !slices.Contains(known, key) {
				f.t.Errorf("request has the key %q, which is not in the OpenAPI: %s", key, body)
			}
		}
	}
	if err := json.Unmarshal(body, into); err != nil {
		f.t.Errorf("request %.200s: %v", body, err)
	}
}

func (f *fakeServer) addDocuments(w http.ResponseWriter, r *http.Request, x *fakeIndex, uid string, body []byte) {
	var docs []map[string]any
	if err := json.Unmarshal(body, &docs); err != nil || r.URL.Query().Get("primaryKey") != "key" || x.filterable == nil {
		f.t.Errorf("documents: %v; primary key %q; settings first: %v", err, r.URL.Query().Get("primaryKey"), x.filterable != nil)
	}
	if code := f.taskError("documentAdditionOrUpdate"); code != "" {
		f.task(w, "documentAdditionOrUpdate", uid, "")
		return
	}
	for _, doc := range docs {
		key, _ := doc["key"].(string)
		if key == "" || len(key) > 511 || strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			f.t.Errorf("%q is no document id", key)
		}
		if x.docs[key] == nil {
			x.order = append(x.order, key)
		}
		x.docs[key] = flatten("", doc, map[string]any{})
	}
	f.task(w, "documentAdditionOrUpdate", uid, "")
}

// flatten gives nested values the names that filters use: a.b.
func flatten(prefix string, in, out map[string]any) map[string]any {
	for key, v := range in {
		if nested, ok := v.(map[string]any); ok {
			flatten(prefix+key+".", nested, out)
			continue
		}
		out[prefix+key] = v
	}
	return out
}

func (f *fakeServer) taskError(kind string) string {
	if f.failTask == nil {
		return ""
	}
	return f.failTask(kind)
}

// task records a task that is done at once and answers with its summary.
func (f *fakeServer) task(w http.ResponseWriter, kind, uid, code string) {
	if code == "" {
		code = f.taskError(kind)
	}
	n := len(f.tasks)
	task := map[string]any{"uid": n, "indexUid": uid, "status": "succeeded", "type": kind, "enqueuedAt": "2026-01-01T00:00:00Z"}
	if code != "" {
		task["status"] = "failed"
		task["error"] = map[string]any{"message": "fake: " + code, "code": code, "type": "invalid_request", "link": ""}
	}
	f.tasks = append(f.tasks, task)
	reply(w, 202, map[string]any{"taskUid": n, "indexUid": uid, "status": "enqueued", "type": kind, "enqueuedAt": "2026-01-01T00:00:00Z"})
}

func (f *fakeServer) swap(w http.ResponseWriter, body []byte) {
	var swaps []struct {
		Indexes []string `json:"indexes"`
		Rename  bool     `json:"rename"`
	}
	if err := json.Unmarshal(body, &swaps); err != nil || len(swaps) != 1 || len(swaps[0].Indexes) != 2 || swaps[0].Rename {
		f.t.Errorf("swap-indexes %s: %v", body, err)
		return
	}
	a, b := swaps[0].Indexes[0], swaps[0].Indexes[1]
	f.indexes[a], f.indexes[b] = f.indexes[b], f.indexes[a]
	f.task(w, "indexSwap", "", "")
}

type fakeSearch struct {
	Filter      string
	Sort        []string
	Limit       *int
	Offset      int
	HitsPerPage *int
	Page        int
	Facets      []string
	Retrieve    []string `json:"attributesToRetrieve"`
	Q           string
}

// search filters, sorts and cuts, as placeholder search does.
func (f *fakeServer) search(w http.ResponseWriter, x *fakeIndex, body []byte) {
	var in fakeSearch
	f.decode(body, &in, "q", "offset", "limit", "page", "hitsPerPage", "attributesToRetrieve", "filter", "sort", "facets", "matchingStrategy", "hybrid")
	p := &filterParser{rest: in.Filter, index: x}
	test, err := p.or()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("behind the filter: %q", p.rest)
	}
	if err != nil || in.Q != "" {
		f.t.Errorf("filter %q: %v", in.Filter, err)
		f.problem(w, 400, "invalid_search_filter", in.Filter)
		return
	}
	var hits []map[string]any
	for _, key := range x.order {
		if test(x.docs[key]) {
			hits = append(hits, x.docs[key])
		}
	}
	if slices.Equal(in.Sort, []string{"startedAt:desc"}) {
		sort.SliceStable(hits, func(i, j int) bool { return hits[i]["startedAt"].(float64) > hits[j]["startedAt"].(float64) })
	}
	total := min(len(hits), f.maxTotal(x))
	answer := map[string]any{"query": "", "processingTimeMs": 0}
	if len(in.Facets) > 0 {
		answer["facetDistribution"] = distribution(hits, in.Facets)
	}
	if in.HitsPerPage != nil {
		answer["hits"], answer["hitsPerPage"], answer["page"], answer["totalHits"], answer["totalPages"] = []any{}, 0, 1, total, 0
		reply(w, 200, answer)
		return
	}
	limit := 20
	if in.Limit != nil {
		limit = *in.Limit
	}
	from := min(in.Offset, total)
	page := []map[string]any{}
	for _, hit := range hits[from:min(from+limit, total)] {
		kept := map[string]any{}
		for _, field := range in.Retrieve {
			kept[field] = hit[field]
		}
		page = append(page, kept)
	}
	answer["hits"], answer["limit"], answer["offset"], answer["estimatedTotalHits"] = page, limit, in.Offset, total
	reply(w, 200, answer)
}

func (f *fakeServer) maxTotal(x *fakeIndex) int {
	if p, ok := x.settings["pagination"].(map[string]any); ok {
		return int(p["maxTotalHits"].(float64))
	}
	return 1000
}

func distribution(hits []map[string]any, facets []string) map[string]map[string]int {
	counts := map[string]map[string]int{}
	for _, facet := range facets {
		counts[facet] = map[string]int{}
		for _, hit := range hits {
			for _, v := range values(hit[facet]) {
				counts[facet][fmt.Sprint(v)]++
			}
		}
	}
	return counts
}

func values(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func (f *fakeServer) problem(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]any{"message": message, "code": code, "type": "invalid_request", "link": "https://docs.meilisearch.com/errors#" + code})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
