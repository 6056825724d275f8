// Package meili is the search engine on Meilisearch, 1.18 or later, for installations of
// many processes. It finds the same sessions as the embedded engine.
//
// Meilisearch's own search is not used: it reads at most ten words of a query, cannot ask for
// one word in one field and another in the next, cuts Korean otherwise and likes typos where
// none are wanted. Instead words are cut into tokens here (of Hangul pairs of syllables, so
// that any piece of a word finds it), stored in the attribute tokens, once for any field and
// once for their own, and asked for with filters, which are exact. What a filter cannot
// say (the order of the words of a phrase, wildcards, what is one typo away) is asked for as
// near as it can, and checked on the documents it finds. Nothing is left to a matching
// strategy, which is "all" nevertheless.
//
// Sessions are kept in one index for each month; see months.
//
// Bounds: totals and facets of queries that filters cannot say are exact up to maxChecked
// candidates; facets and suggestions count the maxFacetValues most frequent values of each month;
// relevance orders the maxRanked newest sessions.
//
// Of what the server takes at most (its version 1.50), this needs: of 468 bytes for a value 400, of 511
// for a key 200, of 65,536 attributes about 150, of filters 150 deep about 60, of 1,000 hits a page,
// of the 100 MB of a request 16 (more if one session alone has them), of the 2 TiB of an index
// those of a month.
package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

const (
	// requestTimeout bounds one HTTP request; tasks are waited for in many.
	requestTimeout = 30 * time.Second
	// attempts and firstPause: a server that restarts is back within the 6 s or so of them.
	attempts   = 7
	firstPause = 100 * time.Millisecond
	// firstPoll is after how long a task is asked for again, then twice as long each time, up to
	// lastPoll: what is put is to be found within two seconds.
	firstPoll, lastPoll = 10 * time.Millisecond, 250 * time.Millisecond
	// swapWithin bounds the wait for a swap, which nobody can cancel.
	swapWithin = 5 * time.Minute
)

// indexName follows the prefix in the names of indexes; the version follows, and the month.
const indexName = "-sessions-v"

// Index is a search.Engine on a Meilisearch server.
type Index struct {
	client meilisearch.ServiceManager
	http   *http.Client
	where  string // the address, as errors tell it
	prefix string
	now    func() time.Time
	pause  time.Duration // before a call is made the second time
	months *months
	fresh  bool

	rebuilding sync.Mutex
	mu         sync.Mutex
	building   bool            // changes also go to the indexes being built
	touched    map[string]bool // changed by Put or Delete since the build began
}

var _ search.Engine = (*Index)(nil)

var prefixForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// Open connects to a server. key may be empty where the server has no master key; it must be
// allowed search, documents.*, indexes.*, settings.*, tasks.get and stats.get on indexes
// that begin with indexPrefix.
func Open(ctx context.Context, address, key, indexPrefix string) (*Index, error) {
	x, err := newIndex(address, key, indexPrefix)
	if err != nil {
		return nil, err
	}
	if err := x.begin(ctx); err != nil {
		x.http.CloseIdleConnections()
		return nil, fmt.Errorf("open search index: %w", err)
	}
	return x, nil
}

func newIndex(address, key, indexPrefix string) (*Index, error) {
	where, err := url.Parse(address)
	if err != nil || where.Host == "" { // the error itself would show a password in the address
		return nil, errors.New("the address of Meilisearch cannot be read; write it as http://host:7700")
	}
	if !prefixForm.MatchString(indexPrefix) {
		return nil, fmt.Errorf("search index prefix %q: it may hold letters, digits, - and _", indexPrefix)
	}
	httpClient := &http.Client{Timeout: requestTimeout}
	return &Index{
		http: httpClient, where: where.Scheme + "://" + where.Host, prefix: indexPrefix, now: time.Now, pause: firstPause,
		months: newMonths(indexPrefix + indexName + strconv.Itoa(settingsVersion) + "-"),
		// Its own retries count wrongly and do not cover a refused connection; see retry.
		client: meilisearch.New(strings.TrimRight(address, "/"), meilisearch.WithAPIKey(key),
			meilisearch.WithCustomClient(httpClient), meilisearch.DisableRetries()),
	}, nil
}

// begin looks what is there, and ends what others left half done.
func (x *Index) begin(ctx context.Context) error {
	listed, err := x.list(ctx, true)
	if err != nil {
		return err
	}
	for uid := range listed {
		if _, suffix, _ := x.months.parse(uid); suffix == dropSuffix {
			if err := x.settle(ctx, uid); err != nil {
				return err
			}
		}
	}
	months, err := x.filled(ctx, "", true)
	if err != nil {
		return err
	}
	if x.fresh = len(months) == 0; x.fresh {
		return nil
	}
	return x.dropOlder(ctx)
}

// Fresh tells whether Open found no session, so that those there are have to be put.
func (x *Index) Fresh() bool { return x.fresh }

// IDs calls fn with every id; see search.Index. Sessions put meanwhile may be missing.
func (x *Index) IDs(ctx context.Context, projectID string, fn func(id string) error) error {
	filter := everything
	if projectID != "" {
		filter = equals("project", projectOf(projectID))
	}
	w := walk{filter: filter, fields: []string{"id", "order", "startedAt"}, page: maxPage}
	return x.walk(ctx, w, func(f found) (bool, error) { return true, fn(f.ID) })
}

// Bytes is what the documents take of the server's disk, without the indexes beside them, of
// which servers of this range tell nothing; 0 where the server does not tell.
func (x *Index) Bytes(ctx context.Context) (int64, error) {
	var stats *meilisearch.Stats
	err := x.retry(ctx, func() (err error) {
		stats, err = x.client.GetStatsWithContext(ctx, nil)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("size of search index: %w", err)
	}
	total := int64(0)
	for uid, s := range stats.Indexes {
		if size, ok := s.RawDocumentDbSize.(float64); ok && strings.HasPrefix(uid, x.prefix+indexName) {
			total += int64(size)
		}
	}
	return total, nil
}

// Close gives the connections back. The indexes stay on the server.
func (x *Index) Close() error {
	x.http.CloseIdleConnections()
	return nil
}

var errUnreadable = errors.New("the search index holds a session that cannot be read; rebuild it with `afterimage reindex`")
