package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/afterimage/afterimage/replay"
)

// keyTable is where the wrapped keys of a kind lie, in a column wrapped_key whose first 8 bytes are
// the id of the master key. It is empty in a row that needs no key.
type keyTable struct {
	name  string
	owner string // expression that names a row, in bytewise order
}

var keyTables = map[replay.KeyKind]keyTable{
	replay.KeySession:    {name: "sessions", owner: "id"},
	replay.KeyDictionary: {name: "dictionaries", owner: "project_id || '/' || name"},
}

func keyTableOf(what string, kind replay.KeyKind) (keyTable, error) {
	table, known := keyTables[kind]
	if !known {
		return table, fmt.Errorf("sqlstore: %s: %w: there are no keys of the kind %q", what, replay.ErrInvalid, kind)
	}
	return table, nil
}

// WrappedKeys implements [replay.KeyStore].
func (s *Store) WrappedKeys(ctx context.Context, kind replay.KeyKind, notUnder replay.MasterKeyID, after string, limit int) ([]replay.WrappedKey, error) {
	const what = "list wrapped keys"
	table, err := keyTableOf(what, kind)
	if err != nil {
		return nil, err
	}
	var keys []replay.WrappedKey
	err = s.read(ctx, what, func(r conn) (err error) {
		keys, err = list(ctx, r, func(row scanner) (k replay.WrappedKey, err error) {
			return k, row.Scan(&k.Owner, &k.Wrapped)
		}, `
			SELECT `+table.owner+`, wrapped_key FROM `+table.name+`
			WHERE `+table.owner+` > $1 AND LENGTH(wrapped_key) > 0 AND SUBSTR(wrapped_key, 1, 8) <> $2
			ORDER BY `+table.owner+` LIMIT $3`, after, notUnder[:], limit)
		return err
	})
	return keys, refused(err, replay.ErrInvalid)
}

// Rewrap implements [replay.KeyStore]. The rows are locked in the order of owners, as commits
// lock them.
func (s *Store) Rewrap(ctx context.Context, kind replay.KeyKind, keys []replay.Rewrapping) error {
	const what = "rewrap keys"
	table, err := keyTableOf(what, kind)
	if err != nil {
		return err
	}
	keys = slices.SortedFunc(slices.Values(keys), func(a, b replay.Rewrapping) int { return cmp.Compare(a.Owner, b.Owner) })
	err = s.writeIdempotent(ctx, what, func(tx conn) error {
		for _, k := range keys {
			_, err := tx.exec(ctx, `
				UPDATE `+table.name+` SET wrapped_key = $1
				WHERE `+table.owner+` = $2 AND wrapped_key = $3`, notNil(k.New), k.Owner, notNil(k.Old))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return refused(err, replay.ErrInvalid)
}

// KeyCounts implements [replay.KeyStore].
func (s *Store) KeyCounts(ctx context.Context) ([]replay.KeyCount, error) {
	var all []replay.KeyCount
	for _, kind := range slices.Sorted(maps.Keys(keyTables)) {
		err := s.read(ctx, "count keys", func(r conn) error {
			counts, err := list(ctx, r, func(row scanner) (replay.KeyCount, error) {
				c := replay.KeyCount{Kind: kind}
				var under []byte
				err := row.Scan(&under, &c.Keys)
				copy(c.Under[:], under)
				return c, err
			}, `
				SELECT SUBSTR(wrapped_key, 1, 8), COUNT(*) FROM `+keyTables[kind].name+`
				WHERE LENGTH(wrapped_key) > 0
				GROUP BY SUBSTR(wrapped_key, 1, 8) ORDER BY SUBSTR(wrapped_key, 1, 8)`)
			all = append(all, counts...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
