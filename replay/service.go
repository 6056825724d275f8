package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/dictionary"
	"github.com/afterimage/afterimage/replay/segment"
	"github.com/afterimage/afterimage/replay/signal"
)

// Options are what a [Service] works with; all fields but the last must be set.
type Options struct {
	Store  Store
	Bucket blob.Bucket
	Keys   *segment.Keyring
	Now    func() time.Time
	Log    *slog.Logger
	// DictionaryMinSessions is how many sessions must share what a site dictionary holds; 0 means
	// [dictionary.MinSessionsDefault].
	DictionaryMinSessions int
}

// Service takes batches in, gives sessions back, seals, erases and verifies them. Safe
// for concurrent use. Any number of processes may run one on the same store and bucket, if
// the bucket is not a folder.
type Service struct {
	store  Store
	bucket blob.Bucket
	keys   *segment.Keyring
	now    func() time.Time
	log    *slog.Logger

	rules        dictionary.Rules
	dictionaries held[*segment.Dictionary]
	footers      held[*segment.Footer]
	answers      held[map[ask]answer] // by session

	claims   *claimCache
	claiming singleflight.Group // by session
	packs    *packWriter
	large    chan struct{} // one token per large upload in memory
}

// NewService starts a service. Close ends it.
func NewService(o Options) (*Service, error) {
	if o.Store == nil || o.Bucket == nil || o.Keys == nil || o.Now == nil || o.Log == nil {
		return nil, errors.New("replay: an option is missing")
	}
	s := &Service{
		store: o.Store, bucket: o.Bucket, keys: o.Keys, now: o.Now, log: o.Log,
		rules:  dictionary.Rules{MinSessions: o.DictionaryMinSessions},
		claims: newClaimCache(claimsCachedMax),
		large:  make(chan struct{}, largeUploadsAtOnceMax),
	}
	if _, appends := o.Bucket.(blob.Appender); appends {
		// A folder has one process, this one, and whatever pack another left is never appended to.
		if err := o.Store.ClosePacks(context.Background(), packPrefix); err != nil {
			return nil, fmt.Errorf("replay: close packs of the last run: %w", err)
		}
	}
	s.packs = newPackWriter(o.Store, o.Bucket, o.Now, o.Log)
	return s, nil
}

// Close refuses new uploads with [ErrBusy], finishes those that wait, and stops. It
// returns ctx's error if that takes too long.
func (s *Service) Close(ctx context.Context) error { return s.packs.close(ctx) }

func (s *Service) nowMs() int64 { return s.now().UnixMilli() }

// Session returns one session of a project (of any project, if that is empty), or [ErrNotFound] or [ErrErased].
func (s *Service) Session(ctx context.Context, projectID, id string) (Session, error) {
	return s.store.Session(ctx, projectID, id)
}

// summarise turns what was found in a batch into what it adds to its session.
func summarise(found *signal.Batch, tabID string) ([]Moment, Summary) {
	sum := Summary{ActiveMs: found.ActiveMs, FirstActiveAt: found.FirstActiveAt, LastActiveAt: found.LastActiveAt,
		Referrer: found.Referrer, Vitals: found.Vitals}
	if p := found.Person; p != nil {
		sum.User = User{ID: p.ID, Email: p.Email, Traits: p.Traits}
	}
	moments := make([]Moment, 0, len(found.Moments))
	for _, m := range found.Moments {
		moments = append(moments, Moment{At: m.At, Kind: m.Kind, Label: m.Label, Selector: m.Selector, Data: m.Data})
		count(&sum.Counts, m.Kind)
		if m.Kind == signal.KindPage && len(sum.Pages) < PagesPerSessionMax {
			sum.Pages = append(sum.Pages, pageOf(m, tabID))
		}
	}
	return moments, sum
}

func count(c *Counts, kind string) {
	switch kind {
	case signal.KindPage:
		c.Pages++
	case signal.KindClick:
		c.Clicks++
	case signal.KindError:
		c.Errors++
	case signal.KindConsole:
		c.ConsoleErrors++
	case signal.KindRequest:
		c.FailedRequests++
	case signal.KindResponse:
		c.Responses++
	case signal.KindCustom:
		c.Custom++
	}
}
