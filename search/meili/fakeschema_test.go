package meili

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// What follows are facts of Meilisearch's published OpenAPI 3.1 description, version 1.53.0: of the
// calls, fields and codes that the adapter uses, and of no others. The fake server holds every
// request and every answer against them.
//
// A shape lists fields and their types, separated by commas: ! behind a name marks one that has to be
// there. Types are string, int (from 0 on), bool, time, any, the name of a shape (capital letter) or of an
// enum; [T] is a list, <T> a map by name, and T? may be null.

const publishedVersion = "1.53.0"

var publishedShapes = map[string]string{
	"NewIndex": "uid! string, primaryKey string?",
	"Summary":  "taskUid! int, indexUid string?, status! status, type! kind, enqueuedAt! time",
	"Task": "uid! int, indexUid string?, status! status, type! kind, error Error?, enqueuedAt! string, startedAt string, finishedAt string, canceledBy int?, batchUid int?, duration string?, " +
		"details Any?",
	"Tasks":         "results! [Task], total! int, limit! int, from int?, next int?",
	"Error":         "message! string, code! code, type! errorType, link! string",
	"Stats":         "databaseSize! int, usedDatabaseSize! int, lastUpdate time?, indexes! <IndexStats>",
	"IndexStats":    "numberOfDocuments! int, indexSize! int, usedIndexSize! int, rawDocumentDbSize! int, avgDocumentSize! int, isIndexing! bool, fieldDistribution! <int>",
	"Swap":          "indexes! [string], rename bool",
	"Settings":      "searchableAttributes [string]?, sortableAttributes [string]?, rankingRules [string]?, typoTolerance Typo?, prefixSearch prefixSearch?, searchCutoffMs int?, pagination Pagination?, faceting Faceting?",
	"Typo":          "enabled bool?, minWordSizeForTypos TypoSizes?, disableOnWords [string]?, disableOnAttributes [string]?, disableOnNumbers bool?",
	"TypoSizes":     "oneTypo int?, twoTypos int?",
	"Pagination":    "maxTotalHits int?",
	"Faceting":      "maxValuesPerFacet int?, sortFacetValuesBy <facetSort>?",
	"Rule":          "attributePatterns! [string], features Features",
	"Features":      "facetSearch bool, filter FilterFeature",
	"FilterFeature": "equality bool, comparison bool",
	"MultiSearch":   "queries! [Query]",
	// The description gives facets as the server's own type, its prose and examples as a list.
	"Query": "indexUid! string, q string?, limit int?, hitsPerPage int?, attributesToRetrieve [string]?, filter any, sort [string]?, facets [string]?, matchingStrategy matching, hybrid Any?",
	// Of a multi-search the description gives the federated answer only; that it is a list of answers, each
	// with its index, is of the server (1.50).
	"Answers": "results! [Answer]",
	"Answer": "indexUid! string, hits! [any], query! string, processingTimeMs! int, facetDistribution <<int>>?, facetStats <any>?, " +
		"limit int, offset int, estimatedTotalHits int, hitsPerPage int, page int, totalPages int, totalHits int",
}

var publishedEnums = map[string][]string{
	"status":       {"enqueued", "processing", "succeeded", "failed", "canceled"},
	"kind":         {"documentAdditionOrUpdate", "documentDeletion", "settingsUpdate", "indexCreation", "indexDeletion", "indexSwap"},
	"errorType":    {"internal", "invalid_request", "auth", "system"},
	"prefixSearch": {"indexingTime", "disabled"},
	"facetSort":    {"alpha", "count"},
	"matching":     {"last", "all", "frequency"},
	"code": {"index_not_found", "index_already_exists", "invalid_search_filter", "invalid_search_sort", "invalid_search_facets", "invalid_document_id",
		"invalid_index_uid", "invalid_swap_indexes", "invalid_swap_duplicate_index_found", "invalid_api_key", "missing_authorization_header", "bad_request",
		"task_not_found", "too_many_search_requests", "payload_too_large", "no_space_left_on_device", "internal"},
}

// endpoint is a call: what its query, body and answer are.
type endpoint struct {
	query  map[string]string // names and types; lists are comma-separated
	body   string            // type; empty for none
	status int
	answer string
}

// publishedCalls are by method and path; * stands for the name of an index or the number of a task.
var publishedCalls = map[string]endpoint{
	"GET /stats":                {status: 200, answer: "Stats"},
	"GET /tasks":                {query: map[string]string{"limit": "int", "statuses": "status", "types": "kind"}, status: 200, answer: "Tasks"},
	"GET /tasks/*":              {status: 200, answer: "Task"},
	"POST /indexes":             {body: "NewIndex", status: 202, answer: "Summary"},
	"DELETE /indexes/*":         {status: 202, answer: "Summary"},
	"PATCH /indexes/*/settings": {body: "Settings", status: 202, answer: "Summary"},
	"GET /indexes/*/settings/filterable-attributes": {status: 200, answer: "[Rule]"},
	"PUT /indexes/*/settings/filterable-attributes": {body: "[Rule]", status: 202, answer: "Summary"},
	"POST /indexes/*/documents":                     {query: map[string]string{"primaryKey": "string"}, body: "[any]", status: 202, answer: "Summary"},
	"POST /indexes/*/documents/delete-batch":        {body: "[string]", status: 202, answer: "Summary"},
	"POST /multi-search":                            {body: "MultiSearch", status: 200, answer: "Answers"},
	"POST /swap-indexes":                            {body: "[Swap]", status: 202, answer: "Summary"},
}

// checkShape tells what a JSON value has that its published type has not.
func checkShape(kind string, v any) error {
	if rest, nullable := strings.CutSuffix(kind, "?"); nullable {
		if v == nil {
			return nil
		}
		kind = rest
	}
	switch kind[0] {
	case '[':
		list, ok := v.([]any)
		for i, item := range list {
			if err := checkShape(kind[1:len(kind)-1], item); err != nil {
				return fmt.Errorf("[%d]%w", i, err)
			}
		}
		return unless(ok, kind, v)
	case '<':
		values, ok := v.(map[string]any)
		for name, item := range values {
			if err := checkShape(kind[1:len(kind)-1], item); err != nil {
				return fmt.Errorf(".%s%w", name, err)
			}
		}
		return unless(ok, kind, v)
	}
	if kind[0] >= 'A' && kind[0] <= 'Z' && kind != "Any" {
		return checkObject(kind, v)
	}
	return checkScalar(kind, v)
}

func unless(ok bool, kind string, v any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(" is no %s: %.100v", kind, v)
}

func checkScalar(kind string, v any) error {
	text, isText := v.(string)
	n, isNumber := v.(float64)
	_, isBool := v.(bool)
	if values, ok := publishedEnums[kind]; ok {
		return unless(isText && slices.Contains(values, text), kind, v)
	}
	switch kind {
	case "any", "Any":
		return nil
	case "string":
		return unless(isText, kind, v)
	case "time":
		_, err := time.Parse(time.RFC3339Nano, text)
		return unless(err == nil, kind, v)
	case "bool":
		return unless(isBool, kind, v)
	case "int":
		return unless(isNumber && n >= 0 && n == math.Trunc(n), kind, v)
	}
	return fmt.Errorf(": the table has no type %q", kind)
}

func checkObject(kind string, v any) error {
	object, ok := v.(map[string]any)
	shape, known := publishedShapes[kind]
	if !ok || !known {
		return unless(false, kind, v)
	}
	seen := 0
	for _, field := range strings.Split(shape, ", ") {
		name, kind, _ := strings.Cut(field, " ")
		name, required := strings.CutSuffix(name, "!")
		value, there := object[name]
		if !there {
			if required {
				return fmt.Errorf(" has no %s", name)
			}
			continue
		}
		seen++
		if err := checkShape(kind, value); err != nil {
			return fmt.Errorf(".%s%w", name, err)
		}
	}
	if seen < len(object) {
		return fmt.Errorf(" (%s) has a field that is not in the table: %.300v", kind, object)
	}
	return nil
}

// checkJSON parses a body and checks it.
func checkJSON(kind string, body []byte) (any, error) {
	if kind == "" {
		if len(body) > 0 {
			return nil, fmt.Errorf("a body where there is none: %.100s", body)
		}
		return nil, nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	if err := checkShape(kind, v); err != nil {
		return nil, fmt.Errorf("%s%w", kind, err)
	}
	return v, nil
}

// TestFakeServerIsStrict holds that requests which the published API (1.53.0) does not have are found.
func TestFakeServerIsStrict(t *testing.T) {
	for kind, bodies := range map[string][]string{
		"MultiSearch": {`{"queries":[{"indexUid":"a","limit":-1}]}`, `{"queries":[{"indexUid":"a","limits":1}]}`, `{"queries":[{"q":""}]}`, `{}`,
			`{"queries":[{"indexUid":"a","matchingStrategy":"any"}]}`, `{"queries":[{"indexUid":"a","sort":"startedAt:desc"}]}`, `{"queries":{}}`},
		"Settings": {`{"typoTolerance":{"enabled":"no"}}`, `{"faceting":{"sortFacetValuesBy":{"*":"size"}}}`, `{"searchable":[]}`, `{"prefixSearch":"off"}`},
		"[Rule]":   {`[{"features":{}}]`, `["a"]`, `[{"attributePatterns":["a"],"features":{"filter":{"equal":true}}}]`},
		"Summary":  {`{"taskUid":1.5,"status":"enqueued","type":"indexSwap","enqueuedAt":"2026-01-01T00:00:00Z"}`, `{"taskUid":1,"status":"done","type":"indexSwap","enqueuedAt":"2026-01-01T00:00:00Z"}`},
		"":         {`{}`},
	} {
		for _, body := range bodies {
			if _, err := checkJSON(kind, []byte(body)); err == nil {
				t.Errorf("%s: %s passes, but version %s has no such", kind, body, publishedVersion)
			}
		}
	}
}
