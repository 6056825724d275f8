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

// Moments returns all moments of a session in time order, in the server's clock. Those of a sealed
// session stand in its object beside the events. Errors wrap [ErrNotFound], [ErrErased] or [ErrDamaged].
func (s *Service) Moments(ctx context.Context, sess *Session) ([]Moment, error) {
	var moments []Moment
	err := s.withPlan(ctx, sess.ID, func(p *plan) (err error) {
		if moments, err = s.sealedMoments(ctx, p); err != nil {
			return err
		}
		rows := p.rows
		if p.footer != nil && p.footer.Version == 1 {
			if rows, err = s.store.Batches(ctx, sess.ID); err != nil {
				return fmt.Errorf("replay: moments: %w", err)
			}
		}
		for i := range rows {
			for _, m := range rows[i].Moments { // a batch that is sealed has none left
				m.Tab = rows[i].TabID
				moments = append(moments, m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range moments {
		moments[i].At += sess.ClockOffsetMs
	}
	sort.SliceStable(moments, func(i, j int) bool { return moments[i].At < moments[j].At })
	return slices.DeleteFunc(moments, newPersonOnly()), nil
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
