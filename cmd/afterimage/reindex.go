package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

var reindexCommand = &command{
	name: "reindex", group: groupStores, most: 0, stores: true, remote: true,
	summary: "Build the search index anew",
	detail: `The index is made from the stores and can always be made again: after it was lost or damaged, or to move
to another search engine. Searches see the old index until the new one is complete.

With --server a running service rebuilds its index and goes on serving meanwhile; the token needs the role
admin. Ctrl-C then only ends the watching.

  afterimage reindex --server https://replay.example.com --token TOKEN`,
	options: []option{{flag: "json", help: `print {"sessions"} on standard output`}},
	run:     runReindex,
}

func runReindex(ctx context.Context, c *call) error {
	if c.str("server") != "" {
		return reindexRemote(ctx, c)
	}
	return c.withStores(ctx, func(s *stores) error {
		indexer := s.worker.Indexer()
		total, err := indexer.Sessions(ctx)
		if err != nil {
			return err
		}
		show, begun := c.progress(), time.Now()
		n, err := indexer.Reindex(ctx, func(n int) { show.share(int64(n), total, time.Since(begun), "sessions indexed") })
		show.clear()
		if err != nil {
			return err
		}
		return errors.Join(s.drain(ctx), c.reindexed(int64(n)))
	})
}

func (c *call) reindexed(sessions int64) error {
	if c.on("json") {
		return c.printJSON(map[string]int64{"sessions": sessions})
	}
	c.say("%s indexed", counted(sessions, "session"))
	return nil
}

// indexing is what GET /api/v1/indexing tells of a rebuild.
type indexing struct {
	Rebuild struct {
		Running            bool
		Done, Total        int64
		StartedAt, EndedAt int64
		Error              string
	}
}

const (
	indexingPath = "/api/v1/indexing"
	// watchEvery is how often a rebuild is looked at: as often as a person can read.
	watchEvery = 500 * time.Millisecond
	// strangeAnswersMax is how many answers in a row may know nothing of our rebuild: with several
	// processes behind one address, not every one tells of its own.
	strangeAnswersMax = 120
)

// reindexRemote has a running service rebuild its index, and watches it.
func reindexRemote(ctx context.Context, c *call) error {
	now, err := c.askIndexing(ctx, http.MethodPost, indexingPath+"/rebuild")
	if err != nil {
		return err
	}
	ours, strange := now.Rebuild.StartedAt, 0
	show, begun := c.progress(), time.Now()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for now.Rebuild.Running || now.Rebuild.StartedAt != ours {
		select {
		case <-ctx.Done():
			show.clear()
			return errors.New("not watched any more; the service goes on rebuilding its index")
		case <-tick.C:
		}
		if now, err = c.askIndexing(ctx, http.MethodGet, indexingPath); err != nil {
			show.clear()
			return err
		}
		if now.Rebuild.StartedAt == ours {
			strange = 0
			show.share(now.Rebuild.Done, now.Rebuild.Total, time.Since(begun), "sessions indexed")
		} else if strange++; strange == strangeAnswersMax {
			show.clear()
			return errors.New("the service does not know of the rebuild any more: it was restarted, or another process answers; see its log")
		}
	}
	show.clear()
	if now.Rebuild.Error != "" {
		return fmt.Errorf("the service could not rebuild its index, and keeps the old one: %s", now.Rebuild.Error)
	}
	return c.reindexed(now.Rebuild.Done)
}

func (c *call) askIndexing(ctx context.Context, method, path string) (indexing, error) {
	var now indexing
	answer, err := c.ask(ctx, method, path)
	if err != nil {
		return now, err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&now); err != nil {
		return now, fmt.Errorf("the service's answer cannot be read: %w", err)
	}
	return now, nil
}
