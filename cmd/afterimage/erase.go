package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/afterimage/afterimage/replay"
)

var eraseCommand = &command{
	name: "erase", group: groupRecordings, args: "SESSION…", least: 1, most: -1, stores: true, remote: true,
	summary: "Erase sessions for ever",
	detail: `The session's key is destroyed first, then its recording, what the index and the search know of it and
the links of its responses. What a recorder still sends of it is refused. Erasing again is no error.`,
	options: []option{{flag: "json", help: `print a line per session: {"session","erased"}`}},
	run:     runErase,
}

func runErase(ctx context.Context, c *call) error {
	if c.str("server") != "" {
		return c.eraseEach(func(id string) error {
			answer, err := c.ask(ctx, http.MethodDelete, "/api/v1/sessions/"+url.PathEscape(id))
			if err != nil {
				return err
			}
			return answer.Body.Close()
		})
	}
	return c.withStores(ctx, func(s *stores) error {
		err := c.eraseEach(func(id string) error { return s.erase(ctx, id) })
		return errors.Join(err, s.forget(ctx))
	})
}

// eraseEach erases each session of the command line, also after one could not be.
func (c *call) eraseEach(erase func(id string) error) error {
	var failures []error
	for _, id := range c.args {
		if err := erase(id); err != nil {
			failures = append(failures, fmt.Errorf("session %s: %w", id, err))
			continue
		}
		if c.on("json") {
			if err := c.printJSON(map[string]any{"session": id, "erased": true}); err != nil {
				return err
			}
		} else {
			c.say("session %s erased", id)
		}
	}
	return errors.Join(failures...)
}

// erase erases one session of whatever project. One that is erased already is no error.
func (s *stores) erase(ctx context.Context, id string) error {
	session, err := s.replay.Session(ctx, "", id)
	if errors.Is(err, replay.ErrErased) {
		return nil
	}
	if err == nil {
		err = s.replay.Erase(ctx, session.ProjectID, id)
	}
	if errors.Is(err, replay.ErrNotFound) {
		return errors.New("there is no such session")
	}
	return err
}

// forget makes sure that nothing of erased sessions is left anywhere: objects, packs
// that held nothing else, search index, and the pages of the database that were freed.
// In packs that other live sessions share, what is left is encrypted, and its key is gone.
func (s *stores) forget(ctx context.Context) error {
	_, err := s.replay.SweepPacks(ctx)
	return errors.Join(
		err,
		s.replay.FinishErasures(ctx),
		s.drain(ctx),
		s.sql.Scrub(ctx),
	)
}
