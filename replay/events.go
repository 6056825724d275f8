package replay

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// EventQuery chooses events of a session by time, in the server's clock.
type EventQuery struct {
	TabID    string // empty: all tabs, merged by time
	From, To int64  // unix ms, From inclusive, To exclusive; 0: open
	// Keyframe makes the events begin with what a player needs to start at From: the last
	// full snapshot at or before it, with its meta event, and all events since. Where there is
	// none, they begin at the first one after From; a tab without any gives none.
	Keyframe bool
	// BeforeSeq leaves out batches from that number on, so that a live stream can go on exactly
	// where the answer ends; 0: none. Only with a TabID.
	BeforeSeq int64
}

// Events calls yield with the JSON of each event chosen, as it was sent, in the order of
// its tab; the events of several tabs are merged by their timestamps. The bytes are only valid during
// the call. It reads only the blocks that the window needs and holds at most one per tab.
// Errors wrap [ErrNotFound], [ErrErased] or [ErrDamaged]; yield's first error ends it.
func (s *Service) Events(ctx context.Context, sess *Session, q EventQuery, yield func(event []byte) error) error {
	p, err := s.planOf(ctx, sess.ID)
	if err != nil {
		return err
	}
	readers := make([]*tabReader, 0, len(p.tabs))
	for _, tab := range p.tabs {
		if q.TabID == "" || q.TabID == tab {
			readers = append(readers, newTabReader(s, p, tab, q))
		}
	}
	return merge(ctx, readers, yield)
}

// merge takes from each reader in turn the event with the lowest timestamp.
func merge(ctx context.Context, readers []*tabReader, yield func([]byte) error) error {
	heads := make([]*rrweb.Event, len(readers))
	for i, r := range readers {
		var err error
		if heads[i], err = r.next(ctx); err != nil {
			return err
		}
	}
	for {
		low := -1
		for i, head := range heads {
			if head != nil && (low < 0 || head.Timestamp < heads[low].Timestamp) {
				low = i
			}
		}
		if low < 0 {
			return nil
		}
		if err := yield(heads[low].Raw); err != nil {
			return err
		}
		var err error
		if heads[low], err = readers[low].next(ctx); err != nil {
			return err
		}
	}
}

// tabReader gives the events of one tab that a query chooses. Times are in the client's clock.
type tabReader struct {
	s        *Service
	load     loader
	tab      string
	before   int64 // batch number at which the query ends, 0: open
	pieces   []piece
	at       int // index of the next piece
	from, to int64

	events []rrweb.Event // left of the piece being given
	seq    int64         // of that piece
	given  int           // events taken from batch seq, for going on after a sealing came in between
	start  bool          // the next piece begins the query's keyframe
}

func newTabReader(s *Service, p *plan, tab string, q EventQuery) *tabReader {
	r := &tabReader{s: s, load: loader{s: s, p: p, block: -1}, tab: tab, before: q.BeforeSeq, from: math.MinInt64, to: math.MaxInt64}
	r.pieces = upTo(p.pieces[tab], r.before)
	if q.From != 0 {
		r.from = q.From - p.sess.ClockOffsetMs
	}
	if q.To != 0 {
		r.to = q.To - p.sess.ClockOffsetMs
	}
	if q.Keyframe {
		r.at = keyframePiece(r.pieces, r.from)
		r.start = r.at < len(r.pieces)
	}
	return r
}

// upTo returns the pieces of batches before seq; all, if that is 0.
func upTo(pieces []piece, seq int64) []piece {
	if seq == 0 {
		return pieces
	}
	n, _ := slices.BinarySearchFunc(pieces, seq, func(p piece, seq int64) int { return cmp.Compare(p.seq, seq) })
	return pieces[:n]
}

// keyframePiece returns the index of the last piece with a full snapshot at or before
// from, else of the first with one, else len(pieces).
func keyframePiece(pieces []piece, from int64) int {
	found := len(pieces)
	for i := range pieces {
		if at := pieces[i].snapshotAt; at != 0 && (at <= from || found == len(pieces)) {
			found = i
		}
	}
	return found
}

// next returns the next event, nil at the end.
func (r *tabReader) next(ctx context.Context) (*rrweb.Event, error) {
	for {
		for len(r.events) > 0 {
			ev := &r.events[0]
			r.events = r.events[1:]
			r.given++
			if ev.Timestamp >= r.from && ev.Timestamp < r.to {
				return ev, nil
			}
		}
		if r.at >= len(r.pieces) {
			return nil, nil
		}
		if err := r.advance(ctx); err != nil {
			return nil, err
		}
	}
}

// advance loads the next piece, if the window touches it.
func (r *tabReader) advance(ctx context.Context) error {
	pc := &r.pieces[r.at]
	if !r.start && (pc.events == 0 || pc.firstAt >= r.to || pc.lastAt < r.from) {
		r.at++
		return nil
	}
	events, err := r.load.load(ctx, pc)
	if isGone(err) {
		if events, err = r.reload(ctx); err != nil || events == nil {
			return err
		}
		pc = &r.pieces[r.at]
	}
	if err != nil {
		return err
	}
	if pc.seq != r.seq {
		r.seq, r.given = pc.seq, 0
	}
	r.at++
	if r.start {
		r.start = false
		return r.begin(ctx, events)
	}
	r.events = events
	return nil
}

// reload plans anew after an object was gone, and loads the piece again. Only if it is
// gone there too, it is lost. Of a batch that was given in part, the rest is left over.
func (r *tabReader) reload(ctx context.Context) ([]rrweb.Event, error) {
	want := r.pieces[r.at]
	given := 0
	if want.seq == r.seq {
		given = r.given
	}
	p, err := r.s.planOf(ctx, r.load.p.sess.ID)
	if err != nil {
		return nil, err
	}
	r.load = loader{s: r.s, p: p, block: -1}
	r.pieces = upTo(p.pieces[r.tab], r.before)
	for r.at = 0; r.at < len(r.pieces); r.at++ {
		pc := &r.pieces[r.at]
		if pc.seq < want.seq {
			continue
		}
		if pc.seq == want.seq && pc.events <= given && pc.events > 0 {
			given -= pc.events
			continue
		}
		events, err := r.load.load(ctx, pc)
		if err != nil || pc.seq != want.seq {
			return events, err
		}
		return events[given:], nil
	}
	return nil, nil
}

// begin cuts off what stands before the keyframe in the piece that holds it.
func (r *tabReader) begin(ctx context.Context, events []rrweb.Event) error {
	snapshot := -1
	for i := range events {
		if events[i].Type == rrweb.TypeFullSnapshot && (snapshot < 0 || events[i].Timestamp <= r.from) {
			snapshot = i
		}
	}
	r.from = math.MinInt64
	if snapshot < 0 {
		r.events = events
		return nil
	}
	for i := snapshot - 1; i >= 0 && events[i].Type != rrweb.TypeFullSnapshot; i-- {
		if events[i].Type == rrweb.TypeMeta {
			r.events = events[i:]
			return nil
		}
	}
	r.events = events[snapshot:]
	// The meta event may have been sent with the batch before.
	if before := r.at - 2; before >= 0 {
		earlier, err := r.load.load(ctx, &r.pieces[before])
		if err != nil {
			return err
		}
		for i := len(earlier) - 1; i >= 0 && earlier[i].Type != rrweb.TypeFullSnapshot; i-- {
			if earlier[i].Type == rrweb.TypeMeta {
				r.events = append([]rrweb.Event{earlier[i]}, r.events...)
				break
			}
		}
	}
	return nil
}

// BatchesAfter calls yield for each stored batch of a tab with a number over afterSeq, in
// order, with its events as a JSON array. For a live session: what came since.
func (s *Service) BatchesAfter(ctx context.Context, sess *Session, tabID string, afterSeq int64, yield func(seq int64, events []byte) error) error {
	p, err := s.planOf(ctx, sess.ID)
	if err != nil {
		return err
	}
	load := loader{s: s, p: p, block: -1}
	var array []byte
	pieces := p.pieces[tabID]
	for i := range pieces {
		if pieces[i].seq <= afterSeq {
			continue
		}
		events, err := load.load(ctx, &pieces[i])
		if err != nil {
			return err
		}
		for _, ev := range events {
			array = append(append(array, ','), ev.Raw...)
		}
		if i+1 < len(pieces) && pieces[i+1].seq == pieces[i].seq {
			continue // the batch goes on in the next block
		}
		if len(array) == 0 {
			array = append(array, '[')
		}
		array[0] = '['
		if err := yield(pieces[i].seq, append(array, ']')); err != nil {
			return err
		}
		array = array[:0]
	}
	return nil
}
