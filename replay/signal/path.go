package signal

import (
	"cmp"
	"slices"
)

// point is where the mouse was.
type point struct {
	at   int64
	x, y int
	nth  int // of the path
}

// path keeps the points of the mouse's way that say where it turned: its first and last point, and those
// where it went back by at least thrashLegPx in one direction. What a detector that looks for such turns finds
// in the points kept is what it would find in all of them.
type path struct {
	points int
	last   point
	kept   []point
	x, y   axis
}

// add takes the next point.
func (w *path) add(p point) {
	p.nth = w.points
	if w.points == 0 {
		w.kept = append(w.kept, p)
	}
	w.points++
	w.last = p
	if turn, ok := w.x.add(p.x, p); ok {
		w.keep(turn)
	}
	if turn, ok := w.y.add(p.y, p); ok {
		w.keep(turn)
	}
}

// keep holds a turn, unless there are more than a batch may have facts.
func (w *path) keep(turn point) {
	if len(w.kept) <= factsPerBatchMax {
		w.kept = append(w.kept, turn)
	}
}

// take returns the points kept in their order, and begins anew.
func (w *path) take() []point {
	if w.points == 0 {
		return nil
	}
	kept := append(w.kept, w.last)
	kept = w.y.open(w.x.open(kept))
	slices.SortFunc(kept, func(a, b point) int { return cmp.Compare(a.nth, b.nth) })
	*w = path{}
	return slices.CompactFunc(kept, func(a, b point) bool { return a.nth == b.nth })
}

// axis follows one coordinate from turn to turn. A turn is the first of the highest or lowest points of a leg, once
// the way has gone back from it by thrashLegPx.
type axis struct {
	begun     bool
	known     bool // which way it goes
	up        bool
	low, high extreme // of the leg; while the way is known, only the one that it goes to counts
}

type extreme struct {
	value int
	point point
}

// add follows the way to the next value. It returns the point where it turned, if that is clear now; the first
// one after the beginning is where the first leg began.
func (a *axis) add(value int, p point) (turn point, ok bool) {
	at := extreme{value, p}
	if !a.begun {
		a.begun, a.low, a.high = true, at, at
		return point{}, false
	}
	rises, falls := !a.known || a.up, !a.known || !a.up
	if rises && value > a.high.value {
		a.high = at
	}
	if falls && value < a.low.value {
		a.low = at
	}
	switch {
	case falls && value-a.low.value >= thrashLegPx:
		turn, a.known, a.up, a.high = a.low.point, true, true, at
		return turn, true
	case rises && a.high.value-value >= thrashLegPx:
		turn, a.known, a.up, a.low = a.high.point, true, false, at
		return turn, true
	}
	return point{}, false
}

// open adds the points that may still become a turn.
func (a *axis) open(kept []point) []point {
	if !a.known || a.up {
		kept = append(kept, a.high.point)
	}
	if !a.known || !a.up {
		kept = append(kept, a.low.point)
	}
	return kept
}
