package replay

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/segment"
	"github.com/afterimage/afterimage/replay/signal"
)

// Ended returns sessions that are to be sealed: live ones that were idle for 30 minutes, or are 24 hours long; with
// all, every live session, however young. Where there are none, some that an older version sealed, which looked
// for no signals.
func (s *Service) Ended(ctx context.Context, all bool, limit int) ([]string, error) {
	now := s.nowMs()
	idleBefore, startedBefore := now-idleMs, now-lengthMs
	if all {
		idleBefore = now + futureMs
	}
	ids, err := s.store.Ended(ctx, idleBefore, startedBefore, limit)
	if err != nil {
		return nil, fmt.Errorf("replay: find ended sessions: %w", err)
	}
	if len(ids) == 0 {
		ids, err = s.store.Outdated(ctx, min(limit, outdatedAtOnce))
	}
	return ids, wrap("replay: find outdated sessions", err)
}

// outdatedAtOnce is how many sessions of an older version are sealed anew at a time, so that those that end
// meanwhile do not wait.
const outdatedAtOnce = 20

// Seal merges all blocks of a session into one object. A session that this version sealed, and that
// has received nothing since, is left as it is. If another process seals it at the same
// time, one of them wins and neither loses anything. With fast, it takes a third of the time, and a quarter to a half more room. Errors wrap [ErrNotFound], [ErrErased] or [ErrDamaged].
func (s *Service) Seal(ctx context.Context, sessionID string, fast bool) error {
	p, err := s.planOf(ctx, sessionID, false)
	if err == nil && p.sess.State == StateSealed {
		if p.sess.Digest != nil {
			return nil
		}
		p, err = s.planOf(ctx, sessionID, true)
	}
	if err != nil {
		return err
	}
	// Two processes that seal at once must not write over each other's object.
	key := fmt.Sprintf("%ssealed-%d-%s", sessionPrefix(sessionID), p.sess.SealCount+1, uuid.NewString()[:8])
	dictionary, err := s.latestDictionary(ctx, p.sess.ProjectID)
	if err != nil {
		return err
	}
	w := sealer{s: s, p: p, dictionary: dictionary}
	if fast {
		w.level = segment.LevelFast
	}
	size, err := w.store(ctx, key)
	if isGone(err) {
		// Another sealing moved the events meanwhile; if it did not, they are lost.
		if now, again := s.store.Session(ctx, "", sessionID); again == nil && now.SealCount != p.sess.SealCount {
			return fmt.Errorf("replay: seal: %w", ErrChanged)
		}
	}
	if err != nil {
		return err
	}
	sealing := Sealing{SessionID: sessionID, Key: key, Bytes: size, SealCount: p.sess.SealCount, Tabs: w.tabs,
		Digest: w.digest()}
	if dictionary != nil {
		sealing.Dictionary = dictionary.Name
	}
	for tab, pieces := range p.pieces {
		for i := range pieces {
			if i == 0 || pieces[i].seq != pieces[i-1].seq {
				sealing.Batches = append(sealing.Batches, BatchID{TabID: tab, Seq: pieces[i].seq})
			}
		}
	}
	err = s.store.CommitSeal(ctx, sealing, s.nowMs())
	if errors.Is(err, ErrErased) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrChanged) {
		// Erased, or sealed by another process: what was just written must not stay.
		return errors.Join(err, s.bucket.Delete(ctx, key))
	}
	if err != nil {
		return fmt.Errorf("replay: index sealed session: %w", err)
	}
	return s.dropSealed(ctx, sessionID, key, p.sess.SealCount+1)
}

// dropSealed deletes the session's older sealed objects, and those of sealings that were cut short or came
// second. A higher number belongs to a sealing that began after this one: it stays.
func (s *Service) dropSealed(ctx context.Context, sessionID, keep string, upTo int) error {
	prefix := sessionPrefix(sessionID) + "sealed-"
	err := s.bucket.List(ctx, prefix, func(o blob.Object) error {
		number, _, _ := strings.Cut(strings.TrimPrefix(o.Key, prefix), "-")
		if n, err := strconv.Atoi(number); err != nil || n > upTo || o.Key == keep {
			return nil
		}
		return s.bucket.Delete(ctx, o.Key)
	})
	return wrap("replay: delete older sealed objects", err)
}

// sealer writes one session's sealed object.
type sealer struct {
	s          *Service
	p          *plan
	level      segment.Level
	dictionary *segment.Dictionary // nil for none

	w       *segment.SealedWriter
	tabs    []Tab
	moments []Moment // client clock
	visits  []Visit  // server clock
}

// digest sums up what was found, after all is written.
func (w *sealer) digest() *Digest {
	r := review{offset: w.p.sess.ClockOffsetMs, moments: slices.Clone(w.moments)}
	d := digest(r.sorted(), w.visits)
	return &d
}

// store builds the object in a temporary file, since a bucket wants to know the
// size first, and stores it. What is in the file is encrypted.
func (w *sealer) store(ctx context.Context, key string) (int64, error) {
	tmp, err := os.CreateTemp("", "afterimage-seal-*")
	if err != nil {
		return 0, fmt.Errorf("replay: seal: %w", err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}()
	buffered := bufio.NewWriterSize(tmp, 256<<10)
	size, err := w.write(ctx, buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		_, err = tmp.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = w.s.bucket.Put(ctx, key, tmp, size)
	}
	if err != nil {
		return 0, fmt.Errorf("replay: seal: %w", err)
	}
	return size, nil
}

func (w *sealer) write(ctx context.Context, out io.Writer) (int64, error) {
	var err error
	sess := &w.p.sess
	w.w, err = segment.NewSealedWriter(out, w.p.key, segment.Head{SessionID: sess.ID, ProjectID: sess.ProjectID,
		ClockOffsetMs: sess.ClockOffsetMs, Level: w.level, Dictionary: w.dictionary})
	if err != nil {
		return 0, err
	}
	w.tabs = tabsOf(w.p.rows, sess.ClockOffsetMs)
	slices.SortFunc(w.tabs, func(a, b Tab) int {
		return cmp.Compare(slices.Index(w.p.tabs, a.ID), slices.Index(w.p.tabs, b.ID))
	})
	index := make([]segment.TabIndex, len(w.tabs))
	for i := range w.tabs {
		if err := w.tab(ctx, &w.tabs[i]); err != nil {
			return 0, err
		}
		index[i] = w.tabs[i].index(sess.ClockOffsetMs)
	}
	w.moments = eachPageOnce(w.moments, w.visits, sess.ClockOffsetMs)
	slices.SortStableFunc(w.moments, func(a, b Moment) int { return cmp.Compare(a.At, b.At) })
	text, err := json.Marshal(w.moments)
	if err != nil {
		return 0, fmt.Errorf("encode moments: %w", err)
	}
	return w.w.Close(text, index)
}

// tab writes the events of one tab, following its page.
func (w *sealer) tab(ctx context.Context, tab *Tab) error {
	watch := newWatcher(tab, w.p.sess.ClockOffsetMs)
	recorded := int64(0)
	for i := range w.p.rows {
		if w.p.rows[i].TabID == tab.ID {
			recorded += w.p.rows[i].RawBytes
		}
	}
	if err := w.w.Tab(tab.ID, recorded, watch.page.AppendKeyframe); err != nil {
		return err
	}
	facts, err := w.s.tabFacts(ctx, w.p, tab.ID)
	if err != nil {
		return err
	}
	qs := questionsOf(facts, tab.ID, true, nil)
	load := newLoader(w.s, w.p, tab.ID)
	pieces := w.p.pieces[tab.ID]
	var found signal.Batch
	for i := range pieces {
		if i == 0 || pieces[i].seq != pieces[i-1].seq {
			w.w.Batch(pieces[i].seq)
			found = signal.Batch{}
		}
		events, err := load.load(ctx, &pieces[i])
		if err != nil {
			return err
		}
		for j := range events {
			ev := &events[j]
			if err := w.w.Event(ev.Raw, ev.Timestamp, eventKind(ev.Type)); err != nil {
				return err
			}
			before := len(found.Moments)
			found.Add(*ev)
			for k := before; k < len(found.Moments); k++ {
				nameElement(&found.Moments[k], watch.page)
			}
			qs.see(ev, watch.page)
			watch.apply(ev)
		}
		if i+1 == len(pieces) || pieces[i+1].seq != pieces[i].seq {
			moments, _ := summarise(&found, tab.ID)
			for k := range moments {
				moments[k].Tab = tab.ID
			}
			w.moments = append(w.moments, moments...)
		}
	}
	watch.end()
	w.moments = append(w.moments, signalsOf(facts, tab.ID, true, qs.answers)...)
	w.visits = append(w.visits, visitsOf(facts, tab.ID, w.p.sess.ClockOffsetMs)...)
	return nil
}

// nameElement says what was clicked, as far as the recorder has not.
func nameElement(m *signal.Moment, page *rrweb.Mirror) {
	if m.Kind != signal.KindClick {
		return
	}
	if e, known := page.Element(m.Node); known {
		m.Name(e.Tag, e.Role, e.Text, e.TestID, e.Selector)
	}
}

func eventKind(kind int) segment.EventKind {
	switch kind {
	case rrweb.TypeMeta:
		return segment.EventMeta
	case rrweb.TypeFullSnapshot:
		return segment.EventSnapshot
	}
	return segment.EventOther
}

// SweepPacks deletes packs in which no batch lies any more, and returns how many.
func (s *Service) SweepPacks(ctx context.Context) (int, error) {
	if !s.packs.grows {
		// A pack in an object store is complete once it is in the index.
		if err := s.store.ClosePacks(ctx, packPrefix); err != nil {
			return 0, fmt.Errorf("replay: close packs: %w", err)
		}
	}
	removed := 0
	for {
		keys, err := s.store.EmptyPacks(ctx, listMax)
		if err != nil || len(keys) == 0 {
			return removed, wrap("replay: find empty packs", err)
		}
		for _, key := range keys {
			if err := s.bucket.Delete(ctx, key); err != nil {
				return removed, fmt.Errorf("replay: delete pack: %w", err)
			}
			if err := s.store.ForgetPack(ctx, key); err != nil {
				return removed, fmt.Errorf("replay: forget pack: %w", err)
			}
			removed++
		}
	}
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
