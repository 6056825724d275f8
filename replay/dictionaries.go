package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/dictionary"
	"github.com/afterimage/afterimage/replay/segment"
)

const (
	// dictionariesHeldMax is how many site dictionaries are in memory, up to 3 MiB each: those of the projects
	// that are sealed or watched right now.
	dictionariesHeldMax = 4
	// dictionarySample is how many sessions tell how small a dictionary makes them.
	dictionarySample = 100
	// dictionaryRecentMs is how old the newest of them may be: what a small site loses adds up over weeks.
	dictionaryRecentMs = 30 * 24 * 3600_000
	// dictionaryUnusedMs is how long a dictionary stays that no session needs: one being sealed may.
	dictionaryUnusedMs = 24 * 3600_000
)

const dictionaryPrefix = "dictionaries/"

func dictionaryKey(projectID, name string) string { return dictionaryPrefix + projectID + "/" + name }

// siteDictionary returns the content of a dictionary, nil if name is empty. Errors wrap [ErrDamaged].
func (s *Service) siteDictionary(ctx context.Context, projectID, name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	d, has := s.dictionaries.get(name)
	if !has {
		row, err := s.store.Dictionary(ctx, projectID, name)
		if errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("replay: %w: the site dictionary %s is not in the index", ErrDamaged, name)
		}
		if err != nil {
			return nil, fmt.Errorf("replay: read index of dictionaries: %w", err)
		}
		if d, err = s.openDictionary(ctx, &row); err != nil {
			return nil, err
		}
	}
	return d.Content, nil
}

// latestDictionary returns what a project's sessions are sealed with, nil if it has none. One that cannot be
// read is no reason not to seal.
func (s *Service) latestDictionary(ctx context.Context, projectID string) (*segment.Dictionary, error) {
	row, err := s.store.LatestDictionary(ctx, projectID)
	if errors.Is(err, ErrNotFound) || err == nil && row.Name == "" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("replay: find site dictionary: %w", err)
	}
	if d, has := s.dictionaries.get(row.Name); has {
		return d, nil
	}
	d, err := s.openDictionary(ctx, &row)
	if errors.Is(err, ErrDamaged) || isGone(err) {
		s.log.Error("cannot read a site dictionary; sessions are sealed without it", "project", projectID, "dictionary", row.Name, "error", err)
		return nil, nil
	}
	return d, err
}

// openDictionary reads a dictionary, from its copy if the first object is damaged or gone.
func (s *Service) openDictionary(ctx context.Context, row *Dictionary) (*segment.Dictionary, error) {
	d, err := s.readDictionary(ctx, row, "")
	if err == nil {
		return s.dictionaries.put(row.Name, d, dictionariesHeldMax), nil
	}
	d, again := s.readDictionary(ctx, row, copySuffix)
	if again != nil {
		return nil, errors.Join(err, again)
	}
	s.log.Warn("a site dictionary was read from its copy", "project", row.ProjectID, "dictionary", row.Name, "error", err)
	return s.dictionaries.put(row.Name, d, dictionariesHeldMax), nil
}

const (
	copySuffix = ".copy"
	keySuffix  = ".key"
	// dictionaryObjectBytesMax bounds a dictionary's object: content that does not compress, and some.
	dictionaryObjectBytesMax = 8 << 20
)

func (s *Service) readDictionary(ctx context.Context, row *Dictionary, suffix string) (*segment.Dictionary, error) {
	at := dictionaryKey(row.ProjectID, row.Name) + suffix
	key, err := s.keys.Unwrap(row.WrappedKey, row.Name)
	if err != nil {
		return nil, fmt.Errorf("replay: site dictionary: %w", err)
	}
	object, err := s.read(ctx, at, 0, dictionaryObjectBytesMax)
	if err != nil {
		return nil, err
	}
	d, err := segment.OpenDictionary(object, key, row.ProjectID, row.Name)
	if err != nil {
		return nil, fmt.Errorf("replay: %w: %s: %w", ErrDamaged, at, err)
	}
	return d, nil
}

// LearnDictionaries learns a site dictionary for each project for which that pays, from its newest sealed
// sessions, and returns how many it learned. Sessions sealed from then on need it.
func (s *Service) LearnDictionaries(ctx context.Context) (int, error) {
	projects, err := s.store.ProjectIDs(ctx)
	if err != nil {
		return 0, fmt.Errorf("replay: list projects: %w", err)
	}
	learned := 0
	var failed error // one project's trouble is not another's
	for _, id := range projects {
		last, due, err := s.learningDue(ctx, id)
		var row Dictionary
		if err == nil && due {
			row, err = s.learn(ctx, id, &last)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("replay: learn site dictionary of project %s: %w", id, err))
		} else if row.Name != "" {
			learned++
		}
	}
	return learned, failed
}

func (s *Service) learningDue(ctx context.Context, projectID string) (Dictionary, bool, error) {
	now := s.nowMs()
	last, err := s.store.LatestDictionary(ctx, projectID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return last, false, err
	}
	use, err := s.store.DictionaryUse(ctx, projectID, last.Name, dictionarySample, now-dictionaryRecentMs)
	if err != nil {
		return last, false, err
	}
	state := dictionary.State{Sessions: use.Sealed, LearnedFrom: last.Sessions, Bytes: last.Bytes,
		RawThen: use.RawThen, SealedThen: use.SealedThen, RawNow: use.RawNow, SealedNow: use.SealedNow}
	if last.Sessions > 0 {
		state.Age = time.Duration(now-last.LearnedAt) * time.Millisecond
	}
	return last, state.Due(s.rules), nil
}

// learn makes a project's dictionary anew, unless it would be the same as the last one: first the objects, then the index.
func (s *Service) learn(ctx context.Context, projectID string, last *Dictionary) (Dictionary, error) {
	content, stats, err := dictionary.Learn(s.rules, s.toLearnFrom(ctx, projectID))
	if err != nil {
		return Dictionary{}, err
	}
	row := Dictionary{ProjectID: projectID, Sessions: stats.Sessions, LearnedAt: s.nowMs()}
	if d := segment.NewDictionary(content); content != nil && d.Names(last.Name) {
		row.Name, row.WrappedKey, row.Bytes = last.Name, last.WrappedKey, last.Bytes
	} else if content != nil {
		if err := s.putDictionary(ctx, d, &row); err != nil {
			return row, err
		}
	}
	if err := s.store.AddDictionary(ctx, row); err != nil {
		return row, fmt.Errorf("index: %w", err)
	}
	s.log.Info("learned a site dictionary", "project", projectID, "sessions", stats.Sessions, "people", stats.People,
		"dictionary", row.Name, "bytes", len(content), "storedBytes", row.Bytes)
	return row, nil
}

// putDictionary stores a dictionary: its key last, as without it the objects are worth nothing.
func (s *Service) putDictionary(ctx context.Context, d *segment.Dictionary, row *Dictionary) error {
	key := segment.NewDataKey()
	object, err := segment.SealDictionary(d, key, row.ProjectID)
	if err != nil {
		return err
	}
	row.Name, row.WrappedKey = d.Name, s.keys.Wrap(key, d.Name)
	at := dictionaryKey(row.ProjectID, d.Name)
	for _, o := range []struct {
		suffix string
		bytes  []byte
	}{{"", object}, {copySuffix, object}, {keySuffix, row.WrappedKey}} {
		if err := s.bucket.Put(ctx, at+o.suffix, bytes.NewReader(o.bytes), int64(len(o.bytes))); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		row.Bytes += int64(len(o.bytes))
	}
	return nil
}

// toLearnFrom gives a project's sealed sessions, newest first. One that cannot be read is left out: learning
// is no reason to stop.
func (s *Service) toLearnFrom(ctx context.Context, projectID string) iter.Seq2[dictionary.Session, error] {
	return func(yield func(dictionary.Session, error) bool) {
		f := SessionFilter{ProjectID: projectID, Limit: listMax}
		for {
			page, err := s.store.Sessions(ctx, f)
			if err != nil {
				yield(dictionary.Session{}, err)
				return
			}
			for i := range page {
				if page[i].State == StateSealed && !yield(s.lesson(ctx, &page[i]), nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			f.AfterStarted, f.AfterID = page[len(page)-1].StartedAt, page[len(page)-1].ID
		}
	}
}

func (s *Service) lesson(ctx context.Context, sess *Session) dictionary.Session {
	person := sess.User.ID
	if person == "" {
		person = sess.User.Email
	}
	return dictionary.Session{ID: sess.ID, Person: person, Events: func(yield func([]byte, error) bool) {
		stopped := errors.New("stopped")
		err := s.Events(ctx, sess, EventQuery{}, func(event []byte) error {
			if !yield(event, nil) {
				return stopped
			}
			return nil
		})
		switch {
		case err == nil || errors.Is(err, stopped):
		case ctx.Err() == nil && (errors.Is(err, ErrDamaged) || errors.Is(err, ErrErased) || errors.Is(err, ErrNotFound) || isGone(err)):
		default:
			yield(nil, err)
		}
	}}
}

// verifyDictionary reads a dictionary's objects and reports what is wrong with them.
func (s *Service) verifyDictionary(ctx context.Context, projectID, name string, damaged func(Damage)) error {
	row, err := s.store.Dictionary(ctx, projectID, name)
	if errors.Is(err, ErrNotFound) {
		return nil // its sessions were told of, or are gone by now
	}
	if err != nil {
		return fmt.Errorf("replay: verify: find site dictionary: %w", err)
	}
	report := func(suffix string, err error) {
		if err != nil {
			damaged(Damage{Object: dictionaryKey(projectID, name) + suffix, Why: err.Error()})
		}
	}
	for _, suffix := range []string{"", copySuffix} {
		_, err := s.readDictionary(ctx, &row, suffix)
		report(suffix, err)
	}
	wrapped, err := s.read(ctx, dictionaryKey(projectID, name)+keySuffix, 0, dictionaryObjectBytesMax)
	if err == nil {
		var a, b *segment.DataKey
		a, err = s.keys.Unwrap(wrapped, name)
		if err == nil {
			b, err = s.keys.Unwrap(row.WrappedKey, name)
		}
		if err == nil && !a.Equal(b) {
			err = errors.New("the key is not the one in the index")
		}
	}
	report(keySuffix, err)
	return ctx.Err()
}

// DropDictionaries deletes dictionaries that no session needs any more, and returns how many.
func (s *Service) DropDictionaries(ctx context.Context) (int, error) {
	unused, err := s.store.UnusedDictionaries(ctx, s.nowMs()-dictionaryUnusedMs, listMax)
	if err != nil {
		return 0, fmt.Errorf("replay: find unused dictionaries: %w", err)
	}
	dropped := 0
	for _, d := range unused {
		err := s.store.ForgetDictionary(ctx, d.ProjectID, d.Name)
		if errors.Is(err, ErrChanged) {
			continue
		}
		if err != nil {
			return dropped, fmt.Errorf("replay: forget dictionary: %w", err)
		}
		err = s.bucket.List(ctx, dictionaryKey(d.ProjectID, d.Name), func(o blob.Object) error {
			return s.bucket.Delete(ctx, o.Key)
		})
		if err != nil {
			return dropped, fmt.Errorf("replay: delete dictionary: %w", err)
		}
		dropped++
	}
	return dropped, nil
}
