package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/internal/worker"
	"github.com/afterimage/afterimage/replay"
)

var verifyCommand = &command{
	name: "verify", group: groupStores, most: 0, stores: true,
	summary: "Read everything back and say what is damaged",
	detail: `Every block of every session is read, checked, decrypted and held against what was received, and the
search index against the sessions, after what waits for it was brought in. Exits with 1 if anything
is wrong; nothing is mended.`,
	options: []option{{flag: "json", help: `print {"ok","sessions","blocks","damaged":[{"object","offset","session","why"}]}`}},
	run:     runVerify,
}

// verdict is what verify --json prints.
type verdict struct {
	OK       bool            `json:"ok"`
	Sessions int64           `json:"sessions"`
	Blocks   int64           `json:"blocks"`
	Damaged  []replay.Damage `json:"damaged"`
}

func runVerify(ctx context.Context, c *call) error {
	return c.withStores(ctx, func(s *stores) error {
		v := verdict{Damaged: []replay.Damage{}}
		show := c.progress()
		report := func(d replay.Damage) {
			v.Damaged = append(v.Damaged, d)
			if !c.on("json") {
				show.clear()
				c.say("damaged: %s, byte %d, session %s: %s", d.Object, d.Offset, d.Session, d.Why)
			}
		}
		show.show("reading all recordings")
		checked, err := s.replay.Verify(ctx, report)
		show.clear()
		if err == nil {
			err = s.verifyIndex(ctx, report)
		}
		if err != nil {
			return err
		}
		v.OK, v.Sessions, v.Blocks = len(v.Damaged) == 0, checked.Sessions, checked.Blocks
		if c.on("json") {
			if err := c.printJSON(v); err != nil {
				return err
			}
		} else if v.OK {
			c.say("%s in %s read back: all good", counted(v.Blocks, "block"), counted(v.Sessions, "session"))
		}
		if !v.OK {
			return fmt.Errorf("%s found", counted(len(v.Damaged), "damage"))
		}
		return nil
	})
}

// indexObject is what a finding about the search index names as its object.
const indexObject = "search index"

// verifyIndex compares the search index with the sessions both ways. What waits in the
// outbox may differ, so it is brought in first.
func (s *stores) verifyIndex(ctx context.Context, report func(replay.Damage)) error {
	left, err := s.worker.Indexer().Drain(ctx)
	if err != nil {
		return err
	}
	if left > 0 {
		s.log.Warn("the search index was not compared: it is behind the sessions", "sessions", left)
		return nil
	}
	indexed := map[string]bool{}
	err = s.index.IDs(ctx, "", func(id string) error {
		if indexed[id] {
			report(replay.Damage{Object: indexObject, Session: id, Why: "the session is in the index twice"})
		}
		indexed[id] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("list the search index: %w", err)
	}
	err = worker.EachSession(ctx, s.sql, func(batch []replay.Session) error {
		for i := range batch {
			if !indexed[batch[i].ID] {
				report(replay.Damage{Object: indexObject, Session: batch[i].ID, Why: "the session is not in the index; `afterimage reindex` makes it anew"})
			}
			delete(indexed, batch[i].ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id := range indexed {
		if _, err := s.replay.Session(ctx, "", id); err == nil {
			continue // recorded meanwhile
		} else if !errors.Is(err, replay.ErrNotFound) && !errors.Is(err, replay.ErrErased) {
			return err
		}
		report(replay.Damage{Object: indexObject, Session: id, Why: "the index holds a session that does not exist; `afterimage reindex` makes it anew"})
	}
	return nil
}
