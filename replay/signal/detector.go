package signal

import (
	"cmp"
	"slices"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// momentsPerKindMax bounds how many moments of one kind a tab gives: whoever looks for what went wrong does not look
// at a thousand of the same, and all of them are read at once.
const momentsPerKindMax = 1000

// Detector finds what takes more than one event to see, in the facts of one tab, in their order. The zero value is
// ready. What it holds is bounded: a few kilobytes beside what it gives.
type Detector struct {
	// Elements tells what a node was in the page just before the first event of the tab whose timestamp is at or
	// after at; false where that is not known. It is only asked where the answer decides. Nil knows nothing.
	Elements func(node int, at int64) (rrweb.Element, bool)

	found []Moment
	given map[string]int // how many of each kind
	page  pages

	rage       rage
	dead       dead
	errorClick errorClick
	slow       slowRequest
	vitals     poorVitals
	quickBack  quickBack
	thrash     thrash
	form       form
	freeze     freeze
	refresh    refresh
}

// Detect returns the moments of one tab that take more than one event to see, in order of time. ended tells that the
// tab's recording is complete.
func Detect(facts []Fact, ended bool, elements func(node int, at int64) (rrweb.Element, bool)) []Moment {
	d := Detector{Elements: elements}
	var moments []Moment
	for i := range facts {
		moments = append(moments, d.Add(facts[i])...)
	}
	moments = append(moments, d.End(ended)...)
	slices.SortStableFunc(moments, func(a, b Moment) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Node, b.Node),
			cmp.Compare(string(a.Data), string(b.Data)))
	})
	return moments
}

// Add takes the next fact. It returns the moments that are clear now; they may lie before others returned earlier.
func (d *Detector) Add(f Fact) []Moment {
	d.found = nil
	was := d.page.now.URL
	visit := d.page.add(&f)
	if visit != nil {
		d.thrash.end(d, was)
	}
	d.rage.add(d, &f, visit)
	d.dead.add(d, &f)
	d.errorClick.add(d, &f, visit)
	d.slow.add(d, &f, visit)
	d.vitals.add(d, &f, visit)
	d.quickBack.add(d, &f, visit)
	d.form.add(d, &f, visit)
	d.freeze.add(d, &f)
	d.refresh.add(d, &f, visit)
	if f.Kind == FactPointer {
		d.thrash.add(&f)
	}
	return d.found
}

// End returns the moments that were not clear before the recording ended. Where it goes on (ended is false) they are
// what can be said so far; the Detector must not be used any more.
func (d *Detector) End(ended bool) []Moment {
	d.found = nil
	d.rage.end(d)
	d.vitals.end(d)
	d.thrash.end(d, d.page.now.URL)
	d.refresh.end(d)
	if ended {
		d.form.end(d, d.freeze.lastAt)
	}
	return d.found
}

// give adds a moment with what an element is called, and the page it is of.
func (d *Detector) give(kind string, at int64, label string, node int, selector string, data any) {
	if d.given == nil {
		d.given = map[string]int{}
	}
	if d.given[kind]++; d.given[kind] > momentsPerKindMax {
		return
	}
	m := newMoment(at, kind, label, data)
	m.Node, m.Selector = node, Line(selector, labelRunesMax)
	d.found = append(d.found, m)
}

// element asks what a node was.
func (d *Detector) element(node int, at int64) (rrweb.Element, bool) {
	if d.Elements == nil || node == 0 {
		return rrweb.Element{}, false
	}
	return d.Elements(node, at)
}

// target is what was clicked or typed into.
type target struct {
	Node     int    `json:"node,omitempty"`
	X        int    `json:"x"`
	Y        int    `json:"y"`
	Page     string `json:"page,omitempty"` // URL
	label    string
	selector string
}

// targetOf takes from a fact what is known of the element.
func (d *Detector) targetOf(f *Fact) target {
	return target{Node: f.Node, X: f.X, Y: f.Y, Page: d.page.now.URL, label: f.Text, selector: f.Ref}
}

// nameless asks for an element that the recorder said nothing of.
func (d *Detector) nameless(t *target, at int64) (rrweb.Element, bool) {
	if t.label != "" {
		return rrweb.Element{}, false
	}
	return d.element(t.Node, at)
}

// named fills in what the recorder did not say.
func (t target) named(e *rrweb.Element) target {
	t.label = cmp.Or(t.label, Line(e.Text, factTextRunes), e.Tag)
	t.selector = cmp.Or(t.selector, e.Selector)
	return t
}
