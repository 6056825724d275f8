package replay

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/segment"
)

// unseenMsMin is the shortest stretch without a picture that is told of: between a page's meta event and
// its full snapshot lies the time that taking the snapshot took.
const unseenMsMin = 1_000

// Tabs returns the tabs of a session, the one that began first first, with what is missing of each.
func (s *Service) Tabs(ctx context.Context, sess *Session) ([]Tab, error) {
	if sess.State == StateSealed && sess.Tabs != nil {
		return sess.Tabs, nil
	}
	batches, err := s.store.Batches(ctx, sess.ID)
	if err != nil {
		return nil, fmt.Errorf("replay: tabs: %w", err)
	}
	tabs := tabsOf(batches, sess.ClockOffsetMs)
	for i := range tabs {
		tabs[i].unseenStart()
	}
	return tabs, nil
}

// tabsOf sums up batches, which are ordered by tab and seq.
func tabsOf(batches []Batch, offset int64) []Tab {
	tabs := []Tab{}
	var last *Batch
	for i := range batches {
		b := &batches[i]
		if last == nil || last.TabID != b.TabID {
			tabs = append(tabs, Tab{ID: b.TabID, StartedAt: b.FirstAt + offset, EndedAt: b.LastAt + offset})
			last = nil
		}
		t := &tabs[len(tabs)-1]
		t.StartedAt, t.EndedAt = min(t.StartedAt, b.FirstAt+offset), max(t.EndedAt, b.LastAt+offset)
		t.Events += int64(b.Events)
		if !t.Playable && b.SnapshotAt != 0 {
			t.Playable, t.PlayableFrom = true, b.SnapshotAt+offset
		}
		gap := Gap{Why: segment.MissingBatches, ToSeq: b.Seq - 1, From: b.FirstAt + offset, To: b.FirstAt + offset}
		if last != nil {
			gap.FromSeq, gap.From = last.Seq+1, min(last.LastAt, b.FirstAt)+offset
		}
		if gap.FromSeq <= gap.ToSeq {
			t.Missing = append(t.Missing, gap)
		}
		last = b
	}
	slices.SortStableFunc(tabs, func(a, b Tab) int { return cmp.Compare(a.StartedAt, b.StartedAt) })
	return tabs
}

// unseenStart notes that the first full snapshot came late or never.
func (t *Tab) unseenStart() {
	to := t.EndedAt
	if t.Playable {
		to = t.PlayableFrom
	}
	t.unseen(t.StartedAt, to)
}

// unseen notes a stretch of which there is no picture.
func (t *Tab) unseen(from, to int64) {
	if to-from < unseenMsMin && t.Playable {
		return
	}
	t.Missing = append(t.Missing, Gap{Why: segment.MissingSnapshot, FromSeq: -1, ToSeq: -1, From: from, To: to})
	slices.SortStableFunc(t.Missing, func(a, b Gap) int { return cmp.Compare(a.From, b.From) })
}

// index returns what a sealed session's footer says of a tab.
func (t *Tab) index(offset int64) segment.TabIndex {
	x := segment.TabIndex{ID: t.ID, StartedAt: t.StartedAt - offset, EndedAt: t.EndedAt - offset, Events: t.Events}
	if t.Playable {
		x.PlayableFrom = t.PlayableFrom - offset
	}
	for _, g := range t.Missing {
		x.Missing = append(x.Missing, segment.Missing{Why: g.Why, FromSeq: g.FromSeq, ToSeq: g.ToSeq, From: g.From - offset, To: g.To - offset})
	}
	return x
}

// watcher follows a tab's page through its events and notes on the tab when there was no picture.
type watcher struct {
	page   *rrweb.Mirror
	tab    *Tab
	offset int64
	blind  bool // nothing can be shown
	since  int64
}

func newWatcher(tab *Tab, offset int64) *watcher {
	return &watcher{page: rrweb.NewMirror(), tab: tab, offset: offset, blind: true, since: tab.StartedAt}
}

func (w *watcher) apply(ev *rrweb.Event) {
	w.page.Apply(ev)
	at := ev.Timestamp + w.offset
	switch blind := !w.page.Playable(); {
	case blind && !w.blind:
		w.blind, w.since = true, at
	case !blind && w.blind:
		w.blind = false
		w.tab.unseen(w.since, at)
	}
}

// end tells of what was not to be seen until the end.
func (w *watcher) end() {
	if w.blind {
		w.tab.unseen(w.since, w.tab.EndedAt)
	}
}
