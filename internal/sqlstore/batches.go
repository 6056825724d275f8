package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// Batch implements [replay.IngestStore].
func (s *Store) Batch(ctx context.Context, sessionID, tabID string, seq int64) (replay.Batch, error) {
	const what = "read batch"
	var b replay.Batch
	var found bool
	err := s.read(ctx, what, func(r conn) (err error) {
		b, found, err = one(ctx, r, scanBatch, selectBatch+" WHERE session_id = $1 AND tab_id = $2 AND seq = $3", sessionID, tabID, seq)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("sqlstore: %s: batch %w", what, replay.ErrNotFound)
	}
	return b, refused(err, replay.ErrNotFound)
}

// Batches implements [replay.SessionStore].
func (s *Store) Batches(ctx context.Context, sessionID string) ([]replay.Batch, error) {
	var all []replay.Batch
	err := s.read(ctx, "list batches", func(r conn) (err error) {
		all, err = list(ctx, r, scanBatch, selectBatch+" WHERE session_id = $1 ORDER BY tab_id, seq", sessionID)
		return err
	})
	return all, refused(err, replay.ErrNotFound)
}

const selectBatch = `
	SELECT session_id, tab_id, seq, hash, pack, byte_offset, byte_length, raw_bytes, events,
		first_at, last_at, snapshot_at, received_at, moments, facts
	FROM batches`

func scanBatch(row scanner) (b replay.Batch, err error) {
	var hash []byte
	var moments, facts string
	err = row.Scan(&b.SessionID, &b.TabID, &b.Seq, &hash, &b.Pack, &b.Offset, &b.Length, &b.RawBytes, &b.Events,
		&b.FirstAt, &b.LastAt, &b.SnapshotAt, &b.ReceivedAt, &moments, &facts)
	if err != nil {
		return b, err
	}
	if err := toHash(&b.Hash, hash); err != nil {
		return b, fmt.Errorf("batch of session %s: %w", b.SessionID, err)
	}
	if facts != "" {
		b.Facts = []byte(facts)
	}
	return b, fromJSON(moments, &b.Moments)
}

// batchKey names one batch of any session.
type batchKey struct {
	session, tab string
	seq          int64
}

func keyOf(b *replay.Batch) batchKey { return batchKey{b.SessionID, b.TabID, b.Seq} }

// insertBatches stores those whose key is not taken and returns the keys of these. Each
// key must occur once, and the sessions must be locked.
func insertBatches(ctx context.Context, tx conn, batches []*replay.Batch) (map[batchKey]bool, error) {
	inserted := make(map[batchKey]bool, len(batches))
	for part := range chunks(tx.d, batches) {
		var p params
		rows := make([]string, 0, len(part))
		for _, b := range part {
			moments, err := momentsJSON(b.Moments)
			if err != nil {
				return nil, err
			}
			rows = append(rows, p.row(b.SessionID, b.TabID, b.Seq, b.Hash[:], b.Pack, b.Offset, b.Length, b.RawBytes,
				int64(b.Events), b.FirstAt, b.LastAt, b.SnapshotAt, b.ReceivedAt, moments, string(b.Facts)))
		}
		err := each(ctx, tx, func(row scanner) error {
			var k batchKey
			err := row.Scan(&k.session, &k.tab, &k.seq)
			inserted[k] = true
			return err
		}, `
			INSERT INTO batches (session_id, tab_id, seq, hash, pack, byte_offset, byte_length, raw_bytes,
				events, first_at, last_at, snapshot_at, received_at, moments, facts)
			VALUES `+strings.Join(rows, ", ")+`
			ON CONFLICT (session_id, tab_id, seq) DO NOTHING
			RETURNING session_id, tab_id, seq`, p...)
		if err != nil {
			return nil, err
		}
	}
	return inserted, nil
}

// momentsJSON encodes moments. Their data was told by a page; what is not JSON is left
// out, for it must not keep the other batches of a commit from being stored.
func momentsJSON(moments []replay.Moment) (string, error) {
	if len(moments) == 0 {
		return "[]", nil
	}
	encoded, err := toJSON(moments)
	if err == nil {
		return encoded, nil
	}
	moments = slices.Clone(moments)
	for i := range moments {
		if !json.Valid(moments[i].Data) {
			moments[i].Data = nil
		}
	}
	return toJSON(moments)
}

// batchHashes returns the hashes of those keys that are there.
func batchHashes(ctx context.Context, tx conn, keys []batchKey) (map[batchKey][32]byte, error) {
	hashes := make(map[batchKey][32]byte, len(keys))
	for part := range chunks(tx.d, keys) {
		var p params
		which := make([]string, 0, len(part))
		for _, k := range part {
			which = append(which, "(session_id = "+p.add(k.session)+" AND tab_id = "+p.add(k.tab)+" AND seq = "+p.add(k.seq)+")")
		}
		err := each(ctx, tx, func(row scanner) error {
			var k batchKey
			var column []byte
			if err := row.Scan(&k.session, &k.tab, &k.seq, &column); err != nil {
				return err
			}
			var hash [32]byte
			err := toHash(&hash, column)
			hashes[k] = hash
			return err
		}, "SELECT session_id, tab_id, seq, hash FROM batches WHERE "+strings.Join(which, " OR "), p...)
		if err != nil {
			return nil, err
		}
	}
	return hashes, nil
}
