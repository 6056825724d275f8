package replay

import (
	"context"

	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/segment"
)

// batchesAhead is how many batches are on their way from an object store at once: each costs a
// round trip, and a minute of a live session has a dozen in as many places.
const batchesAhead = 8

// readAhead reads the batches of one tab that lie in packs, in order, and from an object store some before they are
// asked for. Not safe for concurrent use.
type readAhead struct {
	s      *Service
	key    *segment.DataKey
	pieces []piece // of the tab
	until  int64   // client clock: later ones are not needed
	begun  int     // index of the first that was not begun
	coming map[int]chan loaded
}

type loaded struct {
	events []rrweb.Event
	err    error
}

// load returns a batch's events; see [loader.load].
func (a *readAhead) load(ctx context.Context, pc *piece) ([]rrweb.Event, error) {
	if a.s.packs.grows { // a folder: there is no round trip
		return a.s.loadRecord(ctx, pc.row, a.key)
	}
	if a.coming == nil {
		a.coming = map[int]chan loaded{}
	}
	for i := max(a.begun, pc.at); i < min(len(a.pieces), pc.at+batchesAhead); i++ {
		if next := &a.pieces[i]; next.row != nil && (i == pc.at || next.firstAt < a.until) {
			a.begin(ctx, i)
		}
		a.begun = i + 1
	}
	c, begun := a.coming[pc.at]
	if !begun { // it is read a second time
		return a.s.loadRecord(ctx, pc.row, a.key)
	}
	delete(a.coming, pc.at)
	got := <-c
	return got.events, got.err
}

func (a *readAhead) begin(ctx context.Context, i int) {
	c := make(chan loaded, 1) // nobody may come for it
	a.coming[i] = c
	s, row, key := a.s, a.pieces[i].row, a.key // a may be another by then
	go func() {
		events, err := s.loadRecord(ctx, row, key)
		c <- loaded{events, err}
	}()
}
