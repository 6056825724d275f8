package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

// Rebuild replaces the whole index; see search.Index. It fills a second index and swaps the
// two, which Meilisearch does at once. Put and Delete through this Index meanwhile go to
// both; of those that other processes make, the ones between fill's reading and the swap
// are lost, so a rebuild of a running installation is followed by its outbox.
func (x *Index) Rebuild(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	x.rebuilding.Lock()
	defer x.rebuilding.Unlock()
	if err := x.build(ctx, fill); err != nil {
		x.setBuilding(false)
		// The half-made index is of no use; that it could not be removed is no reason to
		// hide why it is half made.
		err = errors.Join(err, x.drop(context.WithoutCancel(ctx), x.nextUID()))
		return fmt.Errorf("rebuild search index: %w", err)
	}
	return nil
}

func (x *Index) build(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.drop(ctx, x.nextUID()); err != nil {
		return err
	}
	if _, err := x.ensure(ctx, x.nextUID()); err != nil {
		return err
	}
	x.setBuilding(true)
	if err := fill(func(docs []search.Document) error { return x.putNext(ctx, docs) }); err != nil {
		return err
	}
	if err := x.swap(ctx); err != nil {
		return err
	}
	return x.drop(ctx, x.nextUID())
}

func (x *Index) setBuilding(on bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.building, x.touched = on, map[string]bool{}
}

// putNext stores documents in the index being built, but those changed since it began.
func (x *Index) putNext(ctx context.Context, docs []search.Document) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.building {
		return errors.New("put was called after fill returned")
	}
	kept := make([]search.Document, 0, len(docs))
	for _, d := range docs {
		if !x.touched[d.ID] {
			kept = append(kept, d)
		}
	}
	records, err := recordsOf(kept)
	if err != nil {
		return err
	}
	return x.put(ctx, x.nextUID(), records)
}

// swap puts the new index in the place of the old one; changes wait for it. Swapping twice
// would undo it, so it is not tried again.
func (x *Index) swap(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	info, err := x.client.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{{Indexes: []string{x.uid, x.nextUID()}}})
	if err != nil {
		return clean(ctx, err)
	}
	// From here on it happens, whether or not anybody waits.
	if err := x.wait(context.WithoutCancel(ctx), info); err != nil {
		return err
	}
	x.building, x.fresh = false, false
	return nil
}

// drop deletes an index; one that is not there is no error.
func (x *Index) drop(ctx context.Context, uid string) error {
	err := x.task(ctx, func() (*meilisearch.TaskInfo, error) { return x.client.DeleteIndexWithContext(ctx, uid) })
	if taskCode(err) == "failed index_not_found" || statusOf(err) == http.StatusNotFound {
		return nil
	}
	return err
}
