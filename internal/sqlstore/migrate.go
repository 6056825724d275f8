package sqlstore

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/afterimage/afterimage/migrations"
)

// migrate brings the schema up to date.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations.FS, s.dialect.name)
	if err != nil {
		return fmt.Errorf("find migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.dialect.migrateLock != nil {
		options = append(options, goose.WithSessionLocker(s.dialect.migrateLock))
	}
	provider, err := goose.NewProvider(s.dialect.goose, s.writer, files, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	// The provider is not closed: that would close the database.
	done, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, m := range done {
		s.log.InfoContext(ctx, "database migrated", "engine", s.dialect.name, "version", m.Source.Version)
	}
	return nil
}
