package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/afterimage/afterimage/search"
)

var _ search.SavedStore = (*Store)(nil)

// SavedSearches implements [search.SavedStore]. They are sorted here, for databases differ in the
// order of letters.
func (s *Store) SavedSearches(ctx context.Context, projectID string) ([]search.Saved, error) {
	var all []search.Saved
	err := s.read(ctx, "list saved searches", func(r conn) (err error) {
		all, err = list(ctx, r, scanSaved, selectSaved+" WHERE project_id = $1", projectID)
		return err
	})
	slices.SortFunc(all, func(a, b search.Saved) int {
		return cmp.Or(cmp.Compare(fold(a.Name), fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return all, refused(err, search.ErrSavedNotFound)
}

// SavedSearch implements [search.SavedStore].
func (s *Store) SavedSearch(ctx context.Context, projectID, id string) (search.Saved, error) {
	const what = "read saved search"
	var saved search.Saved
	var found bool
	err := s.read(ctx, what, func(r conn) (err error) {
		saved, found, err = one(ctx, r, scanSaved, selectSaved+" WHERE project_id = $1 AND id = $2", projectID, id)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("sqlstore: %s: %w", what, search.ErrSavedNotFound)
	}
	return saved, refused(err, search.ErrSavedNotFound)
}

// AddSavedSearch implements [search.SavedStore].
func (s *Store) AddSavedSearch(ctx context.Context, saved search.Saved) error {
	return s.nameTaken(s.write(ctx, "add saved search", func(tx conn) error {
		_, err := tx.exec(ctx, `
			INSERT INTO saved_searches (id, project_id, name, query, period, sort, created_by, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			saved.ID, saved.ProjectID, saved.Name, saved.Query, saved.Period, string(saved.Sort), saved.CreatedBy, saved.CreatedAt, saved.UpdatedAt)
		return err
	}))
}

// UpdateSavedSearch implements [search.SavedStore].
func (s *Store) UpdateSavedSearch(ctx context.Context, saved search.Saved) error {
	return s.nameTaken(s.writeIdempotent(ctx, "update saved search", func(tx conn) error {
		n, err := tx.exec(ctx, `
			UPDATE saved_searches SET name = $1, query = $2, period = $3, sort = $4, updated_at = $5
			WHERE project_id = $6 AND id = $7`,
			saved.Name, saved.Query, saved.Period, string(saved.Sort), saved.UpdatedAt, saved.ProjectID, saved.ID)
		if err == nil && n == 0 {
			err = search.ErrSavedNotFound
		}
		return err
	}))
}

// DeleteSavedSearch implements [search.SavedStore].
func (s *Store) DeleteSavedSearch(ctx context.Context, projectID, id string) error {
	err := s.writeIdempotent(ctx, "delete saved search", func(tx conn) error {
		_, err := tx.exec(ctx, "DELETE FROM saved_searches WHERE project_id = $1 AND id = $2", projectID, id)
		return err
	})
	return refused(err, search.ErrSavedNotFound)
}

// nameTaken tells a name that the project has already from other failures.
func (s *Store) nameTaken(err error) error {
	if s.dialect.classify(err) == kindUnique {
		return fmt.Errorf("%w: %w", search.ErrSavedName, err)
	}
	return refused(err, search.ErrSavedNotFound)
}

const selectSaved = "SELECT id, project_id, name, query, period, sort, created_by, created_at, updated_at FROM saved_searches"

func scanSaved(row scanner) (s search.Saved, err error) {
	return s, row.Scan(&s.ID, &s.ProjectID, &s.Name, &s.Query, &s.Period, &s.Sort, &s.CreatedBy, &s.CreatedAt, &s.UpdatedAt)
}
