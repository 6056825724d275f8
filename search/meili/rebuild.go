package meili

import (
	"context"
	"errors"
	"fmt"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

// Rebuild replaces the whole index; see search.Index. It fills a second index for each month and
// swaps all months at once, those that are to vanish with an empty one. Put and Delete through
// this Index meanwhile go to both; of those that other processes make, the ones between
// fill's reading and the swap are lost, so a rebuild of a running installation is followed by
// its outbox.
func (x *Index) Rebuild(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	x.rebuilding.Lock()
	defer x.rebuilding.Unlock()
	if err := x.build(ctx, fill); err != nil {
		x.setBuilding(false)
		// The half-made indexes are of no use; that they could not be removed is no reason to
		// hide why they are half made.
		err = errors.Join(err, x.dropNext(context.WithoutCancel(ctx)))
		return fmt.Errorf("rebuild search index: %w", err)
	}
	return nil
}

func (x *Index) build(ctx context.Context, fill func(put func([]search.Document) error) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.dropNext(ctx); err != nil { // what an earlier one left
		return err
	}
	x.setBuilding(true)
	if err := fill(func(docs []search.Document) error { return x.putNext(ctx, docs) }); err != nil {
		return err
	}
	if err := x.exchange(ctx); err != nil {
		return err
	}
	if err := errors.Join(x.dropNext(ctx), x.dropOlder(ctx)); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.dropEmpty(ctx)
}

func (x *Index) setBuilding(on bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.building, x.touched = on, map[string]bool{}
}

// putNext stores documents in the indexes being built, but those changed since it began.
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
	if len(kept) == 0 {
		return nil
	}
	records, err := recordsOf(kept)
	if err != nil {
		return err
	}
	return x.put(ctx, nextSuffix, records)
}

// exchange puts the new indexes in the place of the old ones, all at once; changes wait for it.
func (x *Index) exchange(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	// A swap whose task fails has changed nothing: another process dropped a month just then.
	if err := x.anew(ctx, func() error { return x.exchangeNow(ctx) }); err != nil {
		return err
	}
	x.months.forget()
	x.building, x.fresh = false, false
	return nil
}

func (x *Index) exchangeNow(ctx context.Context) error {
	listed, err := x.list(ctx, true)
	if err != nil {
		return err
	}
	var swaps []*meilisearch.SwapIndexesParams
	done := map[string]bool{}
	for uid := range listed {
		month, suffix, _ := x.months.parse(uid)
		if suffix == dropSuffix || done[month] {
			continue
		}
		done[month] = true
		pair := []string{x.months.uid(month, ""), x.months.uid(month, nextSuffix)}
		for _, uid := range pair { // a month that appears or vanishes has only one of them
			if err := x.ensure(ctx, uid); err != nil {
				return err
			}
		}
		swaps = append(swaps, &meilisearch.SwapIndexesParams{Indexes: pair})
	}
	if len(swaps) == 0 {
		return nil
	}
	return x.swap(ctx, swaps...)
}

// dropNext deletes the indexes that were being built, or what was in their place before.
func (x *Index) dropNext(ctx context.Context) error {
	listed, err := x.list(ctx, true)
	if err != nil {
		return err
	}
	for uid := range listed {
		if _, suffix, _ := x.months.parse(uid); suffix == nextSuffix {
			err = errors.Join(err, x.deleteIndex(ctx, uid))
		}
	}
	return err
}
