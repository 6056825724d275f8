package signal

import (
	"cmp"
	"slices"
)

// thrashTurnsMin is how many times the mouse must go back and forth within thrashWindowMs. Splunk RUM looks at as long a
// time, and takes four changes of direction by 45° for the least that may be thrashing; only turning round counts here, so
// that it takes twice as many.
const (
	thrashTurnsMin = 8
	thrashWindowMs = 2000
)

// thrashLegPx is how far the mouse must go each time, so that eight legs are longer than the 300 px that Splunk RUM asks for,
// and neither a hand that shakes nor a way along a menu counts.
const thrashLegPx = 40

// thrashesMax bounds how many are kept of one page until it is left.
const thrashesMax = 64

// thrash finds times in which the mouse went back and forth, or round and round, quickly: someone is lost, or waits. It looks at
// both directions by themselves and joins what overlaps.
type thrash struct {
	x, y  turns
	found []thrashing
}

// turns are those in one direction.
type turns struct {
	axis   axis
	recent []point // the last turns, at most thrashTurnsMin
	now    thrashing
}

// thrashing is one time of it; count 0 is none.
type thrashing struct {
	first, last point
	count       int
}

// thrashData are the details of a thrashed cursor.
type thrashData struct {
	X          int    `json:"x"`
	Y          int    `json:"y"`
	Page       string `json:"page,omitempty"`
	Count      int    `json:"count"` // turns
	DurationMs int64  `json:"durationMs"`
}

// add takes the next point. Before a page is left, end must be called.
func (s *thrash) add(f *Fact) {
	p := point{at: f.At, x: f.X, y: f.Y}
	s.found = s.x.add(p.x, p, s.found)
	s.found = s.y.add(p.y, p, s.found)
}

func (s *turns) add(value int, p point, found []thrashing) []thrashing {
	was := s.axis.known
	turn, ok := s.axis.add(value, p)
	if !ok || !was {
		return found // the first leg began somewhere, which is no turn
	}
	s.recent = append(s.recent, turn)
	if len(s.recent) > thrashTurnsMin {
		s.recent = s.recent[1:]
	}
	quick := len(s.recent) == thrashTurnsMin && turn.at-s.recent[0].at <= thrashWindowMs
	switch {
	case quick && s.now.count == 0:
		s.now = thrashing{s.recent[0], turn, thrashTurnsMin}
	case quick:
		s.now.last = turn
		s.now.count++
	case s.now.count > 0:
		found = s.close(found)
		s.recent = append(s.recent, turn)
	}
	return found
}

// close ends what goes on. Its turns are no part of another one.
func (s *turns) close(found []thrashing) []thrashing {
	if s.now.count > 0 && len(found) < thrashesMax {
		found = append(found, s.now)
	}
	s.now, s.recent = thrashing{}, nil
	return found
}

// end gives what was found on the page.
func (s *thrash) end(d *Detector, page string) {
	found := s.y.close(s.x.close(s.found))
	*s = thrash{}
	slices.SortFunc(found, func(a, b thrashing) int {
		return cmp.Or(cmp.Compare(a.first.at, b.first.at), cmp.Compare(b.count, a.count))
	})
	for i := 0; i < len(found); {
		one := found[i]
		for i++; i < len(found) && found[i].first.at <= one.last.at; i++ {
			one.count = max(one.count, found[i].count)
			if found[i].last.at > one.last.at {
				one.last = found[i].last
			}
		}
		long := one.last.at - one.first.at
		d.give(KindThrash, one.first.at, took(long), 0, "",
			thrashData{one.first.x, one.first.y, page, one.count, long})
	}
}
