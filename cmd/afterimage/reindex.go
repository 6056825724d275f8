package main

import (
	"context"
	"errors"
)

var reindexCommand = &command{
	name: "reindex", group: groupStores, most: 0, stores: true,
	summary: "Build the search index anew",
	detail: `The index is made from the stores and can always be made again: after it was lost or damaged, or to move
to another search engine. Searches see the old index until the new one is complete.`,
	options: []option{{flag: "json", help: `print {"sessions"} on standard output`}},
	run:     runReindex,
}

func runReindex(ctx context.Context, c *call) error {
	return c.withStores(ctx, func(s *stores) error {
		show := c.progress()
		n, err := s.worker.Indexer().Reindex(ctx, func(n int) { show.show("%d sessions indexed", n) })
		show.clear()
		if err != nil {
			return err
		}
		err = s.drain(ctx)
		if c.on("json") {
			return errors.Join(err, c.printJSON(map[string]int{"sessions": n}))
		}
		c.say("%s indexed", counted(n, "session"))
		return err
	})
}
