// Package meili is the search engine on Meilisearch, 1.18 or later, for installations of
// many processes. It finds the same sessions as the embedded engine: words are cut into
// tokens here and asked for with filters, which Meilisearch answers exactly, without typos
// and without its limit of ten words; what a filter cannot say (the order of the words of
// a phrase, wildcards) is checked on the documents it finds.
package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

// settingsVersion changes whenever the settings or the records change. It is part of the
// index's name, so that an index is never read with settings it was not made for.
const settingsVersion = "1"

const (
	// requestTimeout bounds one HTTP request; tasks are waited for in many.
	requestTimeout = 30 * time.Second
	// attempts and firstPause: a server that restarts is back within the 6 s or so of them.
	attempts   = 6
	firstPause = 100 * time.Millisecond
	// pollInterval is how often a task is asked after.
	pollInterval = 25 * time.Millisecond
	// putDocs and putBytes bound what one request brings; the server takes 100 MB.
	putDocs, putBytes = 1000, 16 << 20
	// maxTotalHits lifts the 1000 hits beyond which Meilisearch neither counts nor lists.
	maxTotalHits = 100_000_000
	// maxFacetValues is how many values of a facet are counted, the most frequent first.
	maxFacetValues = 1000
)

// Index is a search.Index on a Meilisearch server.
type Index struct {
	client meilisearch.ServiceManager
	http   *http.Client
	uid    string
	fresh  bool

	rebuilding sync.Mutex
	mu         sync.Mutex
	building   bool            // changes also go to the index being built
	touched    map[string]bool // changed by Put or Delete since the build began
}

var _ search.Index = (*Index)(nil)

var prefixForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// Open connects to a server and makes the index, with its settings, where there is none.
// key may be empty where the server has no master key; it must be allowed to do
// everything with indexes that begin with indexPrefix.
func Open(ctx context.Context, url, key, indexPrefix string) (*Index, error) {
	if !prefixForm.MatchString(indexPrefix) {
		return nil, fmt.Errorf("search index prefix %q: it may hold letters, digits, - and _", indexPrefix)
	}
	httpClient := &http.Client{Timeout: requestTimeout}
	x := &Index{
		http: httpClient,
		uid:  indexPrefix + "-sessions-v" + settingsVersion,
		// Its own retries count wrongly and do not cover a refused connection; see retry.
		client: meilisearch.New(strings.TrimRight(url, "/"), meilisearch.WithAPIKey(key),
			meilisearch.WithCustomClient(httpClient), meilisearch.DisableRetries()),
	}
	made, err := x.ensure(ctx, x.uid)
	if err != nil {
		httpClient.CloseIdleConnections()
		return nil, fmt.Errorf("open search index: %w", err)
	}
	x.fresh = made
	return x, nil
}

// Fresh tells whether Open made an empty index, which has to be filled with Rebuild if
// there are sessions.
func (x *Index) Fresh() bool { return x.fresh }

func (x *Index) nextUID() string { return x.uid + "-next" }

// ensure makes an index where there is none and applies the settings, before any document
// comes: changing them later would index everything again.
func (x *Index) ensure(ctx context.Context, uid string) (made bool, err error) {
	err = x.retry(ctx, func() error {
		_, err := x.client.GetIndexWithContext(ctx, uid)
		return err
	})
	if err == nil {
		return false, x.applySettings(ctx, uid)
	}
	if statusOf(err) != http.StatusNotFound {
		return false, err
	}
	err = x.task(ctx, func() (*meilisearch.TaskInfo, error) {
		return x.client.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: uid, PrimaryKey: "key"})
	})
	if err != nil && taskCode(err) != "failed index_already_exists" { // another process was faster
		return false, err
	}
	return true, x.applySettings(ctx, uid)
}

// applySettings tells the server what is filtered and sorted by. Settings that are as they
// were cost the server nothing.
func (x *Index) applySettings(ctx context.Context, uid string) error {
	index := x.client.Index(uid)
	disabled := "disabled"
	if err := x.task(ctx, func() (*meilisearch.TaskInfo, error) {
		return index.UpdateSettingsWithContext(ctx, &meilisearch.Settings{
			RankingRules: []string{"sort"},
			// Nothing is searched for by Meilisearch's own words, so it need not index any. An
			// empty list would be left out by the client and mean all.
			SearchableAttributes: []string{"key"},
			SortableAttributes:   []string{"startedAt"},
			TypoTolerance:        &meilisearch.TypoTolerance{Enabled: false, MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 5, TwoTypos: 9}, DisableOnWords: []string{}, DisableOnAttributes: []string{}},
			PrefixSearch:         &disabled,
			Pagination:           &meilisearch.Pagination{MaxTotalHits: maxTotalHits},
			Faceting:             &meilisearch.Faceting{MaxValuesPerFacet: maxFacetValues, SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": "count"}},
		})
	}); err != nil {
		return err
	}
	filterable := []any{
		filterRule(false, "project", "tokens", "tags", "facets.*"),
		filterRule(true, "startedAt", "endedAt", "numbers.*"),
	}
	return x.task(ctx, func() (*meilisearch.TaskInfo, error) {
		return index.UpdateFilterableAttributesWithContext(ctx, &filterable)
	})
}

// filterRule is a rule of filterableAttributes: equality only, or also < and TO, which
// cost the index more.
func filterRule(comparison bool, patterns ...string) map[string]any {
	return map[string]any{
		"attributePatterns": patterns,
		"features": map[string]any{
			"facetSearch": false,
			"filter":      map[string]any{"equality": true, "comparison": comparison},
		},
	}
}

// Put stores documents; see search.Index.
func (x *Index) Put(ctx context.Context, docs []search.Document) error {
	records, err := recordsOf(docs)
	if err != nil {
		return err
	}
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	return x.change(ctx, ids, func(uid string) error { return x.put(ctx, uid, records) })
}

// Delete removes documents; see search.Index. Meilisearch frees their space in its file
// but does not say when it is written over.
func (x *Index) Delete(ctx context.Context, ids []string) error {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = keyOf(id)
	}
	return x.change(ctx, ids, func(uid string) error {
		return x.task(ctx, func() (*meilisearch.TaskInfo, error) {
			return x.client.Index(uid).DeleteDocumentsWithContext(ctx, keys, nil)
		})
	})
}

// change applies a change to the index, and to the one being built.
func (x *Index) change(ctx context.Context, ids []string, do func(uid string) error) error {
	if err := ctx.Err(); err != nil || len(ids) == 0 {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.building {
		for _, id := range ids {
			x.touched[id] = true
		}
		if err := do(x.nextUID()); err != nil {
			return fmt.Errorf("write search index: %w", err)
		}
	}
	if err := do(x.uid); err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	return nil
}

// recordsOf makes the records of documents; of several with the same id the last counts.
func recordsOf(docs []search.Document) ([]record, error) {
	last := make(map[string]int, len(docs))
	for i := range docs {
		last[docs[i].ID] = i
	}
	records := make([]record, 0, len(docs))
	for i := range docs {
		if last[docs[i].ID] != i {
			continue
		}
		r, err := recordOf(&docs[i])
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// put stores records in requests of bounded size and waits for the server to have them.
func (x *Index) put(ctx context.Context, uid string, records []record) error {
	primaryKey := "key"
	for len(records) > 0 {
		n, size := 0, 0
		for n < len(records) && n < putDocs && (n == 0 || size < putBytes) {
			size += len(records[n].Doc)
			for _, token := range records[n].Tokens {
				size += len(token) + 3
			}
			n++
		}
		batch := records[:n]
		if err := x.task(ctx, func() (*meilisearch.TaskInfo, error) {
			return x.client.Index(uid).AddDocumentsWithContext(ctx, batch, &meilisearch.DocumentOptions{PrimaryKey: &primaryKey})
		}); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

// IDs calls fn with every id; see search.Index. Sessions put meanwhile may be missing.
func (x *Index) IDs(ctx context.Context, projectID string, fn func(id string) error) error {
	filter := everything
	if projectID != "" {
		filter = equals("project", projectOf(projectID))
	}
	w := walk{uid: x.uid, filter: filter, fields: []string{"id", "startedAt"}, page: maxPage}
	return x.walk(ctx, w, func(f found) (bool, error) { return true, fn(f.ID) })
}

// Bytes is what the documents take of the server's disk, without the index beside them, of
// which servers of this range tell nothing; 0 where the server does not tell.
func (x *Index) Bytes(ctx context.Context) (int64, error) {
	var stats *meilisearch.StatsIndex
	err := x.retry(ctx, func() (err error) {
		stats, err = x.client.Index(x.uid).GetStatsWithContext(ctx, nil)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("size of search index: %w", err)
	}
	size, ok := stats.RawDocumentDbSize.(float64)
	if !ok {
		return 0, nil
	}
	return int64(size), nil
}

// Close gives the connections back. The index stays on the server.
func (x *Index) Close() error {
	x.http.CloseIdleConnections()
	return nil
}

// errTask is a task that the server took and then failed at.
type errTask struct{ code string }

func (e *errTask) Error() string {
	return "Meilisearch failed at a task: " + e.code + "; its log says more"
}

func taskCode(err error) string {
	var t *errTask
	if errors.As(err, &t) {
		return t.code
	}
	return ""
}
