package sqlstore

import (
	"context"
	"fmt"

	"github.com/afterimage/afterimage/internal/account"
)

// taken turns the failures that account's callers tell apart into its sentinels.
func (s *Store) taken(err error) error {
	switch s.dialect.classify(err) {
	case kindUnique:
		return fmt.Errorf("%w: %w", account.ErrExists, err)
	case kindForeignKey:
		return fmt.Errorf("%w: %w", account.ErrNotFound, err)
	}
	return refused(err, account.ErrInvalid)
}

// changedOne returns [account.ErrNotFound] if a statement found no row to change.
func changedOne(n int64, err error) error {
	if err == nil && n == 0 {
		return account.ErrNotFound
	}
	return err
}

// find reads one row of an account's table, or returns [account.ErrNotFound].
func find[T any](ctx context.Context, s *Store, what string, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	var v T
	var found bool
	err := s.read(ctx, what, func(r conn) (err error) {
		v, found, err = one(ctx, r, scan, query, args...)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("sqlstore: %s: %w", what, account.ErrNotFound)
	}
	return v, refused(err, account.ErrNotFound)
}

// CreateProject implements [account.ProjectStore].
func (s *Store) CreateProject(ctx context.Context, p account.Project) error {
	const what = "create project"
	if p.ID == "" || p.PublicKey == "" {
		return fmt.Errorf("sqlstore: %s: %w: it needs an id and a public key", what, account.ErrInvalid)
	}
	origins, err := originsJSON(p.SiteOrigins)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	return s.taken(s.write(ctx, what, func(tx conn) error {
		_, err := tx.exec(ctx, `
			INSERT INTO projects (id, name, public_key, site_origins, retention_days, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			p.ID, p.Name, p.PublicKey, origins, int64(p.RetentionDays), p.CreatedAt)
		return err
	}))
}

// UpdateProject implements [account.ProjectStore].
func (s *Store) UpdateProject(ctx context.Context, p account.Project) error {
	const what = "update project"
	origins, err := originsJSON(p.SiteOrigins)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	return s.taken(s.writeIdempotent(ctx, what, func(tx conn) error {
		return changedOne(tx.exec(ctx, "UPDATE projects SET name = $1, site_origins = $2, retention_days = $3 WHERE id = $4",
			p.Name, origins, int64(p.RetentionDays), p.ID))
	}))
}

func originsJSON(origins []string) (string, error) {
	if origins == nil {
		origins = []string{}
	}
	return toJSON(origins)
}

// Project implements [account.ProjectStore].
func (s *Store) Project(ctx context.Context, id string) (account.Project, error) {
	return find(ctx, s, "read project", scanProject, selectProject+" WHERE id = $1", id)
}

// ProjectByKey implements [account.ProjectStore].
func (s *Store) ProjectByKey(ctx context.Context, publicKey string) (account.Project, error) {
	return find(ctx, s, "read project by key", scanProject, selectProject+" WHERE public_key = $1", publicKey)
}

// Projects implements [account.ProjectStore].
func (s *Store) Projects(ctx context.Context) ([]account.Project, error) {
	var all []account.Project
	err := s.read(ctx, "list projects", func(r conn) (err error) {
		all, err = list(ctx, r, scanProject, selectProject+" ORDER BY created_at, id")
		return err
	})
	return all, err
}

const selectProject = "SELECT id, name, public_key, site_origins, retention_days, created_at FROM projects"

func scanProject(row scanner) (p account.Project, err error) {
	var origins string
	if err := row.Scan(&p.ID, &p.Name, &p.PublicKey, &origins, &p.RetentionDays, &p.CreatedAt); err != nil {
		return p, err
	}
	return p, fromJSON(origins, &p.SiteOrigins)
}
