package signal

import (
	"cmp"
	"slices"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// Answers are what a Detector has to know of elements. They are found in one pass over the events of the tab, in the
// order that they were recorded, which only those sessions need in which something may have gone wrong:
//
//	answers := signal.Ask(facts, ended)
//	for each event, while !answers.Complete() { answers.See(&ev, page); page.Apply(&ev) }
//	moments := signal.Detect(facts, ended, answers.Element)
type Answers struct {
	asked []ask // in order of time
	next  int   // the first one without an answer
	known map[ask]answer
}

type ask struct {
	at   int64
	node int
}

type answer struct {
	element rrweb.Element
	known   bool
}

// Ask returns what [Detect] will want to know of these facts, not answered yet.
func Ask(facts []Fact, ended bool) *Answers {
	a := &Answers{known: map[ask]answer{}}
	Detect(facts, ended, func(node int, at int64) (rrweb.Element, bool) {
		q := ask{at, node}
		if _, again := a.known[q]; !again {
			a.known[q] = answer{}
			a.asked = append(a.asked, q)
		}
		return rrweb.Element{}, false
	})
	slices.SortFunc(a.asked, func(a, b ask) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.node, b.node)) })
	return a
}

// Complete tells that nothing is left to be answered.
func (a *Answers) Complete() bool { return a.next == len(a.asked) }

// See answers what ev tells the time of. It must be called for each event before the page takes it.
func (a *Answers) See(ev *rrweb.Event, page *rrweb.Mirror) {
	for a.next < len(a.asked) && a.asked[a.next].at <= ev.Timestamp {
		q := a.asked[a.next]
		e, known := page.Element(q.node)
		a.known[q] = answer{e, known}
		a.next++
	}
}

// Element is an answer, as [Detector] asks for it.
func (a *Answers) Element(node int, at int64) (rrweb.Element, bool) {
	found := a.known[ask{at, node}]
	return found.element, found.known
}
