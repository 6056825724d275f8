package replay

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// EventQuery chooses events of a session by time, in the server's clock.
type EventQuery struct {
	TabID    string // empty: all tabs, merged by time
	From, To int64  // unix ms, From inclusive, To exclusive; 0: open
	// Keyframe makes the events of each tab begin with what a player needs to start at From: a keyframe that
	// stands for all events before it, one ms earlier. Where nothing can be shown at From (or it is open), they begin at
	// the next full snapshot; a tab without any gives none.
	Keyframe bool
	// Gaps has what is damaged skipped. In its place stands a custom event with the tag [GapTag], then
	// the keyframe of what comes next.
	Gaps bool
}

// Playback is what answers an [EventQuery]. It gives what was stored when it was made.
type Playback struct {
	// LastSeq is the highest batch number of the tab that was stored then, -1 if there was none: a live
	// stream goes on right after it. Only of a query with a TabID.
	LastSeq int64
	// Events calls yield, until it returns an error, with the JSON of each event chosen, as it was sent, in the order of
	// its tab; the events of several tabs are merged by their timestamps. The bytes are only valid during
	// the call. It reads only the blocks that the window needs and holds at most one per tab, beside what that is
	// compressed with. It can be called once. Errors wrap [ErrNotFound], [ErrErased] or [ErrDamaged], or are yield's.
	Events func(ctx context.Context, yield func(event []byte) error) error
}

// Play prepares to answer a query. Errors wrap [ErrNotFound], [ErrErased] or [ErrDamaged].
func (s *Service) Play(ctx context.Context, sess *Session, q EventQuery) (*Playback, error) {
	p, err := s.planOf(ctx, sess.ID, false)
	if err != nil {
		return nil, err
	}
	play := &Playback{LastSeq: -1}
	var readers []*tabReader
	for _, tab := range p.tabs {
		if q.TabID != "" && q.TabID != tab {
			continue
		}
		pieces := p.pieces[tab]
		last := pieces[len(pieces)-1].seq
		readers = append(readers, newTabReader(s, p, tab, q, last))
		if q.TabID != "" {
			play.LastSeq = last
		}
	}
	play.Events = func(ctx context.Context, yield func(event []byte) error) error { return merge(ctx, readers, yield) }
	return play, nil
}

// Events is [Service.Play] and [Playback.Events] in one.
func (s *Service) Events(ctx context.Context, sess *Session, q EventQuery, yield func(event []byte) error) error {
	p, err := s.Play(ctx, sess, q)
	if err != nil {
		return err
	}
	return p.Events(ctx, yield)
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
	last     int64 // batch number, of the last one stored when the query came
	gaps     bool
	pieces   []piece
	at       int // index of the next piece
	from, to int64

	made   []rrweb.Event // by the server: to be given before events
	events []rrweb.Event // left of the piece being given
	seq    int64         // of that piece
	given  int           // events taken from batch seq, for going on after a sealing came in between

	seeks bool         // a keyframe is to be made before anything is given
	waits bool         // for a full snapshot: nothing is given before it
	meta  *rrweb.Event // the last one met while it waits
	torn  bool         // what was before the next piece is not there: its keyframe is needed
}

func newTabReader(s *Service, p *plan, tab string, q EventQuery, last int64) *tabReader {
	r := &tabReader{s: s, load: newLoader(s, p, tab), tab: tab, last: last, gaps: q.Gaps, seeks: q.Keyframe,
		from: math.MinInt64, to: math.MaxInt64}
	r.pieces = p.pieces[tab]
	if q.From != 0 {
		r.from = q.From - p.sess.ClockOffsetMs
	}
	if q.To != 0 {
		r.to = q.To - p.sess.ClockOffsetMs
	}
	r.load.ahead.until = r.to
	return r
}

// upTo returns the pieces of batches up to seq.
func upTo(pieces []piece, seq int64) []piece {
	n, _ := slices.BinarySearchFunc(pieces, seq+1, func(p piece, seq int64) int { return cmp.Compare(p.seq, seq) })
	return pieces[:n]
}

// next returns the next event, nil at the end.
func (r *tabReader) next(ctx context.Context) (*rrweb.Event, error) {
	if r.seeks {
		r.seeks = false
		if err := r.seek(ctx); err != nil {
			return nil, err
		}
	}
	for {
		for len(r.made) > 0 {
			ev := &r.made[0]
			r.made = r.made[1:]
			if ev = r.chosen(ev); ev != nil {
				return ev, nil
			}
		}
		for len(r.events) > 0 {
			ev := &r.events[0]
			r.events = r.events[1:]
			r.given++
			if ev = r.chosen(ev); ev != nil {
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

// chosen returns the event if the query wants it. A full snapshot that was waited for comes after its meta event.
func (r *tabReader) chosen(ev *rrweb.Event) *rrweb.Event {
	if ev.Timestamp >= r.to {
		return nil
	}
	if !r.waits || isGap(ev) {
		if ev.Timestamp < r.from {
			return nil
		}
		return ev
	}
	switch ev.Type {
	case rrweb.TypeMeta:
		r.meta = ev
	case rrweb.TypeFullSnapshot:
		r.waits, r.from = false, math.MinInt64
		if r.meta != nil {
			r.made = append([]rrweb.Event{*ev}, r.made...)
			return r.meta
		}
		return ev
	}
	return nil
}

// advance loads the next piece, if the window touches it.
func (r *tabReader) advance(ctx context.Context) error {
	pc := &r.pieces[r.at]
	if r.passes(pc) {
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
	if r.gaps && errors.Is(err, ErrDamaged) {
		r.skipDamaged()
		return nil
	}
	if err != nil {
		return err
	}
	if r.torn {
		frame, err := r.load.keyframe(ctx, pc)
		if err != nil {
			return err
		}
		r.made, r.torn = append(r.made, frame...), false
	}
	if pc.seq != r.seq {
		r.seq, r.given = pc.seq, 0
	}
	r.at++
	r.events = events
	return nil
}

// passes reports whether the piece holds nothing that is wanted.
func (r *tabReader) passes(pc *piece) bool {
	if pc.events == 0 || pc.firstAt >= r.to {
		return true
	}
	if !r.waits {
		return pc.lastAt < r.from
	}
	// The meta event may have been sent with the batch before.
	mayHold := func(pc *piece) bool { return pc.snapshotAt != 0 || pc.starts && r.torn }
	return !mayHold(pc) && (r.at+1 == len(r.pieces) || !mayHold(&r.pieces[r.at+1]))
}

// skipDamaged goes past the block, or the batch, that cannot be read, and says so.
func (r *tabReader) skipDamaged() {
	bad := &r.pieces[r.at]
	for r.at++; bad.row == nil && r.at < len(r.pieces) && r.pieces[r.at].row == nil && r.pieces[r.at].block == bad.block; r.at++ {
	}
	r.torn = true
	r.made = append(r.made, gapEvent(max(bad.firstAt, r.from), bad.firstAt, bad.lastAt))
}

// reload plans anew after an object was gone, and loads the piece again. Only if it is
// gone there too, it is lost. Of a batch that was given in part, the rest is left over.
func (r *tabReader) reload(ctx context.Context) ([]rrweb.Event, error) {
	want := r.pieces[r.at]
	given := 0
	if want.seq == r.seq {
		given = r.given
	}
	if err := r.replan(ctx); err != nil {
		return nil, err
	}
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

func (r *tabReader) replan(ctx context.Context) error {
	p, err := r.s.planOf(ctx, r.load.p.sess.ID, false)
	if err != nil {
		return err
	}
	r.load = newLoader(r.s, p, r.tab)
	r.load.ahead.until = r.to
	r.pieces = upTo(p.pieces[r.tab], r.last)
	return nil
}

// BatchesAfter calls yield for each stored batch of a tab with a number over afterSeq, in
// order, with its events as a JSON array. For a live session: what came since.
func (s *Service) BatchesAfter(ctx context.Context, sess *Session, tabID string, afterSeq int64, yield func(seq int64, events []byte) error) error {
	p, err := s.planOf(ctx, sess.ID, false)
	if err != nil {
		return err
	}
	load := newLoader(s, p, tabID)
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
