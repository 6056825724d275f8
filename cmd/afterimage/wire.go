package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
	"github.com/afterimage/afterimage/internal/bench"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/worker"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/blob/fs"
	"github.com/afterimage/afterimage/replay/blob/s3"
	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/fts"
	"github.com/afterimage/afterimage/search/fts/plain"
	"github.com/afterimage/afterimage/search/meili"
)

// What lies where in the data folder, beside lockFile, keyFile and the database.
const (
	objectsFolder = "objects"
	searchFile    = "search.db"
)

// searchPrefix is how our indexes in Meilisearch begin, which may hold others'.
const searchPrefix = "afterimage"

// closeWithin is how long uploads that are being stored may take to end.
const closeWithin = 30 * time.Second

// stores is everything that a command works on, opened as the config table says.
type stores struct {
	config config
	log    *slog.Logger
	now    func() time.Time

	keys   masterKeys
	sql    *sqlstore.Store
	bucket blob.Bucket
	index  search.Engine
	replay *replay.Service
	auth   *auth.Service
	worker *worker.Worker
	// rebuilder rebuilds the index while the service runs.
	rebuilder *worker.Rebuilder

	closers []func() error // in the order opened
}

// withStores opens the stores, calls fn and closes them again, whatever fn returns.
func (c *call) withStores(ctx context.Context, fn func(*stores) error) error {
	s, err := openStores(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(fn(s), s.Close())
}

// withKeys is withStores without the service and the search index, for work on the keys alone: it opens
// the stores also where the master key is not the right one.
func (c *call) withKeys(ctx context.Context, fn func(*stores) error) error {
	s := &stores{config: c.config, log: c.log, now: time.Now}
	if err := s.open(ctx, s.keptSteps(c)); err != nil {
		return err
	}
	return errors.Join(fn(s), s.Close())
}

// openStores opens all stores, or none.
func openStores(ctx context.Context, c *call) (*stores, error) {
	s := &stores{config: c.config, log: c.log, now: time.Now}
	if err := s.open(ctx, append(s.keptSteps(c), s.openService, s.openIndex, s.firstProject)); err != nil {
		return nil, err
	}
	return s, nil
}

// keptSteps open what recordings and their keys are kept in.
func (s *stores) keptSteps(c *call) []func(context.Context) error {
	return []func(context.Context) error{
		func(context.Context) error { return s.lockFolder(c.command) },
		func(context.Context) (err error) { s.keys, err = readMasterKeys(&s.config); return err },
		s.openDatabase,
		func(ctx context.Context) error { return s.openBucket(ctx, c.getenv) },
	}
}

// open takes steps; if one fails, what was opened is closed again.
func (s *stores) open(ctx context.Context, steps []func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	return nil
}

// Close closes what was opened, the last first.
func (s *stores) Close() error {
	var err error
	for i := len(s.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, s.closers[i]())
	}
	s.closers = nil
	return err
}

func (s *stores) onClose(f func() error) { s.closers = append(s.closers, f) }

func (s *stores) lockFolder(command *command) error {
	if !s.config.embedded() {
		return nil
	}
	lock, err := lockData(s.config.data, command)
	if err != nil {
		return err
	}
	s.onClose(lock.Close)
	return nil
}

func (s *stores) openDatabase(ctx context.Context) (err error) {
	s.sql, err = sqlstore.Open(ctx, sqlstore.Options{DatabaseURL: s.config.databaseURL, Folder: s.config.data, Now: s.now, Log: s.log})
	if err != nil {
		return err
	}
	s.onClose(s.sql.Close)
	s.auth = auth.New(s.sql, s.now)
	return nil
}

func (s *stores) openBucket(ctx context.Context, getenv func(string) string) error {
	if s.config.objectStore == "" {
		b, err := fs.Open(filepath.Join(s.config.data, objectsFolder))
		if err != nil {
			return err
		}
		s.bucket = b
		s.onClose(b.Close)
		return nil
	}
	where, err := s3.Parse(s.config.objectStore, getenv)
	if err != nil {
		return err
	}
	s.bucket, err = s3.Open(ctx, where)
	return err
}

// openService starts the domain's service, after the master key was found to be the
// right one.
func (s *stores) openService(ctx context.Context) error {
	keys := s.keys.ring()
	err := checkKey(ctx, s.sql, keys)
	if err != nil {
		return err
	}
	s.replay, err = replay.NewService(replay.Options{Store: s.sql, Bucket: s.bucket, Keys: keys, Now: s.now, Log: s.log,
		DictionaryMinSessions: s.config.dictionaryMinSessions})
	if err != nil {
		return err
	}
	s.onClose(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		return s.replay.Close(ctx)
	})
	return nil
}

// openBenchIndex opens an index to measure: the embedded one, or the plain one beside it.
func openBenchIndex(folder string, embedded bool) (bench.SearchIndex, error) {
	if embedded {
		return fts.Open(filepath.Join(folder, searchFile))
	}
	return plain.Open(folder)
}

// openIndex opens the search index. One that was just made, beside sessions that are
// there already, gets all of them through the outbox.
func (s *stores) openIndex(ctx context.Context) error {
	fresh := false
	if s.config.searchURL == "" {
		index, err := fts.Open(filepath.Join(s.config.data, searchFile))
		if err != nil {
			return err
		}
		s.index, fresh = index, index.Fresh()
	} else {
		index, err := meili.Open(ctx, s.config.searchURL, s.config.searchKey, searchPrefix)
		if err != nil {
			return err
		}
		s.index, fresh = index, index.Fresh()
	}
	s.onClose(s.index.Close)
	s.worker = &worker.Worker{
		Stores:  worker.Stores{Sessions: s.sql, Responses: s.sql, Accounts: s.sql, Index: s.index},
		Service: s.replay, Now: s.now, Log: s.log,
	}
	s.rebuilder = worker.NewRebuilder(s.worker.Indexer())
	if !fresh {
		return nil
	}
	return worker.EachSession(ctx, s.sql, func(batch []replay.Session) error {
		ids := make([]string, len(batch))
		for i := range batch {
			ids[i] = batch[i].ID
		}
		return s.sql.Touch(ctx, ids, s.now().UnixMilli())
	})
}

// firstProject makes sure that there is a project to record into.
func (s *stores) firstProject(ctx context.Context) error {
	_, err := account.EnsureDefaults(ctx, s.sql, s.now())
	return err
}

// drain brings the search index up to date with what the command changed.
func (s *stores) drain(ctx context.Context) error {
	_, err := s.worker.Indexer().Drain(ctx)
	return err
}

// project returns the project with the id, or the first one if id is empty.
func (s *stores) project(ctx context.Context, id string) (account.Project, error) {
	projects, err := s.sql.Projects(ctx)
	if err != nil {
		return account.Project{}, err
	}
	names := make([]string, len(projects))
	for i, p := range projects {
		if p.ID == id || id == "" {
			return p, nil
		}
		names[i] = p.ID
	}
	why := fmt.Sprintf("there is no project %q", id)
	if near := nearest(id, names); near != "" {
		why += fmt.Sprintf("; did you mean %q?", near)
	}
	return account.Project{}, errors.New(why + " (see: afterimage project list)")
}

// session returns a session of whatever project, with words for a person if there is none.
func (s *stores) session(ctx context.Context, id string) (replay.Session, error) {
	session, err := s.replay.Session(ctx, "", id)
	switch {
	case errors.Is(err, replay.ErrErased):
		return session, fmt.Errorf("session %s was erased", id)
	case errors.Is(err, replay.ErrNotFound):
		return session, fmt.Errorf("there is no session %s", id)
	}
	return session, err
}
