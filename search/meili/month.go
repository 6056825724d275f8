package meili

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	meilisearch "github.com/meilisearch/meilisearch-go"
)

// Sessions are kept in one index per month of their start, UTC: recent ones are found without
// touching old ones, and a month that retention emptied is dropped, file and all.
//
// Everything before firstMonth is in its index, and everything after lastMonth in that one, so
// that no clock, however wrong, makes more than 1,200 indexes. Only months that are on the
// server are asked; nobody counts from 1970 on.
const (
	firstMonth = "200001"
	lastMonth  = "209912"
)

// Indexes of one month besides the one that is searched.
const (
	nextSuffix = "-next" // being built by Rebuild
	dropSuffix = "-drop" // on its way out; see drop
)

// listedFor is for how long the list of months is believed: as long as a session of a month that
// another process began may be missing. What this process stores is found at once.
const listedFor = time.Second

var monthForm = regexp.MustCompile(`^[0-9]{6}$`)

// monthOf gives the month that a session which started at a time, unix ms, is kept in.
func monthOf(startedAt int64) string {
	if startedAt < startOf(firstMonth) {
		return firstMonth
	}
	if startedAt >= startOf(lastMonth) {
		return lastMonth
	}
	return time.UnixMilli(startedAt).UTC().Format("200601")
}

// startOf gives when a month begins, unix ms.
func startOf(month string) int64 {
	t, err := time.Parse("200601", month)
	if err != nil { // months come from monthOf, or were checked by parseUID
		return 0
	}
	return t.UnixMilli()
}

// spanOf gives the times, unix ms, that a month holds: from inclusive, to exclusive.
func spanOf(month string) (from, to int64) {
	from, to = -maxInteger, maxInteger+1
	if month > firstMonth {
		from = startOf(month)
	}
	if month < lastMonth {
		to = time.UnixMilli(startOf(month)).UTC().AddDate(0, 1, 0).UnixMilli()
	}
	return from, to
}

// months knows which indexes of this version are on the server.
type months struct {
	base string // what their names begin with, before the month
	// of and span are monthOf and spanOf; tests have shorter months.
	of   func(startedAt int64) string
	span func(month string) (from, to int64)

	asking chan struct{} // holds one while the server is asked, so that it is asked once

	mu     sync.Mutex
	at     time.Time        // of the list; zero: none
	listed map[string]int64 // documents by index
	stored map[string]bool  // that this process has put documents into
	ready  map[string]bool  // that have their settings, as far as this process knows
}

func newMonths(base string) *months {
	return &months{base: base, of: monthOf, span: spanOf, asking: make(chan struct{}, 1), stored: map[string]bool{}, ready: map[string]bool{}}
}

// uid gives the name of an index of a month.
func (m *months) uid(month, suffix string) string { return m.base + month + suffix }

// parse reads the name of an index of this version.
func (m *months) parse(uid string) (month, suffix string, ok bool) {
	rest, ok := strings.CutPrefix(uid, m.base)
	if !ok || len(rest) < len(firstMonth) {
		return "", "", false
	}
	month, suffix = rest[:len(firstMonth)], rest[len(firstMonth):]
	known := suffix == "" || suffix == nextSuffix || suffix == dropSuffix
	return month, suffix, known && monthForm.MatchString(month)
}

// list asks the server which of our indexes there are, unless it is known; fresh asks anyway.
func (x *Index) list(ctx context.Context, fresh bool) (map[string]int64, error) {
	m := x.months
	select {
	case m.asking <- struct{}{}:
		defer func() { <-m.asking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	at := x.now()
	if listed := m.known(at); listed != nil && !fresh {
		return listed, nil
	}
	var stats *meilisearch.Stats
	if err := x.retry(ctx, func() (err error) {
		stats, err = x.client.GetStatsWithContext(ctx, nil)
		return err
	}); err != nil {
		return nil, fmt.Errorf("list the months: %w", err)
	}
	listed := map[string]int64{}
	for uid, s := range stats.Indexes {
		if _, _, ours := m.parse(uid); ours {
			listed[uid] = s.NumberOfDocuments
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.listed = at, listed
	return listed, nil
}

// known gives the list if it is young enough.
func (m *months) known(at time.Time) map[string]int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.listed == nil || at.Sub(m.at) >= listedFor {
		return nil
	}
	return m.listed
}

// filled gives the indexes with a suffix that hold documents, the newest month first. An index
// without any is not asked: it may not have its settings yet.
func (x *Index) filled(ctx context.Context, suffix string, fresh bool) ([]string, error) {
	listed, err := x.list(ctx, fresh)
	if err != nil {
		return nil, err
	}
	m := x.months
	m.mu.Lock()
	defer m.mu.Unlock()
	found := maps.Clone(m.stored)
	for uid, n := range listed {
		found[uid] = found[uid] || n > 0
	}
	var uids []string
	for uid, has := range found {
		if _, s, _ := m.parse(uid); has && s == suffix {
			uids = append(uids, uid)
		}
	}
	slices.Sort(uids)
	slices.Reverse(uids)
	return uids, nil
}

// note remembers that an index holds documents of this process.
func (m *months) note(uid string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stored[uid] = true
}

// forget drops what is known of indexes, all without names, so that the server is asked again.
func (m *months) forget(uids ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listed = nil
	if len(uids) == 0 {
		clear(m.stored)
		clear(m.ready)
	}
	for _, uid := range uids {
		delete(m.stored, uid)
		delete(m.ready, uid)
	}
}

func (m *months) isReady(uid string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ready[uid]
}

func (m *months) setReady(uid string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ready[uid] = true
}

// emptyFor is how long a month has to be over before it is dropped when its last session goes:
// uploads that are late still begin sessions in it.
const emptyFor = 48 * time.Hour

// dropEmpty drops the months that hold nothing more and are over.
func (x *Index) dropEmpty(ctx context.Context) error {
	listed, err := x.list(ctx, true)
	if err != nil {
		return err
	}
	for uid, n := range listed {
		month, suffix, _ := x.months.parse(uid)
		_, to := x.months.span(month)
		if n == 0 && suffix == "" && x.now().UnixMilli() >= to+emptyFor.Milliseconds() {
			err = errors.Join(err, x.drop(ctx, uid))
		}
	}
	return err
}

// drop removes the empty index of a month. Another process may put sessions into it meanwhile, so
// that it gets another name first; what is in it then is put back.
func (x *Index) drop(ctx context.Context, uid string) error {
	x.months.forget(uid)
	month, _, _ := x.months.parse(uid)
	away := x.months.uid(month, dropSuffix)
	if err := x.settle(ctx, away); err != nil { // what an earlier one left
		return err
	}
	if err := x.swap(ctx, &meilisearch.SwapIndexesParams{Indexes: []string{uid, away}, Rename: true}); err != nil {
		if isCode(err, codeNotFound) { // somebody else was faster
			return nil
		}
		return fmt.Errorf("drop an empty month: %w", err)
	}
	return x.settle(ctx, away)
}

// settle ends what drop began, also in a process that is no more: sessions that came in the last
// moment are put where they belong, unless they are there again, and the index is deleted.
func (x *Index) settle(ctx context.Context, away string) error {
	listed, err := x.list(ctx, true)
	if err != nil {
		return err
	}
	n, there := listed[away]
	if !there {
		return nil
	}
	if n > 0 {
		if err := x.applySettings(ctx, away); err != nil {
			return err
		}
		if err := x.putBack(ctx, away); err != nil {
			return fmt.Errorf("put back what came while a month was dropped: %w", err)
		}
	}
	return x.deleteIndex(ctx, away)
}

// deleteIndex deletes an index; one that is not there is no error.
func (x *Index) deleteIndex(ctx context.Context, uid string) error {
	err := x.task(ctx, func() (*meilisearch.TaskInfo, error) { return x.client.DeleteIndexWithContext(ctx, uid) })
	x.months.forget(uid)
	if isCode(err, codeNotFound) {
		return nil
	}
	return err
}
