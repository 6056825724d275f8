package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"github.com/afterimage/afterimage/replay/segment"
	"github.com/afterimage/afterimage/replay/signal"
)

// Moments returns all moments of a session in time order, in the server's clock, with the signals among
// them. Those of a sealed session stand in its object beside the events. Errors wrap [ErrNotFound], [ErrErased] or [ErrDamaged].
func (s *Service) Moments(ctx context.Context, sess *Session) ([]Moment, error) {
	moments, _, err := s.Review(ctx, sess)
	return moments, err
}

// Review returns the moments of a session, as Moments does, and what they tell of it as a whole.
func (s *Service) Review(ctx context.Context, sess *Session) ([]Moment, *Digest, error) {
	var r review
	err := s.withPlan(ctx, sess.ID, func(p *plan) error {
		r = review{offset: p.sess.ClockOffsetMs}
		if p.sess.State == StateSealed {
			r.digest = p.sess.Digest
		}
		return s.review(ctx, p, &r)
	})
	if err != nil {
		return nil, nil, err
	}
	moments := r.sorted()
	if r.digest == nil {
		d := digest(moments, r.visits(moments))
		r.digest = &d
	}
	return moments, r.digest, nil
}

// review gathers what is told of one session. Times are in the client's clock until they are sorted.
type review struct {
	offset  int64 // of the session's clock
	moments []Moment
	ends    map[string]int64 // time of the last event, by tab
	vitals  []vital
	digest  *Digest // that sealing made, nil for a session that is not sealed
}

// vital is one measure of a page, at the time it was told.
type vital struct {
	tab, name string
	at        int64
	value     float64
}

// review reads the moments of the sealed object, and those of the batches in packs, in which it looks for signals.
func (s *Service) review(ctx context.Context, p *plan, r *review) (err error) {
	if r.moments, err = s.sealedMoments(ctx, p); err != nil {
		return err
	}
	rows := p.rows
	if p.footer != nil && p.footer.Version == 1 {
		if rows, err = s.store.Batches(ctx, p.sess.ID); err != nil {
			return fmt.Errorf("replay: moments: %w", err)
		}
	}
	r.ends = p.ends()
	for i := range rows {
		for _, m := range rows[i].Moments { // a batch that is sealed has none left
			m.Tab = rows[i].TabID
			r.moments = append(r.moments, m)
		}
	}
	return nil
}

// ends returns the time of the last event of each tab, client clock.
func (p *plan) ends() map[string]int64 {
	ends := make(map[string]int64, len(p.tabs))
	for tab, pieces := range p.pieces {
		for i := range pieces {
			if pieces[i].events > 0 {
				ends[tab] = max(ends[tab], pieces[i].lastAt)
			}
		}
	}
	return ends
}

// sorted returns the moments in time order, in the server's clock.
func (r *review) sorted() []Moment {
	for i := range r.moments {
		r.moments[i].At += r.offset
	}
	sort.SliceStable(r.moments, func(i, j int) bool { return r.moments[i].At < r.moments[j].At })
	return slices.DeleteFunc(r.moments, newPersonOnly())
}

// visits cuts the session into stays on pages. A measure belongs to the page that the tab was on when it was told.
func (r *review) visits(moments []Moment) []Visit {
	var all []Visit
	last := map[string]int{} // visit that a tab is on
	for i := range moments {
		if moments[i].Kind != signal.KindPage {
			continue
		}
		page := pageOf(signal.Moment{At: moments[i].At, Data: moments[i].Data}, moments[i].Tab)
		if at, on := last[page.Tab]; on {
			all[at].DurationMs = max(0, page.At-all[at].At)
		}
		last[page.Tab] = len(all)
		all = append(all, Visit{At: page.At, Tab: page.Tab, URL: page.URL, Title: page.Title})
	}
	for tab, at := range last {
		all[at].DurationMs = max(0, r.ends[tab]+r.offset-all[at].At)
	}
	for _, v := range r.vitals {
		if at := visitAt(all, v.tab, v.at+r.offset); at >= 0 {
			if all[at].Vitals == nil {
				all[at].Vitals = Vitals{}
			}
			all[at].Vitals[v.name] = v.value // the last word on a page holds
		}
	}
	return all
}

// visitAt returns which of the visits, in time order, a tab was on; -1 for none.
func visitAt(visits []Visit, tab string, at int64) int {
	i := sort.Search(len(visits), func(i int) bool { return visits[i].At > at })
	for i--; i >= 0; i-- {
		if visits[i].Tab == tab {
			return i
		}
	}
	return -1
}

// sealedMoments reads the moments of the sealed object, none if there is no such object.
func (s *Service) sealedMoments(ctx context.Context, p *plan) ([]Moment, error) {
	moments := []Moment{}
	if p.footer == nil || p.footer.Version == 1 {
		return moments, nil
	}
	at := &p.footer.Moments
	b, err := s.read(ctx, p.sess.SealedKey, at.Offset, at.End()-at.Offset)
	if err != nil {
		return nil, err
	}
	text, err := p.footer.ReadMoments(b, p.key)
	if err == nil && json.Unmarshal(text, &moments) != nil {
		err = segment.ErrCorrupt
	}
	if err != nil {
		return nil, fmt.Errorf("replay: %w: %s at %d: %w", ErrDamaged, p.sess.SealedKey, at.Offset, err)
	}
	return moments, nil
}

// newPersonOnly tells identify moments that say nothing new: sites call identify on every page.
func newPersonOnly() func(Moment) bool {
	known := ""
	return func(m Moment) bool {
		if m.Kind != signal.KindIdentify {
			return false
		}
		again := m.Label == known
		known = m.Label
		return again
	}
}
