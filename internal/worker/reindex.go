package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// listBatch is how many sessions are read at a time when all are gone through.
const listBatch = 200

// Reindex builds the whole search index anew from the stores. Searches see the old
// index until it is done. It returns how many sessions the new one holds; progress is
// called after each batch.
func (x *Indexer) Reindex(ctx context.Context, progress func(sessions int)) (int, error) {
	n := 0
	err := x.Index.Rebuild(ctx, func(put func([]search.Document) error) error {
		return EachSession(ctx, x.Store, func(batch []replay.Session) error {
			docs := make([]search.Document, 0, len(batch))
			for i := range batch {
				doc, _, err := x.describe(ctx, &batch[i])
				if errors.Is(err, replay.ErrNotFound) || errors.Is(err, replay.ErrErased) {
					continue
				}
				if err != nil {
					return fmt.Errorf("session %s: %w", batch[i].ID, err)
				}
				docs = append(docs, doc)
			}
			if err := put(docs); err != nil {
				return err
			}
			n += len(docs)
			progress(n)
			return nil
		})
	})
	if err != nil {
		return n, fmt.Errorf("rebuild the search index: %w", err)
	}
	return n, nil
}

// EachSession calls fn with all sessions of all projects, newest first, some at a time.
func EachSession(ctx context.Context, store replay.SessionStore, fn func([]replay.Session) error) error {
	f := replay.SessionFilter{Limit: listBatch}
	for {
		batch, err := store.Sessions(ctx, f)
		if err != nil {
			return fmt.Errorf("list sessions: %w", err)
		}
		if len(batch) == 0 {
			return nil
		}
		if err := fn(batch); err != nil {
			return err
		}
		last := batch[len(batch)-1]
		f.AfterStarted, f.AfterID = last.StartedAt, last.ID
	}
}
