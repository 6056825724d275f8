package replay

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/replay/segment"
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

// Verify reads everything back: the claim and every block of every session is fetched, checked, decrypted,
// inflated and scanned, and every batch is held against the hash it had when it came; so is every site dictionary
// that a session needs, with its copy and its key. It calls damaged for each thing that is wrong. The error is about the verification itself.
// Safe while serving: a session that is sealed or erased meanwhile is read again or left out.
func (s *Service) Verify(ctx context.Context, damaged func(Damage)) (Checked, error) {
	var done Checked
	f := SessionFilter{Limit: listMax}
	type needed struct{ project, dictionary string }
	dictionaries := map[needed]bool{}
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
			n := needed{page[i].ProjectID, page[i].Dictionary}
			if n.dictionary != "" && !dictionaries[n] {
				dictionaries[n] = true
				if err := s.verifyDictionary(ctx, n.project, n.dictionary, damaged); err != nil {
					return done, err
				}
			}
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
		p, err := s.planOf(ctx, id, true)
		switch {
		case errors.Is(err, ErrErased) || errors.Is(err, ErrNotFound):
			return 0, nil
		case isGone(err) || errors.Is(err, ErrDamaged) || errors.Is(err, segment.ErrKey):
			found = []Damage{{Object: sessionPrefix(id), Session: id, Why: err.Error()}}
			continue
		case err != nil:
			return 0, fmt.Errorf("replay: verify session %s: %w", id, err)
		}
		v := verifier{s: s, p: p, told: map[int]bool{}}
		if err := errors.Join(v.claim(ctx), v.run(ctx)); err != nil {
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
	gone   bool         // an object was not there
	told   map[int]bool // blocks of which it was told that they were healed
}

// healedWhy is told of what is damaged and was read nevertheless.
const healedWhy = "damaged, but healed while reading: nothing is lost yet"

// run reads every piece and holds each batch against its row.
func (v *verifier) run(ctx context.Context) error {
	rows := make(map[BatchID]*Batch, len(v.p.rows))
	for i := range v.p.rows {
		rows[BatchID{v.p.rows[i].TabID, v.p.rows[i].Seq}] = &v.p.rows[i]
	}
	if err := v.sealedParts(ctx); err != nil {
		return err
	}
	for _, tab := range v.p.tabs {
		if err := v.tab(ctx, tab, rows); err != nil {
			return err
		}
	}
	for id := range rows { // what is left was in no piece
		v.damage = append(v.damage, Damage{Object: v.p.sess.SealedKey, Session: v.p.sess.ID,
			Why: fmt.Sprintf("batch %d of tab %s is in the index and in no object", id.Seq, id.TabID)})
	}
	return nil
}

// claim holds the claim in the bucket against the session: without it, the index could not be made
// anew from the bucket.
func (v *verifier) claim(ctx context.Context) error {
	id := v.p.sess.ID
	file, wrapped, err := readClaimFile(ctx, v.s.bucket, id)
	if err != nil && !isGone(err) && !errors.Is(err, ErrDamaged) {
		return err
	}
	var key *segment.DataKey
	if err == nil {
		key, err = v.s.keys.Unwrap(wrapped, id)
	}
	if err == nil && (!key.Equal(v.p.key) || file.Project != v.p.sess.ProjectID) {
		err = errors.New("the claim is not the one in the index")
	}
	if err != nil {
		v.gone = v.gone || isGone(err)
		v.damage = append(v.damage, Damage{Object: claimKey(id), Session: id, Why: err.Error()})
	}
	return nil
}

// sealedParts reads what a sealed object has beside its blocks.
func (v *verifier) sealedParts(ctx context.Context) error {
	f := v.p.footer
	if f == nil || f.Version == 1 {
		return nil
	}
	moments, err := v.section(ctx, &f.Moments, func(b []byte) error {
		_, err := f.ReadMoments(b, v.p.key)
		return err
	})
	if err != nil || !moments {
		return err
	}
	from := f.Moments.End()
	end, err := v.s.read(ctx, v.p.sess.SealedKey, from, v.p.sess.SealedBytes-from)
	if err == nil {
		var tail segment.Tail
		if tail, err = segment.ParseTail(end, v.p.sess.SealedBytes); err == nil && !tail.Intact(end) {
			v.reportSealed(from, healedWhy)
		}
	}
	return v.gonePast(err)
}

// section reads a section and reports what is wrong with it; false if the object is gone.
func (v *verifier) section(ctx context.Context, at *segment.Section, open func([]byte) error) (bool, error) {
	b, err := v.s.read(ctx, v.p.sess.SealedKey, at.Offset, at.End()-at.Offset)
	if err != nil {
		return false, v.gonePast(err)
	}
	if err := open(b); err != nil {
		v.reportSealed(at.Offset, err.Error())
	} else if !at.Intact(b) {
		v.reportSealed(at.Offset, healedWhy)
	}
	return true, nil
}

// gonePast notes that the object is gone, and returns other errors.
func (v *verifier) gonePast(err error) error {
	if isGone(err) {
		v.gone = true
		v.reportSealed(0, err.Error())
		return nil
	}
	return err
}

func (v *verifier) reportSealed(offset int64, why string) {
	v.damage = append(v.damage, Damage{Object: v.p.sess.SealedKey, Offset: offset, Session: v.p.sess.ID, Why: why})
}

// tab reads one tab and takes from rows what it found.
func (v *verifier) tab(ctx context.Context, tab string, rows map[BatchID]*Batch) error {
	load := newLoader(v.s, v.p, tab)
	load.healed = func(i int) {
		if !v.told[i] { // a base is read for each block that has it
			v.told[i] = true
			v.reportSealed(v.p.footer.Blocks[i].Offset, healedWhy)
		}
	}
	pieces := v.p.pieces[tab]
	sum, broken, lastBlock, badBlock := sha256.New(), false, -1, -1
	for i := range pieces {
		pc := &pieces[i]
		if pc.row != nil || lastBlock != pc.block {
			v.blocks++
		}
		if pc.row == nil {
			lastBlock = pc.block
		}
		// A damaged block is told of once, not once per batch in it.
		if pc.row != nil || pc.block != badBlock {
			events, err := load.load(ctx, pc)
			if ctx.Err() != nil {
				return fmt.Errorf("replay: verify: %w", ctx.Err())
			}
			if err != nil {
				v.gone = v.gone || isGone(err)
				v.report(pc, err.Error())
				broken = true
				if pc.row == nil {
					badBlock = pc.block
				}
			}
			for _, ev := range events {
				hashEvent(sum, ev.Raw)
			}
		} else {
			broken = true
		}
		if i+1 < len(pieces) && pieces[i+1].seq == pc.seq {
			continue // the batch goes on in the next block
		}
		if !broken {
			v.compare(tab, pc, rows[BatchID{tab, pc.seq}], [32]byte(sum.Sum(nil)))
		}
		delete(rows, BatchID{tab, pc.seq})
		sum.Reset()
		broken = false
	}
	return nil
}

// compare holds a batch that was read against its row, nil if there is none.
func (v *verifier) compare(tab string, pc *piece, row *Batch, hash [32]byte) {
	switch {
	case row == nil:
		v.report(pc, fmt.Sprintf("batch %d of tab %s is stored and not in the index", pc.seq, tab))
	case row.Hash != hash:
		v.report(pc, fmt.Sprintf("batch %d of tab %s is not what was received", pc.seq, tab))
	}
}

func (v *verifier) report(pc *piece, why string) {
	object, offset := v.p.where(pc)
	v.damage = append(v.damage, Damage{Object: object, Offset: offset, Session: v.p.sess.ID, Why: why})
}
