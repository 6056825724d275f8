package replay

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// Damage is one thing that is wrong with what is stored.
type Damage struct {
	Object  string `json:"object"`
	Offset  int64  `json:"offset"`
	Session string `json:"session"`
	Why     string `json:"why"`
}

// Checked is how much a verification has read.
type Checked struct {
	Sessions int64
	Blocks   int64
}

// Verify reads everything back: every block of every session is fetched, checked, decrypted,
// inflated and scanned, and every batch is held against the hash it had when it came. It calls
// damaged for each thing that is wrong. The error is about the verification itself.
// Safe while serving: a session that is sealed or erased meanwhile is read again or left out.
func (s *Service) Verify(ctx context.Context, damaged func(Damage)) (Checked, error) {
	var done Checked
	f := SessionFilter{Limit: listMax}
	for {
		page, err := s.store.Sessions(ctx, f)
		if err != nil {
			return done, fmt.Errorf("replay: verify: list sessions: %w", err)
		}
		for i := range page {
			blocks, err := s.verifySession(ctx, page[i].ID, damaged)
			if err != nil {
				return done, err
			}
			done.Sessions++
			done.Blocks += blocks
		}
		if len(page) < f.Limit {
			return done, nil
		}
		last := &page[len(page)-1]
		f.AfterStarted, f.AfterID = last.StartedAt, last.ID
	}
}

// verifySession reads one session, again if it changed under the reading.
func (s *Service) verifySession(ctx context.Context, id string, damaged func(Damage)) (int64, error) {
	const triesMax = 3 // a session is sealed at most once in the time of a reading
	var found []Damage
	var blocks int64
	for range triesMax {
		p, err := s.planOf(ctx, id)
		switch {
		case errors.Is(err, ErrErased) || errors.Is(err, ErrNotFound):
			return 0, nil
		case isGone(err) || errors.Is(err, ErrDamaged):
			found = []Damage{{Object: sessionPrefix(id), Session: id, Why: err.Error()}}
			continue
		case err != nil:
			return 0, fmt.Errorf("replay: verify session %s: %w", id, err)
		}
		v := verifier{s: s, p: p}
		if err := v.run(ctx); err != nil {
			return 0, err
		}
		if found, blocks = v.damage, v.blocks; !v.gone {
			break
		}
	}
	for _, d := range found {
		damaged(d)
	}
	return blocks, nil
}

type verifier struct {
	s      *Service
	p      *plan
	damage []Damage
	blocks int64
	gone   bool // an object was not there
}

func (v *verifier) run(ctx context.Context) error {
	present := map[BatchID]bool{}
	for _, tab := range v.p.tabs {
		load := loader{s: v.s, p: v.p, block: -1}
		pieces := v.p.pieces[tab]
		sum := sha256.New()
		for i := range pieces {
			pc := &pieces[i]
			present[BatchID{tab, pc.seq}] = true
			if pc.row != nil || load.block != pc.block {
				v.blocks++
			}
			events, err := load.load(ctx, pc)
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("replay: verify: %w", err)
			}
			if err != nil {
				v.gone = v.gone || isGone(err)
				v.report(pc, err.Error())
				load.block, load.events = pc.block, make([]rrweb.Event, 0) // tell of a block once
				continue
			}
			for _, ev := range events {
				hashEvent(sum, ev.Raw)
			}
			if i+1 == len(pieces) || pieces[i+1].seq != pc.seq {
				v.compare(tab, pc, [32]byte(sum.Sum(nil)))
				sum.Reset()
			}
		}
	}
	for i := range v.p.rows {
		row := &v.p.rows[i]
		if !present[BatchID{row.TabID, row.Seq}] {
			v.damage = append(v.damage, Damage{Object: v.p.sess.SealedKey, Session: row.SessionID,
				Why: fmt.Sprintf("batch %d of tab %s is in the index and in no object", row.Seq, row.TabID)})
		}
	}
	return nil
}

// compare holds a batch that was read against its row.
func (v *verifier) compare(tab string, pc *piece, hash [32]byte) {
	for i := range v.p.rows {
		row := &v.p.rows[i]
		if row.TabID == tab && row.Seq == pc.seq {
			if row.Hash != hash {
				v.report(pc, fmt.Sprintf("batch %d of tab %s is not what was received", pc.seq, tab))
			}
			return
		}
	}
	v.report(pc, fmt.Sprintf("batch %d of tab %s is stored and not in the index", pc.seq, tab))
}

func (v *verifier) report(pc *piece, why string) {
	object, offset := v.p.where(pc)
	v.damage = append(v.damage, Damage{Object: object, Offset: offset, Session: v.p.sess.ID, Why: why})
}
