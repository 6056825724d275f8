package meili

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

const (
	// putDocs and putBytes bound what one request brings; the server takes 100 MB.
	putDocs, putBytes = 1000, 16 << 20
	// deleteKeys bounds how many keys one request deletes: 200 bytes each.
	deleteKeys = 10_000
	// locateIDs is how many ids one query of a month looks for; a page holds all that it can find.
	locateIDs = 250
)

// Put stores documents; see search.Index. A session whose start moved to another month is
// stored there before it leaves the other, so that it is never missing; for a moment it
// may be counted twice.
func (x *Index) Put(ctx context.Context, docs []search.Document) error {
	if err := ctx.Err(); err != nil || len(docs) == 0 {
		return err
	}
	records, err := recordsOf(docs)
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	return x.change(docIDs(docs), func(suffix string) error { return x.put(ctx, suffix, records) })
}

// Delete removes documents; see search.Index. Meilisearch frees their space in its file
// but does not say when it is written over; a month that is over is removed from the disk
// with its last session.
func (x *Index) Delete(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil || len(ids) == 0 {
		return err
	}
	if err := x.change(ids, func(suffix string) error { return x.remove(ctx, suffix, ids) }); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.dropEmpty(ctx)
}

func docIDs(docs []search.Document) []string {
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	return ids
}

// change applies a change to the indexes, and to those being built.
func (x *Index) change(ids []string, do func(suffix string) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	suffixes := []string{""}
	if x.building {
		suffixes = []string{nextSuffix, ""}
		for _, id := range ids {
			x.touched[id] = true
		}
	}
	for _, suffix := range suffixes {
		if err := do(suffix); err != nil {
			return fmt.Errorf("write search index: %w", err)
		}
	}
	return nil
}

// recordsOf makes the records of documents; of several with the same id the last counts.
func recordsOf(docs []search.Document) ([]record, error) {
	last := make(map[string]int, len(docs))
	for i := range docs {
		last[docs[i].ID] = i
	}
	records := make([]record, 0, len(docs))
	for i := range docs {
		if last[docs[i].ID] != i {
			continue
		}
		r, err := recordOf(&docs[i])
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// put stores records in the indexes of their months, and removes them from others.
func (x *Index) put(ctx context.Context, suffix string, records []record) error {
	byMonth := map[string][]record{}
	home := map[string]string{}
	ids := make([]string, len(records))
	for i, r := range records {
		uid := x.months.uid(x.months.of(r.StartedAt), suffix)
		byMonth[uid] = append(byMonth[uid], r)
		ids[i], home[r.ID] = r.ID, uid
	}
	holders, err := x.locate(ctx, suffix, ids)
	if err != nil {
		return err
	}
	for _, uid := range slices.Sorted(maps.Keys(byMonth)) {
		if err := x.store(ctx, uid, byMonth[uid]); err != nil {
			return err
		}
	}
	for uid, held := range holders {
		held = slices.DeleteFunc(held, func(id string) bool { return home[id] == uid })
		if err := x.discard(ctx, uid, held); err != nil {
			return err
		}
	}
	return nil
}

// store puts records into an index in requests of bounded size, and waits for the server to have them.
func (x *Index) store(ctx context.Context, uid string, records []record) error {
	if err := x.ensure(ctx, uid); err != nil {
		return err
	}
	key := primaryKey
	for len(records) > 0 {
		n, size := 0, 0
		for n < len(records) && n < putDocs {
			size += records[n].size()
			if n > 0 && size > putBytes {
				break
			}
			n++
		}
		batch := records[:n]
		if err := x.task(ctx, func() (*meilisearch.TaskInfo, error) {
			return x.client.Index(uid).AddDocumentsWithContext(ctx, batch, &meilisearch.DocumentOptions{PrimaryKey: &key})
		}); err != nil {
			return err
		}
		records = records[n:]
	}
	// Had another process dropped the month since ensure, then the server made the index anew by
	// itself, and without settings.
	if err := x.repair(ctx, []string{uid}); err != nil {
		return err
	}
	x.months.note(uid)
	return nil
}

// remove deletes sessions wherever they are.
func (x *Index) remove(ctx context.Context, suffix string, ids []string) error {
	holders, err := x.locate(ctx, suffix, ids)
	if err != nil {
		return err
	}
	late, err := x.late(ctx, suffix)
	if err != nil {
		return err
	}
	for _, uid := range late {
		holders[uid] = ids
	}
	for _, uid := range slices.Sorted(maps.Keys(holders)) {
		if err := x.discard(ctx, uid, holders[uid]); err != nil {
			return err
		}
	}
	return nil
}

// discard deletes sessions from an index.
func (x *Index) discard(ctx context.Context, uid string, ids []string) error {
	for chunk := range slices.Chunk(ids, deleteKeys) {
		keys := make([]string, len(chunk))
		for i, id := range chunk {
			keys[i] = keyOf(id)
		}
		err := x.task(ctx, func() (*meilisearch.TaskInfo, error) {
			return x.client.Index(uid).DeleteDocumentsWithContext(ctx, keys, nil)
		})
		if isCode(err, codeNotFound) { // dropped by another process: nothing is left
			x.months.forget(uid)
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// locate tells which months hold which of the sessions.
func (x *Index) locate(ctx context.Context, suffix string, ids []string) (holders map[string][]string, err error) {
	err = x.anew(ctx, func() error {
		holders, err = x.locateNow(ctx, suffix, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for sessions in the months: %w", err)
	}
	return holders, nil
}

func (x *Index) locateNow(ctx context.Context, suffix string, ids []string) (map[string][]string, error) {
	uids, err := x.filled(ctx, suffix, true)
	if err != nil {
		return nil, err
	}
	holders := map[string][]string{}
	for chunk := range slices.Chunk(ids, locateIDs) {
		asked := map[string]bool{}
		orders := make([]string, len(chunk))
		for i, id := range chunk {
			asked[id], orders[i] = true, orderOf(id)
		}
		results, err := x.ask(ctx, uids, &meilisearch.SearchRequest{
			Filter: among("order", orders), Limit: maxPage, AttributesToRetrieve: []string{"id"}, MatchingStrategy: meilisearch.All,
		})
		if err != nil {
			return nil, err
		}
		for i, result := range results {
			found, err := decode[found](result.Hits)
			if err != nil {
				return nil, err
			}
			for _, f := range found {
				if asked[f.ID] {
					holders[uids[i]] = append(holders[uids[i]], f.ID)
				}
			}
		}
	}
	return holders, nil
}

// late lists the indexes that the server has still to add documents to: some that a process which is
// no more had sent may be among them, which would come back after a deletion that does not wait its
// turn behind them.
func (x *Index) late(ctx context.Context, suffix string) ([]string, error) {
	var tasks *meilisearch.TaskResult
	if err := x.retry(ctx, func() (err error) {
		tasks, err = x.client.GetTasksWithContext(ctx, &meilisearch.TasksQuery{
			Limit:    maxPage,
			Statuses: []meilisearch.TaskStatus{meilisearch.TaskStatusEnqueued, meilisearch.TaskStatusProcessing},
			Types:    []meilisearch.TaskType{meilisearch.TaskTypeDocumentAdditionOrUpdate},
		})
		return err
	}); err != nil {
		return nil, fmt.Errorf("list the server's work: %w", err)
	}
	if tasks.Total > int64(len(tasks.Results)) {
		return x.filled(ctx, suffix, false) // too much of it: any month
	}
	uids := map[string]bool{}
	for _, task := range tasks.Results {
		if _, s, ours := x.months.parse(task.IndexUID); ours && s == suffix {
			uids[task.IndexUID] = true
		}
	}
	return slices.Sorted(maps.Keys(uids)), nil
}

// putBack puts the sessions of an index that is to go where they belong, unless they are there.
func (x *Index) putBack(ctx context.Context, away string) error {
	var docs []search.Document
	flush := func() error {
		held, err := x.locate(ctx, "", docIDs(docs))
		if err != nil {
			return err
		}
		there := map[string]bool{}
		for _, ids := range held {
			for _, id := range ids {
				there[id] = true
			}
		}
		records, err := recordsOf(slices.DeleteFunc(docs, func(d search.Document) bool { return there[d.ID] }))
		if err != nil {
			return err
		}
		docs = nil
		return x.put(ctx, "", records)
	}
	w := walk{uids: []string{away}, filter: everything, fields: documentFields, page: locateIDs}
	err := x.walk(ctx, w, func(f found) (bool, error) {
		d, err := f.document()
		if err != nil {
			return false, err
		}
		if docs = append(docs, *d); len(docs) < locateIDs {
			return true, nil
		}
		return true, flush()
	})
	return errors.Join(err, flush())
}

// among asks for any of several values, which hold only a–z, 0–9 and -.
func among(attribute string, values []string) string {
	return attribute + ` IN ["` + strings.Join(values, `","`) + `"]`
}
