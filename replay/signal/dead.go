package signal

// deadAfterMs is how long a page has to react to a click. PostHog waits as long for a mutation.
const deadAfterMs = 2500

// linkAfterMs is how long a link has to lead somewhere: the page that is left does not change while the next one is
// fetched. Sentry takes a click for dead after as long.
const linkAfterMs = 7000

// deadPendingMax is how many elements are waited for at once; nobody clicks more of them in two seconds.
const deadPendingMax = 8

// dead finds clicks on elements that look as if they did something, after which nothing happens: no mutation, no
// navigation, no scrolling, no selection and no input within deadAfterMs, while the tab lives on that long. A reaction
// counts from when the button goes down: many menus open there. Clicks on one element that wait together are one.
// What is not known to be interactive is not dead.
type dead struct {
	pending []deadClick
	downAt  int64
	isDown  bool
	reacted bool // since the button went down
}

type deadClick struct {
	target
	at, last int64
	count    int
	link     bool // nothing happened; now only a navigation saves it
}

// deadData are the details of a dead click.
type deadData struct {
	target
	Count int `json:"count"` // clicks on the element meanwhile
}

func (s *dead) add(d *Detector, f *Fact) {
	if f.Kind == FactPointer || f.Kind == FactSent || f.Kind == FactBlocked {
		return // they are told late
	}
	s.decide(d, f)
	switch f.Kind {
	case FactGap:
		*s = dead{}
	case FactDown:
		s.downAt, s.isDown, s.reacted = f.At, true, false
	case FactPage, FactReaction:
		s.reacted = true
		s.reaction()
	case FactClick:
		s.clicked(d, f)
	}
}

// clicked waits for what a click does, unless it was done while the button was down.
func (s *dead) clicked(d *Detector, f *Fact) {
	done := s.isDown && s.reacted && f.At-s.downAt < deadAfterMs
	s.isDown, s.reacted = false, false
	if done {
		return
	}
	for i := range s.pending {
		if c := &s.pending[i]; c.Node == f.Node && !c.link {
			c.last = f.At
			c.count++
			return
		}
	}
	if len(s.pending) < deadPendingMax {
		s.pending = append(s.pending, deadClick{target: d.targetOf(f), at: f.At, last: f.At, count: 1})
	}
}

// reaction forgives every click that still waits for one.
func (s *dead) reaction() {
	kept := s.pending[:0]
	for _, c := range s.pending {
		if c.link {
			kept = append(kept, c)
		}
	}
	s.pending = kept
}

// decide gives the clicks that waited long enough when f came.
func (s *dead) decide(d *Detector, f *Fact) {
	kept := s.pending[:0]
	for _, c := range s.pending {
		if !c.link && f.At-c.last >= deadAfterMs {
			e, known := d.element(c.Node, c.at)
			if !known || !e.Interactive || e.Silent {
				continue
			}
			c.target, c.link = c.named(&e), e.Link
			if !c.link {
				s.give(d, &c)
				continue
			}
		}
		switch {
		case c.link && f.At-c.last >= linkAfterMs:
			s.give(d, &c)
		case c.link && f.Kind == FactPage:
		default:
			kept = append(kept, c)
		}
	}
	s.pending = kept
}

func (s *dead) give(d *Detector, c *deadClick) {
	d.give(KindDead, c.at, c.label, c.Node, c.selector, deadData{target: c.target, Count: c.count})
}
