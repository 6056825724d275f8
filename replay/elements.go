package replay

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/signal"
)

// ask is a question of the detectors: what a node of a tab was just before the first event at a time or later (client clock).
type ask struct {
	tab  string
	node int
	at   int64
}

// answer is what is known of it.
type answer struct {
	element rrweb.Element
	known   bool
}

// questions are what the detectors ask of one tab, with the answers so far.
type questions struct {
	open    []ask // in the order of time, then of node
	answers map[ask]answer
}

// questionsOf are those that facts raise, but for what is known.
func questionsOf(facts []signal.Fact, tab string, ended bool, known map[ask]answer) *questions {
	qs := &questions{answers: map[ask]answer{}}
	signal.Detect(facts, ended, func(node int, at int64) (rrweb.Element, bool) {
		q := ask{tab, node, at}
		if a, has := known[q]; has {
			return a.element, a.known
		}
		if _, again := qs.answers[q]; !again {
			qs.answers[q] = answer{}
			qs.open = append(qs.open, q)
		}
		return rrweb.Element{}, false
	})
	slices.SortFunc(qs.open, func(a, b ask) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.node, b.node)) })
	return qs
}

// see answers what ev tells the time of, before the page takes it.
func (qs *questions) see(ev *rrweb.Event, page *rrweb.Mirror) {
	for len(qs.open) > 0 && qs.open[0].at <= ev.Timestamp {
		element, known := page.Element(qs.open[0].node)
		qs.answers[qs.open[0]] = answer{element, known}
		qs.open = qs.open[1:]
	}
}

// signalsOf finds the signals of a tab with what is known of its elements.
func signalsOf(facts []signal.Fact, tab string, ended bool, known map[ask]answer) []Moment {
	return momentsOf(signal.Detect(facts, ended, func(node int, at int64) (rrweb.Element, bool) {
		a := known[ask{tab, node, at}]
		return a.element, a.known
	}), tab)
}

// Live sessions are looked at again and again while they grow: what was found out about elements is held, of as many
// sessions and elements. One element takes about 300 bytes.
const (
	answersSessionsMax = 256
	answersPerSession  = 1024
)

// detect finds the signals and the pages in the batches of a live session that lie in packs. The page is followed only
// where the detectors have to know what somebody clicked on, and then from the last full snapshot before.
func (s *Service) detect(ctx context.Context, p *plan, r *review) error {
	held, _ := s.answers.get(p.sess.ID)
	known := maps.Clone(held) // others read it
	if known == nil {
		known = map[ask]answer{}
	}
	whole := true
	for _, tab := range p.tabs {
		facts := p.storedFacts(tab)
		qs := questionsOf(facts, tab, false, known)
		switch err := s.answer(ctx, p, tab, qs); {
		case errors.Is(err, ErrDamaged), r.lost && isGone(err):
			whole = false // what is known without the page is told all the same
		case err != nil:
			return err
		}
		maps.Copy(known, qs.answers)
		r.moments = append(r.moments, signalsOf(facts, tab, false, known)...)
		r.visits = append(r.visits, visitsOf(facts, tab, r.offset)...)
	}
	if whole && len(known) > len(held) && len(known) <= answersPerSession {
		s.answers.replace(p.sess.ID, known, answersSessionsMax)
	}
	return nil
}

// storedFacts returns the facts of a tab's batches in packs, in their order. A batch that was stored by an
// older version has none.
func (p *plan) storedFacts(tab string) []signal.Fact {
	var facts []signal.Fact
	pieces := p.pieces[tab]
	for i := range pieces {
		row := pieces[i].row
		if row == nil || len(facts) >= factsPerTabMax {
			continue
		}
		facts = appendGap(facts, pieces, i)
		some, err := signal.ParseFacts(row.Facts)
		if err != nil || len(some) == 0 {
			// Another version stored it; sealing looks at the events again.
			some = []signal.Fact{{At: row.LastAt, Kind: signal.FactGap}}
		}
		facts = append(facts, some...)
	}
	return facts
}

// appendGap says that something is missing where there are batches between a piece and the one before that never came.
func appendGap(facts []signal.Fact, pieces []piece, i int) []signal.Fact {
	if i > 0 && pieces[i].seq > pieces[i-1].seq+1 {
		facts = append(facts, signal.Fact{At: pieces[i].firstAt, Kind: signal.FactGap})
	}
	return facts
}

// answer follows the page of a tab as far as questions are open.
func (s *Service) answer(ctx context.Context, p *plan, tab string, qs *questions) error {
	pieces := p.pieces[tab]
	load := newLoader(s, p, tab)
	var page *rrweb.Mirror
	next := 0 // piece that the page has not followed yet
	for len(qs.open) > 0 {
		if from := max(startPiece(pieces, qs.open[0].at), 0); page == nil || from > next {
			page, next = rrweb.NewMirror(), from
			frame, err := load.keyframe(ctx, &pieces[from])
			if err != nil {
				return err
			}
			for i := range frame {
				page.Apply(&frame[i])
			}
		}
		if next == len(pieces) {
			return nil
		}
		events, err := load.load(ctx, &pieces[next])
		if err != nil {
			return err
		}
		for i := range events {
			qs.see(&events[i], page)
			page.Apply(&events[i])
		}
		next++
	}
	return nil
}

// tabFacts returns the facts of all batches of a tab, reading the events again of those that are sealed already, or that an
// older version stored.
func (s *Service) tabFacts(ctx context.Context, p *plan, tab string) ([]signal.Fact, error) {
	pieces := p.pieces[tab]
	load := newLoader(s, p, tab)
	var facts []signal.Fact
	found := new(signal.Batch)
	for i := range pieces {
		if len(facts) >= factsPerTabMax {
			break
		}
		facts = appendGap(facts, pieces, i)
		row := pieces[i].row
		if row != nil && len(row.Facts) > 0 {
			if some, err := signal.ParseFacts(row.Facts); err == nil {
				facts = append(facts, some...)
				continue
			}
		}
		events, err := load.load(ctx, &pieces[i])
		if err != nil {
			return nil, err
		}
		for j := range events {
			found.Add(events[j])
		}
		if i+1 == len(pieces) || pieces[i+1].seq != pieces[i].seq {
			found.End()
			facts = append(facts, found.Facts()...)
			found = new(signal.Batch)
		}
	}
	return facts, nil
}

// momentsOf are what the detectors found, as moments of a tab.
func momentsOf(found []signal.Moment, tab string) []Moment {
	moments := make([]Moment, 0, len(found))
	for _, m := range found {
		moments = append(moments, Moment{At: m.At, Kind: m.Kind, Label: m.Label, Selector: m.Selector, Tab: tab, Data: m.Data})
	}
	return moments
}

// visitsOf are the pages of a tab, in the server's clock.
func visitsOf(facts []signal.Fact, tab string, offset int64) []Visit {
	var all []Visit
	for _, v := range signal.Visits(facts) {
		all = append(all, Visit{At: v.At + offset, Tab: tab, URL: v.URL, Title: v.Title, DurationMs: v.DurationMs, Vitals: v.Vitals})
	}
	return all
}
