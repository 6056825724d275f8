package meili

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	meilisearch "github.com/meilisearch/meilisearch-go"
)

// settingsVersion changes whenever the settings or the records change. It is part of the
// indexes' names, so that an index is never read with settings it was not made for.
const settingsVersion = 2

const (
	// maxTotalHits is how many hits Meilisearch counts and lists. Neither is needed beyond a page:
	// lists go on by time, totals are counts of a facet.
	maxTotalHits = maxPage
	// maxFacetValues is how many values of a facet are counted, the most frequent first.
	maxFacetValues = 1000
	// searchCutoff is after how long the server may stop to sort, and says nothing of it. A request has been
	// given up by then, so that no page is filled with what the server happened to have.
	searchCutoff = 2 * requestTimeout
)

// ensure makes an index where there is none and applies the settings, before any document
// comes: changing them later would index everything again.
func (x *Index) ensure(ctx context.Context, uid string) error {
	if x.months.isReady(uid) {
		return nil
	}
	has, err := x.hasSettings(ctx, uid)
	if isCode(err, codeNotFound) {
		err = x.task(ctx, func() (*meilisearch.TaskInfo, error) {
			return x.client.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: uid, PrimaryKey: primaryKey})
		})
		if isCode(err, codeExists) { // another process was faster
			err = nil
		}
	}
	if err == nil && !has {
		err = x.applySettings(ctx, uid)
	}
	if err != nil {
		return fmt.Errorf("make the index of a month: %w", err)
	}
	x.months.setReady(uid)
	return nil
}

// hasSettings tells whether an index has its settings. What is filtered by is set last, and an
// index's name holds the version, so that any is all.
func (x *Index) hasSettings(ctx context.Context, uid string) (bool, error) {
	var rules *[]any
	err := x.retry(ctx, func() (err error) {
		rules, err = x.client.Index(uid).GetFilterableAttributesWithContext(ctx)
		return err
	})
	return err == nil && len(*rules) > 0, err
}

// repair gives settings to indexes that have none: a process put sessions into a month just when
// another dropped it, so that the server made the index by itself, and then could not go on.
func (x *Index) repair(ctx context.Context, uids []string) error {
	for _, uid := range uids {
		has, err := x.hasSettings(ctx, uid)
		switch {
		case isCode(err, codeNotFound):
			x.months.forget(uid)
		case err != nil:
			return err
		case !has:
			if err := x.applySettings(ctx, uid); err != nil {
				return err
			}
		}
	}
	return nil
}

// applySettings tells the server what is filtered and sorted by.
func (x *Index) applySettings(ctx context.Context, uid string) error {
	index := x.client.Index(uid)
	disabled := "disabled"
	if err := x.task(ctx, func() (*meilisearch.TaskInfo, error) {
		return index.UpdateSettingsWithContext(ctx, &meilisearch.Settings{
			RankingRules: []string{"sort"},
			// Nothing is searched for by Meilisearch's own words, so it need not index any: no record
			// has this attribute. An empty list would be left out by the client and mean all.
			SearchableAttributes: []string{"none"},
			SortableAttributes:   []string{"startedAt", "order"},
			TypoTolerance:        &meilisearch.TypoTolerance{Enabled: false, MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 5, TwoTypos: 9}, DisableOnWords: []string{}, DisableOnAttributes: []string{}},
			PrefixSearch:         &disabled,
			SearchCutoffMs:       searchCutoff.Milliseconds(),
			Pagination:           &meilisearch.Pagination{MaxTotalHits: maxTotalHits},
			Faceting:             &meilisearch.Faceting{MaxValuesPerFacet: maxFacetValues, SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": "count"}},
		})
	}); err != nil {
		return err
	}
	filterable := []any{
		filterRule(false, "project", "tokens", "near", "tags", "facets.*", "suggest.*"),
		filterRule(true, "startedAt", "endedAt", "order", "numbers.*", "traitNumbers"),
	}
	return x.task(ctx, func() (*meilisearch.TaskInfo, error) {
		return index.UpdateFilterableAttributesWithContext(ctx, &filterable)
	})
}

// filterRule is a rule of filterableAttributes: equality only, or also < and TO, which
// cost the index more.
func filterRule(comparison bool, patterns ...string) map[string]any {
	return map[string]any{
		"attributePatterns": patterns,
		"features": map[string]any{
			"facetSearch": false,
			"filter":      map[string]any{"equality": true, "comparison": comparison},
		},
	}
}

// dropOlder deletes the indexes of earlier versions, which hold what was erased since. It is called
// where those of this version are there; a process of an earlier version that still runs finds nothing then.
func (x *Index) dropOlder(ctx context.Context) error {
	var stats *meilisearch.Stats
	if err := x.retry(ctx, func() (err error) {
		stats, err = x.client.GetStatsWithContext(ctx, nil)
		return err
	}); err != nil {
		return err
	}
	var err error
	for uid := range stats.Indexes {
		rest, ours := strings.CutPrefix(uid, x.prefix+indexName)
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		version, notNumber := strconv.Atoi(rest[:digits])
		if ours && notNumber == nil && version < settingsVersion && (rest[digits:] == "" || rest[digits] == '-') {
			err = errors.Join(err, x.deleteIndex(ctx, uid))
		}
	}
	return err
}
