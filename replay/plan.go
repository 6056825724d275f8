package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/segment"
)

// plan says where every event of a session lies.
type plan struct {
	sess   Session
	rows   []Batch // by tab, then seq; only those of packs matter, none are read of a sealed session
	key    *segment.DataKey
	footer *segment.Footer // nil while the session was never sealed
	site   []byte          // content of the site dictionary that the sealed object needs
	pieces map[string][]piece
	tabs   []string // in the order of their first event
}

// piece is a run of events of one batch. Times are in the client's clock; of a sealed piece, they are its block's.
type piece struct {
	seq             int64
	events          int
	firstAt, lastAt int64
	// snapshotAt is the time of the first full snapshot, 0 if there is none.
	snapshotAt int64
	// starts says that nothing before the piece is needed to show it from its beginning.
	starts bool

	at    int    // index in the tab's pieces
	row   *Batch // where it lies in a pack, nil if in the sealed object
	block int    // of the sealed object
	skip  int    // events before it in the block, keyframe included
}

// planOf reads the index of a session, anew if the session is sealed under the reading. With
// allRows, the rows of a sealed session's batches are read too.
func (s *Service) planOf(ctx context.Context, id string, allRows bool) (*plan, error) {
	var gone string
	for {
		p, err := s.readPlan(ctx, id, allRows)
		if p == nil || !isGone(err) || p.sess.SealedKey == gone {
			return p, err
		}
		gone = p.sess.SealedKey
	}
}

// withPlan calls use with the plan of a session, and once more with a new one if an object that the plan names is gone:
// the session was sealed in between.
func (s *Service) withPlan(ctx context.Context, id string, use func(*plan) error) error {
	p, err := s.planOf(ctx, id, false)
	if err != nil {
		return err
	}
	if err = use(p); !isGone(err) {
		return err
	}
	if p, err = s.planOf(ctx, id, false); err != nil {
		return err
	}
	return use(p)
}

// readPlan reads a live session's rows before the session, so that if it is sealed in between, its
// batches are found twice rather than not at all. If only the footer cannot be read, it returns a plan too.
func (s *Service) readPlan(ctx context.Context, id string, allRows bool) (*plan, error) {
	p := &plan{pieces: map[string][]piece{}}
	var err error
	if p.sess, err = s.store.Session(ctx, "", id); err != nil {
		return nil, fmt.Errorf("replay: read session: %w", err)
	}
	if allRows || p.sess.State != StateSealed {
		if p.rows, err = s.store.Batches(ctx, id); err != nil {
			return nil, fmt.Errorf("replay: read index: %w", err)
		}
		if p.sess, err = s.store.Session(ctx, "", id); err != nil {
			return nil, fmt.Errorf("replay: read session: %w", err)
		}
	}
	if p.key, err = s.sessionKey(ctx, id); err != nil {
		return nil, err
	}
	if p.sess.SealedKey != "" {
		if p.footer, err = s.footer(ctx, &p.sess, p.key); err != nil {
			return p, err
		}
		if p.site, err = s.siteDictionary(ctx, p.sess.ProjectID, p.footer.Dictionary); err != nil {
			return p, err
		}
	}
	p.arrange()
	return p, nil
}

// footersHeldMax is how many footers are in memory: a player asks for a session's events every few
// seconds. One of a day with 17,000 batches has about 1 MB.
const footersHeldMax = 16

// footer returns the footer of a sealed session, which never changes under its key.
func (s *Service) footer(ctx context.Context, sess *Session, key *segment.DataKey) (*segment.Footer, error) {
	if f, has := s.footers.get(sess.SealedKey); has {
		return f, nil
	}
	f, err := s.readFooter(ctx, sess, key)
	if err != nil {
		return nil, err
	}
	return s.footers.put(sess.SealedKey, f, footersHeldMax), nil
}

// readFooter reads a footer, nearly always with one read.
func (s *Service) readFooter(ctx context.Context, sess *Session, key *segment.DataKey) (*segment.Footer, error) {
	size := sess.SealedBytes
	guess := min(size, segment.FooterGuessBytes)
	end, err := s.read(ctx, sess.SealedKey, size-guess, guess)
	if err != nil {
		return nil, err
	}
	tail, err := segment.ParseTail(end, size)
	if err != nil {
		return nil, fmt.Errorf("replay: %w: %s: %w", ErrDamaged, sess.SealedKey, err)
	}
	var text []byte
	if start := tail.Offset - (size - guess); start >= 0 {
		text = end[start : start+tail.Length+tail.Repair]
	} else if text, err = s.read(ctx, sess.SealedKey, tail.Offset, tail.Length+tail.Repair); err != nil {
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
			p.arrangeBlock(i, sealed)
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
		for i := range pieces {
			pieces[i].at = i
		}
		p.tabs = append(p.tabs, tab)
	}
	slices.SortFunc(p.tabs, func(a, b string) int {
		return cmp.Or(cmp.Compare(p.pieces[a][0].firstAt, p.pieces[b][0].firstAt), cmp.Compare(a, b))
	})
}

func (p *plan) arrangeBlock(i int, sealed map[BatchID]bool) {
	b := &p.footer.Blocks[i]
	tab := p.footer.Tabs[b.Tab].ID
	skip, first := b.Keyframe, true
	b.Batches(func(seq int64, events int) {
		if len(p.rows) > 0 {
			sealed[BatchID{tab, seq}] = true
		}
		p.pieces[tab] = append(p.pieces[tab], piece{
			seq: seq, events: events, firstAt: b.FirstAt, lastAt: b.LastAt, snapshotAt: b.SnapshotAt, starts: first && b.Starts,
			block: i, skip: skip,
		})
		skip += events
		first = false
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
// the next piece too, and the bases that blocks need.
type loader struct {
	s      *Service
	p      *plan
	block  int // of events, -1 for none
	events []rrweb.Event
	bases  map[int][]byte // plaintext by block: at most the two that the last block needed
	healed func(i int)    // if set, is told of blocks that could be read though they are not as they were written
	ahead  readAhead
}

func newLoader(s *Service, p *plan, tab string) loader {
	return loader{s: s, p: p, block: -1, ahead: readAhead{s: s, key: p.key, pieces: p.pieces[tab], until: math.MaxInt64}}
}

// load returns the events of a piece. Errors wrap [ErrDamaged], or [blob.ErrNotFound] where
// the object is gone, because the session was sealed meanwhile or because it is lost.
func (l *loader) load(ctx context.Context, pc *piece) ([]rrweb.Event, error) {
	if pc.row != nil {
		events, err := l.ahead.load(ctx, pc)
		if err == nil && len(events) != pc.events {
			err = fmt.Errorf("replay: %w: batch %d has another number of events than its index", ErrDamaged, pc.seq)
		}
		return events, err
	}
	events, err := l.blockEvents(ctx, pc.block)
	if err != nil {
		return nil, err
	}
	if pc.skip+pc.events > len(events) {
		return nil, fmt.Errorf("replay: %w: block %d of %s has fewer events than its footer", ErrDamaged, pc.block, l.p.sess.SealedKey)
	}
	return events[pc.skip : pc.skip+pc.events], nil
}

// keyframe returns the events that restate the page at the beginning of a piece's block, none if it begins
// with the recorder's own.
func (l *loader) keyframe(ctx context.Context, pc *piece) ([]rrweb.Event, error) {
	if pc.row != nil || !pc.starts {
		return nil, nil
	}
	events, err := l.blockEvents(ctx, pc.block)
	if err != nil {
		return nil, err
	}
	return events[:min(pc.skip, len(events))], nil
}

// blockEvents reads a block of the sealed object, keyframe included.
func (l *loader) blockEvents(ctx context.Context, i int) ([]rrweb.Event, error) {
	if l.block == i {
		return l.events, nil
	}
	raw, err := l.blockText(ctx, i)
	if err != nil {
		return nil, err
	}
	events := []rrweb.Event{}
	_, err = rrweb.ScanLines(raw, func(ev rrweb.Event) error {
		events = append(events, ev)
		return nil
	})
	if err != nil {
		return nil, l.damaged(i, err)
	}
	l.block, l.events = i, events
	return events, nil
}

// blockText reads a block's plaintext, and that of its bases before it.
func (l *loader) blockText(ctx context.Context, i int) ([]byte, error) {
	f := l.p.footer
	block := &f.Blocks[i]
	var base []byte
	if block.Base >= 0 {
		if l.bases[block.Base] == nil {
			text, err := l.blockText(ctx, block.Base)
			if err != nil {
				return nil, fmt.Errorf("replay: block %d, which block %d needs: %w", block.Base, i, err)
			}
			l.keep(block.Base, text)
		}
		base = l.bases[block.Base]
	}
	b, err := l.s.read(ctx, l.p.sess.SealedKey, block.Offset, block.End()-block.Offset)
	if err != nil {
		return nil, err
	}
	raw, err := f.Events(i, b, l.p.key, l.p.site, base)
	if err != nil {
		return nil, l.damaged(i, err)
	}
	if l.healed != nil && !block.Intact(b) {
		l.healed(i)
	}
	return raw, nil
}

// keep holds a base's plaintext for the next block, and forgets those it has not itself.
func (l *loader) keep(i int, text []byte) {
	own := l.p.footer.Blocks[i].Base
	for b := range l.bases {
		if b != own {
			delete(l.bases, b)
		}
	}
	if l.bases == nil {
		l.bases = map[int][]byte{}
	}
	l.bases[i] = text
}

func (l *loader) damaged(i int, err error) error {
	return fmt.Errorf("replay: %w: %s at %d: %w", ErrDamaged, l.p.sess.SealedKey, l.p.footer.Blocks[i].Offset, err)
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

// isGone reports whether an object was not there, as after a sealing that came in between.
func isGone(err error) bool { return errors.Is(err, blob.ErrNotFound) }
