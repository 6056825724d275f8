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
	tries := 0
	err := s.withPlan(ctx, sess.ID, func(p *plan) error {
		tries++
		r = review{offset: p.sess.ClockOffsetMs, lost: tries > 1}
		if p.sess.State == StateSealed {
			r.digest = p.sess.Digest
		}
		return s.review(ctx, p, &r)
	})
	if err != nil {
		return nil, nil, err
	}
	if r.digest != nil {
		return r.sorted(), r.digest, nil
	}
	r.moments = eachPageOnce(r.moments, r.visits, r.offset)
	moments := r.sorted()
	d := digest(moments, r.visits)
	return moments, &d, nil
}

// review gathers what is told of one session.
type review struct {
	offset  int64    // of the session's clock
	moments []Moment // client clock, until they are sorted
	visits  []Visit  // server clock
	digest  *Digest  // that sealing made, nil for a session that is not sealed
	lost    bool     // an object that was not there when it was looked for before is lost
}

// review reads the moments of the sealed object, and those of the batches in packs, in which it looks for signals.
func (s *Service) review(ctx context.Context, p *plan, r *review) (err error) {
	if r.moments, err = s.sealedMoments(ctx, p); err != nil {
		return err
	}
	r.visits = visitsIn(r.moments, p)
	rows := p.rows
	if p.footer != nil && p.footer.Version == 1 {
		if rows, err = s.store.Batches(ctx, p.sess.ID); err != nil {
			return fmt.Errorf("replay: moments: %w", err)
		}
	}
	for i := range rows {
		for _, m := range rows[i].Moments { // a batch that is sealed has none left
			m.Tab = rows[i].TabID
			r.moments = append(r.moments, m)
		}
	}
	if p.sess.State == StateSealed {
		return nil
	}
	return s.detect(ctx, p, r)
}

// eachPageOnce leaves out moments of pages that are no visit of their own: a load may be told in two batches, and is told again
// with each full snapshot that is taken from time to time. Moments are in the client's clock.
func eachPageOnce(moments []Moment, visits []Visit, offset int64) []Moment {
	type place struct {
		tab string
		at  int64
	}
	begins, known := map[place]bool{}, map[string]bool{}
	for i := range visits {
		known[visits[i].Tab] = true
		begins[place{visits[i].Tab, visits[i].At - offset}] = true
	}
	return slices.DeleteFunc(moments, func(m Moment) bool {
		if m.Kind != signal.KindPage || !known[m.Tab] {
			return false // an older version told of no visits
		}
		return !begins[place{m.Tab, m.At}]
	})
}

// sorted returns the moments in time order, in the server's clock.
func (r *review) sorted() []Moment {
	for i := range r.moments {
		r.moments[i].At += r.offset
	}
	sort.SliceStable(r.moments, func(i, j int) bool { return r.moments[i].At < r.moments[j].At })
	return slices.DeleteFunc(r.moments, newPersonOnly())
}

// visitsIn makes visits of the moments of the sealed object, for a session that goes on after it was sealed: the facts
// of these batches, and with them what was measured, are not known until it is sealed again.
func visitsIn(moments []Moment, p *plan) []Visit {
	if p.sess.State == StateSealed {
		return nil
	}
	ends := map[string]int64{}
	for tab, pieces := range p.pieces {
		for i := range pieces {
			if pieces[i].row == nil {
				ends[tab] = max(ends[tab], pieces[i].lastAt)
			}
		}
	}
	var all []Visit
	last := map[string]int{} // visit that a tab is on
	for i := range moments {
		if moments[i].Kind != signal.KindPage {
			continue
		}
		page := pageOf(signal.Moment{At: moments[i].At, Data: moments[i].Data}, moments[i].Tab)
		at := page.At + p.sess.ClockOffsetMs
		if before, on := last[page.Tab]; on {
			all[before].DurationMs = max(0, at-all[before].At)
		}
		last[page.Tab] = len(all)
		all = append(all, Visit{At: at, Tab: page.Tab, URL: page.URL, Title: page.Title})
	}
	for tab, at := range last {
		all[at].DurationMs = max(0, ends[tab]+p.sess.ClockOffsetMs-all[at].At)
	}
	return all
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
