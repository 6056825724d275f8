package replay

import (
	"cmp"
	"context"
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

// Live sessions are looked at again and again while they grow: what was found out about elements is held, of as many
// sessions and elements. One element takes about 300 bytes.
const (
	answersSessionsMax = 256
	answersPerSession  = 1024
)

// detect finds the signals and the pages in the batches of a live session that lie in packs. The page is followed only where the
// detectors have to know what somebody clicked on, and then from the last full snapshot before.
func (s *Service) detect(ctx context.Context, p *plan, r *review) error {
	known, _ := s.answers.get(p.sess.ID)
	known = maps.Clone(known) // others read it
	asked := 0
	for _, tab := range p.tabs {
		facts := p.storedFacts(tab)
		wanted := []ask{}
		elements := func(node int, at int64) (rrweb.Element, bool) {
			q := ask{tab, node, at}
			a, has := known[q]
			if !has {
				wanted = append(wanted, q)
			}
			return a.element, a.known
		}
		found := signal.Detect(facts, false, elements)
		if len(wanted) > 0 {
			asked += len(wanted)
			answers, err := s.elementsOf(ctx, p, tab, wanted)
			if err != nil {
				return err
			}
			if known == nil {
				known = map[ask]answer{}
			}
			maps.Copy(known, answers)
			found = signal.Detect(facts, false, elements)
		}
		r.moments = append(r.moments, momentsOf(found, tab)...)
		r.visits = append(r.visits, visitsOf(facts, tab, r.offset)...)
	}
	if asked > 0 && len(known) <= answersPerSession {
		s.answers.replace(p.sess.ID, known, answersSessionsMax)
	}
	return nil
}

// storedFacts returns the facts of a tab's batches in packs, in their order. A batch that was stored by an
// older version has none.
func (p *plan) storedFacts(tab string) []signal.Fact {
	var facts []signal.Fact
	for i := range p.pieces[tab] {
		row := p.pieces[tab][i].row
		if row == nil {
			continue
		}
		some, err := signal.ParseFacts(row.Facts)
		if err != nil {
			continue // a newer version wrote them; sealing looks at the events again
		}
		facts = append(facts, some...)
	}
	return facts
}

// elementsOf answers what is asked of one tab. What cannot be told is in the answer as not known.
func (s *Service) elementsOf(ctx context.Context, p *plan, tab string, asked []ask) (map[ask]answer, error) {
	slices.SortFunc(asked, func(a, b ask) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.node, b.node)) })
	answers := make(map[ask]answer, len(asked))
	for _, q := range asked {
		answers[q] = answer{}
	}
	pieces := p.pieces[tab]
	load := newLoader(s, p, tab)
	page := rrweb.NewMirror()
	reached := 0 // pieces that the page has followed, or passed over
	for len(asked) > 0 {
		if from := max(startPiece(pieces, asked[0].at), 0); from > reached || reached == 0 {
			page, reached = rrweb.NewMirror(), from
			if from == len(pieces) {
				break
			}
			frame, err := load.keyframe(ctx, &pieces[from])
			if err != nil {
				return nil, err
			}
			for i := range frame {
				page.Apply(&frame[i])
			}
		}
		if reached == len(pieces) {
			break
		}
		events, err := load.load(ctx, &pieces[reached])
		if err != nil {
			return nil, err
		}
		for i := range events {
			for len(asked) > 0 && asked[0].at <= events[i].Timestamp {
				element, known := page.Element(asked[0].node)
				answers[asked[0]] = answer{element, known}
				asked = asked[1:]
			}
			page.Apply(&events[i])
		}
		reached++
	}
	return answers, nil
}

// tabFacts returns the facts of all batches of a tab, reading the events again of those that are sealed already, or that an
// older version stored.
func (s *Service) tabFacts(ctx context.Context, p *plan, tab string) ([]signal.Fact, error) {
	pieces := p.pieces[tab]
	load := newLoader(s, p, tab)
	var facts []signal.Fact
	found := new(signal.Batch)
	for i := range pieces {
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
