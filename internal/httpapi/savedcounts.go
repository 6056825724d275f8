package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterimage/afterimage/search"
)

// notCounted is the count of a query that is refused, or that was not counted in time.
const notCounted = -1

// savedCounts counts what saved searches find, for lists that many people watch: one count
// holds for savedCountsAge, and however often a project's list is asked for, it is counted once at a time.
type savedCounts struct {
	index search.Index
	now   func() time.Time
	log   *slog.Logger

	mu       sync.Mutex
	projects map[string]*projectCounts
}

// projectCounts are the counts of one project. Whoever holds its lock counts; the others wait, and find what it found.
type projectCounts struct {
	mu     sync.Mutex
	counts map[savedKey]savedCount
}

// savedKey is what a count depends on, beside the project and the time.
type savedKey struct{ query, period, zone string }

type savedCount struct {
	n  int64
	at time.Time
}

func newSavedCounts(index search.Index, now func() time.Time, log *slog.Logger) *savedCounts {
	return &savedCounts{index: index, now: now, log: log, projects: map[string]*projectCounts{}}
}

// of returns how many sessions each search finds now; notCounted where that cannot be told.
func (s *savedCounts) of(ctx context.Context, projectID string, saved []search.Saved, zone *time.Location) []int64 {
	ctx, cancel := context.WithTimeout(ctx, savedCountsTime)
	defer cancel()
	p := s.project(projectID)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(s.now())
	wanted := map[savedKey]bool{}
	for i := range saved {
		if key := keyOf(&saved[i], zone); p.counts[key].at.IsZero() {
			wanted[key] = true
		}
	}
	found := make(chan func(), len(wanted))
	var counting errgroup.Group
	counting.SetLimit(savedCountsAtOnce)
	for key := range wanted {
		counting.Go(func() error {
			return guard(func() error {
				n, err := s.count(ctx, projectID, key, zone)
				if err == nil {
					found <- func() { p.counts[key] = savedCount{n, s.now()} }
				}
				return nil
			})
		})
	}
	if err := counting.Wait(); err != nil {
		s.log.Error("saved searches were not counted", "error", err)
	}
	close(found)
	for keep := range found {
		keep()
	}
	out := make([]int64, len(saved))
	for i := range saved {
		out[i] = notCounted
		if c, ok := p.counts[keyOf(&saved[i], zone)]; ok {
			out[i] = c.n
		}
	}
	return out
}

func keyOf(s *search.Saved, zone *time.Location) savedKey {
	return savedKey{s.Query, s.Period, zone.String()}
}

func (s *savedCounts) project(id string) *projectCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.projects[id]
	if p == nil {
		p = &projectCounts{counts: map[savedKey]savedCount{}}
		s.projects[id] = p
	}
	return p
}

// forget drops counts that are too old, so that only what is looked at takes memory.
func (p *projectCounts) forget(now time.Time) {
	for key, c := range p.counts {
		if now.Sub(c.at) >= savedCountsAge {
			delete(p.counts, key)
		}
	}
}

// count asks the index. A query that it refuses is notCounted; an error means that the engine does not answer.
func (s *savedCounts) count(ctx context.Context, projectID string, key savedKey, zone *time.Location) (int64, error) {
	parsed, err := search.ParseIn(key.query, zone)
	back, ok := periodOf(key.period)
	if err != nil || !ok {
		return notCounted, nil
	}
	now := s.now()
	r := search.Request{ProjectID: projectID, Query: parsed, Limit: 1, WithTotal: true, Now: now.UnixMilli()}
	if back > 0 {
		r.From = now.Add(-back).UnixMilli()
	}
	result, err := s.index.Search(ctx, r)
	if errors.Is(err, search.ErrQuery) {
		return notCounted, nil
	}
	return result.Total, err
}
