package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/segment"
)

// plan says where every event of a session lies.
type plan struct {
	sess   Session
	rows   []Batch // by tab, then seq
	key    *segment.DataKey
	footer *segment.Footer // nil while the session was never sealed
	pieces map[string][]piece
	tabs   []string // in the order of their first event
}

// piece is a run of events of one batch. Times are in the client's clock.
type piece struct {
	seq                         int64
	events                      int
	firstAt, lastAt, snapshotAt int64

	row   *Batch // where it lies in a pack, nil if in the sealed object
	block int    // of the sealed object
	skip  int    // events before it in the block
}

// planOf reads the index of a session, anew if the session is sealed under the reading.
func (s *Service) planOf(ctx context.Context, id string) (*plan, error) {
	var gone string
	for {
		p, err := s.readPlan(ctx, id)
		if p == nil || !isGone(err) || p.sess.SealedKey == gone {
			return p, err
		}
		gone = p.sess.SealedKey
	}
}

// readPlan reads the rows before the session, so that if it is sealed in between, its
// batches are found twice rather than not at all. If only the footer cannot be read, it returns a plan too.
func (s *Service) readPlan(ctx context.Context, id string) (*plan, error) {
	rows, err := s.store.Batches(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("replay: read index: %w", err)
	}
	p := &plan{rows: rows, pieces: map[string][]piece{}}
	if p.sess, err = s.store.Session(ctx, "", id); err != nil {
		return nil, fmt.Errorf("replay: read session: %w", err)
	}
	if p.key, err = s.sessionKey(ctx, id); err != nil {
		return nil, err
	}
	if p.sess.SealedKey != "" {
		if p.footer, err = s.footer(ctx, &p.sess, p.key); err != nil {
			return p, err
		}
	}
	p.arrange()
	return p, nil
}

// footer reads the footer of a sealed session, nearly always with one read.
func (s *Service) footer(ctx context.Context, sess *Session, key *segment.DataKey) (*segment.Footer, error) {
	size := sess.SealedBytes
	guess := min(size, segment.FooterGuessBytes)
	end, err := s.read(ctx, sess.SealedKey, size-guess, guess)
	if err != nil {
		return nil, err
	}
	if len(end) < segment.TailBytes {
		return nil, fmt.Errorf("replay: %w: %s is cut short", ErrDamaged, sess.SealedKey)
	}
	tail, err := segment.ParseTail(end[len(end)-segment.TailBytes:], size)
	if err != nil {
		return nil, fmt.Errorf("replay: %w: %s: %w", ErrDamaged, sess.SealedKey, err)
	}
	var text []byte
	if start := tail.Offset - (size - guess); start >= 0 {
		text = end[start : start+tail.Length]
	} else if text, err = s.read(ctx, sess.SealedKey, tail.Offset, tail.Length); err != nil {
		return nil, err
	}
	f, err := tail.Footer(text, key, sess.ID)
	if err != nil {
		return nil, fmt.Errorf("replay: %w: %s: %w", ErrDamaged, sess.SealedKey, err)
	}
	return f, nil
}

// read gets length bytes of an object; fewer if it ends before.
func (s *Service) read(ctx context.Context, key string, offset, length int64) ([]byte, error) {
	r, err := s.bucket.Get(ctx, key, offset, length)
	if err != nil {
		return nil, fmt.Errorf("replay: read %s: %w", key, err)
	}
	b, err := io.ReadAll(io.LimitReader(r, length))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("replay: read %s: %w", key, err)
	}
	return b, nil
}

// arrange puts the pieces of sealed object and packs into one order per tab. A batch
// that is in both counts as sealed.
func (p *plan) arrange() {
	sealed := map[BatchID]bool{}
	if p.footer != nil {
		for i := range p.footer.Blocks {
			b := &p.footer.Blocks[i]
			skip := 0
			for _, g := range b.Batches {
				sealed[BatchID{b.TabID, g.Seq}] = true
				p.pieces[b.TabID] = append(p.pieces[b.TabID], piece{
					seq: g.Seq, events: g.Events, firstAt: g.FirstAt, lastAt: g.LastAt, snapshotAt: g.SnapshotAt,
					block: i, skip: skip,
				})
				skip += g.Events
			}
		}
	}
	for i := range p.rows {
		row := &p.rows[i]
		if row.Pack != "" && !sealed[BatchID{row.TabID, row.Seq}] {
			p.pieces[row.TabID] = append(p.pieces[row.TabID], piece{
				seq: row.Seq, events: row.Events, firstAt: row.FirstAt, lastAt: row.LastAt, snapshotAt: row.SnapshotAt, row: row,
			})
		}
	}
	for tab, pieces := range p.pieces {
		// Stable: a batch cut over two blocks keeps its order.
		slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.seq, b.seq) })
		p.tabs = append(p.tabs, tab)
	}
	slices.SortFunc(p.tabs, func(a, b string) int {
		return cmp.Or(cmp.Compare(p.pieces[a][0].firstAt, p.pieces[b][0].firstAt), cmp.Compare(a, b))
	})
}

// where names the object and offset of a piece, for reports of damage.
func (p *plan) where(pc *piece) (object string, offset int64) {
	if pc.row != nil {
		return pc.row.Pack, pc.row.Offset
	}
	return p.sess.SealedKey, p.footer.Blocks[pc.block].Offset
}

// loader reads pieces of one tab and keeps the last block, which holds most often
// the next piece too.
type loader struct {
	s      *Service
	p      *plan
	block  int // of events, -1 for none
	events []rrweb.Event
}

// load returns the events of a piece. Errors wrap [ErrDamaged], or [blob.ErrNotFound] where
// the object is gone, because the session was sealed meanwhile or because it is lost.
func (l *loader) load(ctx context.Context, pc *piece) ([]rrweb.Event, error) {
	if pc.row != nil {
		events, err := l.s.loadRecord(ctx, pc.row, l.p.key)
		if err == nil && len(events) != pc.events {
			err = fmt.Errorf("replay: %w: batch %d has another number of events than its index", ErrDamaged, pc.seq)
		}
		return events, err
	}
	if l.block != pc.block || l.events == nil {
		events, err := l.s.loadBlock(ctx, l.p, pc.block)
		if err != nil {
			return nil, err
		}
		l.block, l.events = pc.block, events
	}
	if pc.skip+pc.events > len(l.events) {
		return nil, fmt.Errorf("replay: %w: block %d of %s has fewer events than its footer", ErrDamaged, pc.block, l.p.sess.SealedKey)
	}
	return l.events[pc.skip : pc.skip+pc.events], nil
}

// loadRecord reads one batch from its pack.
func (s *Service) loadRecord(ctx context.Context, row *Batch, key *segment.DataKey) ([]rrweb.Event, error) {
	b, err := s.read(ctx, row.Pack, row.Offset, row.Length)
	if err != nil {
		return nil, err
	}
	rec, err := segment.ParseRecord(b)
	if err == nil && (rec.Header.SessionID != row.SessionID || rec.Header.TabID != row.TabID || rec.Header.Seq != row.Seq) {
		err = fmt.Errorf("%w: another batch lies here", segment.ErrCorrupt)
	}
	var body []byte
	if err == nil {
		body, err = rec.Body(nil, key, inflatedBytesMax)
	}
	events := make([]rrweb.Event, 0, row.Events)
	if err == nil {
		_, err = rrweb.ScanEnvelope(body, func(ev rrweb.Event) error {
			events = append(events, ev)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("replay: %w: %s at %d: %w", ErrDamaged, row.Pack, row.Offset, err)
	}
	return events, nil
}

// loadBlock reads one block of the sealed object.
func (s *Service) loadBlock(ctx context.Context, p *plan, i int) ([]rrweb.Event, error) {
	block := &p.footer.Blocks[i]
	b, err := s.read(ctx, p.sess.SealedKey, block.Offset, block.Length)
	if err != nil {
		return nil, err
	}
	raw, err := p.footer.Events(i, b, p.key)
	events := []rrweb.Event{}
	if err == nil {
		_, err = rrweb.ScanLines(raw, func(ev rrweb.Event) error {
			events = append(events, ev)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("replay: %w: %s at %d: %w", ErrDamaged, p.sess.SealedKey, block.Offset, err)
	}
	return events, nil
}

// isGone reports whether an object was not there, as after a sealing that came in between.
func isGone(err error) bool { return errors.Is(err, blob.ErrNotFound) }
