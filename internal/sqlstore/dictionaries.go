package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/replay"
)

// sealedCountMax is as far as sealed sessions are counted: more make no difference to learning.
const sealedCountMax = 1_000

const selectDictionary = `
	SELECT project_id, name, wrapped_key, stored_bytes, sessions, learned_at
	FROM dictionaries`

func scanDictionary(row scanner) (d replay.Dictionary, err error) {
	err = row.Scan(&d.ProjectID, &d.Name, &d.WrappedKey, &d.Bytes, &d.Sessions, &d.LearnedAt)
	if len(d.WrappedKey) == 0 {
		d.WrappedKey = nil
	}
	return d, err
}

// AddDictionary implements [replay.DictionaryStore].
func (s *Store) AddDictionary(ctx context.Context, d replay.Dictionary) error {
	const what = "add dictionary"
	if d.ProjectID == "" || (d.Name == "") != (len(d.WrappedKey) == 0) {
		return fmt.Errorf("sqlstore: %s: %w: it needs a project, and a key if it has a name", what, replay.ErrInvalid)
	}
	err := s.writeIdempotent(ctx, what, func(tx conn) error {
		_, err := tx.exec(ctx, `
			INSERT INTO dictionaries (project_id, name, wrapped_key, stored_bytes, sessions, learned_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (project_id, name) DO UPDATE SET sessions = excluded.sessions, learned_at = excluded.learned_at`,
			d.ProjectID, d.Name, notNil(d.WrappedKey), d.Bytes, d.Sessions, d.LearnedAt)
		return err
	})
	return refused(err, replay.ErrInvalid)
}

// Dictionary implements [replay.DictionaryStore].
func (s *Store) Dictionary(ctx context.Context, projectID, name string) (replay.Dictionary, error) {
	return s.oneDictionary(ctx, " WHERE project_id = $1 AND name = $2", projectID, name)
}

// LatestDictionary implements [replay.DictionaryStore].
func (s *Store) LatestDictionary(ctx context.Context, projectID string) (replay.Dictionary, error) {
	return s.oneDictionary(ctx, " WHERE project_id = $1 ORDER BY learned_at DESC, name DESC LIMIT 1", projectID)
}

func (s *Store) oneDictionary(ctx context.Context, where string, args ...any) (d replay.Dictionary, err error) {
	err = s.read(ctx, "read dictionary", func(r conn) error {
		var found bool
		d, found, err = one(ctx, r, scanDictionary, selectDictionary+where, args...)
		if err == nil && !found {
			err = fmt.Errorf("site dictionary %w", replay.ErrNotFound)
		}
		return err
	})
	return d, refused(err, replay.ErrNotFound)
}

// DictionaryUse implements [replay.DictionaryStore].
func (s *Store) DictionaryUse(ctx context.Context, projectID, name string, sample int, since int64) (replay.DictionaryUse, error) {
	// The sums of some sealed sessions with the dictionary; without a name there are none.
	sums := func(which string) string {
		return `(SELECT CAST(COALESCE(SUM(raw_bytes), 0) AS BIGINT) AS raw, CAST(COALESCE(SUM(sealed_bytes), 0) AS BIGINT) AS sealed
			FROM (SELECT raw_bytes, sealed_bytes FROM sessions
				WHERE project_id = $1 AND dictionary = $3 AND dictionary <> '' AND state = 'sealed' ` + which + ` LIMIT $4) AS sampled)`
	}
	var use replay.DictionaryUse
	err := s.read(ctx, "sum up dictionary", func(r conn) error {
		return each(ctx, r, func(row scanner) error {
			return row.Scan(&use.Sealed, &use.RawThen, &use.SealedThen, &use.RawNow, &use.SealedNow)
		}, `
			SELECT counted.sealed, early.raw, early.sealed, late.raw, late.sealed
			FROM (SELECT COUNT(*) AS sealed FROM (SELECT 1 FROM sessions
					WHERE project_id = $1 AND batches > 0 AND state = 'sealed' LIMIT $2) AS some_sealed) AS counted,
				`+sums("ORDER BY started_at, id")+` AS early,
				`+sums("AND started_at >= $5 ORDER BY started_at DESC, id DESC")+` AS late`,
			projectID, sealedCountMax, name, sample, since)
	})
	return use, refused(err, replay.ErrInvalid)
}

// UnusedDictionaries implements [replay.DictionaryStore].
func (s *Store) UnusedDictionaries(ctx context.Context, learnedBefore int64, limit int) ([]replay.Dictionary, error) {
	var all []replay.Dictionary
	err := s.read(ctx, "list unused dictionaries", func(r conn) (err error) {
		all, err = list(ctx, r, scanDictionary, selectDictionary+`
			WHERE learned_at < $1 AND name <> ''
			AND EXISTS (SELECT 1 FROM dictionaries AS newer WHERE newer.project_id = dictionaries.project_id
				AND (newer.learned_at, newer.name) > (dictionaries.learned_at, dictionaries.name))
			AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.project_id = dictionaries.project_id
				AND sessions.dictionary = dictionaries.name AND sessions.dictionary <> '')
			ORDER BY learned_at, project_id, name LIMIT $2`, learnedBefore, limit)
		return err
	})
	return all, err
}

// ForgetDictionary implements [replay.DictionaryStore]. The row is locked first: a sealing that
// needs the dictionary locks it too, and finds it gone or is found here.
func (s *Store) ForgetDictionary(ctx context.Context, projectID, name string) error {
	err := s.writeIdempotent(ctx, "forget dictionary", func(tx conn) error {
		err := lockDictionary(ctx, tx, projectID, name)
		if errors.Is(err, replay.ErrChanged) {
			return nil // it is gone already
		}
		if err != nil {
			return err
		}
		used, _, err := one(ctx, tx, scanInt, `
			SELECT COUNT(*) FROM (SELECT 1 FROM sessions
				WHERE project_id = $1 AND dictionary = $2 AND dictionary <> '' LIMIT 1) AS needed`, projectID, name)
		if err != nil {
			return err
		}
		if used > 0 {
			return fmt.Errorf("a session needs the site dictionary: %w", replay.ErrChanged)
		}
		_, err = tx.exec(ctx, "DELETE FROM dictionaries WHERE project_id = $1 AND name = $2", projectID, name)
		return err
	})
	return refused(err, replay.ErrInvalid)
}

// lockDictionary returns [replay.ErrChanged] if there is no such dictionary.
func lockDictionary(ctx context.Context, tx conn, projectID, name string) error {
	_, found, err := one(ctx, tx, scanText,
		"SELECT name FROM dictionaries WHERE project_id = $1 AND name = $2 "+tx.d.forUpdate, projectID, name)
	if err == nil && !found {
		err = fmt.Errorf("the site dictionary is gone: %w", replay.ErrChanged)
	}
	return err
}
