package replay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/segment"
)

// Ended returns live sessions that are to be sealed: idle for 30 minutes, or 24 hours long.
// With all, every live session, however young.
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
	return ids, nil
}

// Seal merges all blocks of a session into one object. A session that is sealed already, and
// has received nothing since, is left as it is. If another process seals it at the same
// time, one of them wins and neither loses anything. Errors wrap [ErrNotFound], [ErrErased] or [ErrDamaged].
func (s *Service) Seal(ctx context.Context, sessionID string) error {
	p, err := s.planOf(ctx, sessionID)
	if err != nil {
		return err
	}
	if p.sess.State == StateSealed {
		return nil
	}
	// Two processes that seal at once must not write over each other's object.
	key := fmt.Sprintf("%ssealed-%d-%s", sessionPrefix(sessionID), p.sess.SealCount+1, uuid.NewString()[:8])
	size, err := s.writeSealed(ctx, p, key)
	if isGone(err) {
		// Another sealing moved the events meanwhile; if it did not, they are lost.
		if now, again := s.store.Session(ctx, "", sessionID); again == nil && now.SealCount != p.sess.SealCount {
			return fmt.Errorf("replay: seal: %w", ErrChanged)
		}
	}
	if err != nil {
		return err
	}
	sealing := Sealing{SessionID: sessionID, Key: key, Bytes: size, SealCount: p.sess.SealCount}
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

// writeSealed builds the object in a temporary file, since a bucket wants to know the
// size first, and stores it. What is in the file is encrypted.
func (s *Service) writeSealed(ctx context.Context, p *plan, key string) (int64, error) {
	tmp, err := os.CreateTemp("", "afterimage-seal-*")
	if err != nil {
		return 0, fmt.Errorf("replay: seal: %w", err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}()
	buffered := bufio.NewWriterSize(tmp, 256<<10)
	size, err := s.sealTo(ctx, p, buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		_, err = tmp.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = s.bucket.Put(ctx, key, tmp, size)
	}
	if err != nil {
		return 0, fmt.Errorf("replay: seal: %w", err)
	}
	return size, nil
}

func (s *Service) sealTo(ctx context.Context, p *plan, out io.Writer) (int64, error) {
	w, err := segment.NewSealedWriter(out, p.key, segment.Footer{
		SessionID: p.sess.ID, ProjectID: p.sess.ProjectID, ClockOffsetMs: p.sess.ClockOffsetMs})
	if err != nil {
		return 0, err
	}
	hashes := make(map[BatchID][32]byte, len(p.rows))
	for i := range p.rows {
		hashes[BatchID{p.rows[i].TabID, p.rows[i].Seq}] = p.rows[i].Hash
	}
	for _, tab := range p.tabs {
		load := loader{s: s, p: p, block: -1}
		pieces := p.pieces[tab]
		for i := range pieces {
			if i == 0 || pieces[i].seq != pieces[i-1].seq {
				if err := w.Batch(tab, pieces[i].seq, hashes[BatchID{tab, pieces[i].seq}]); err != nil {
					return 0, err
				}
			}
			events, err := load.load(ctx, &pieces[i])
			if err != nil {
				return 0, err
			}
			for _, ev := range events {
				if err := w.Event(ev.Raw, ev.Timestamp, eventKind(ev.Type)); err != nil {
					return 0, err
				}
			}
		}
	}
	return w.Close()
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
