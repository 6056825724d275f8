package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/internal/worker"
)

var sealCommand = &command{
	name: "seal", group: groupRecordings, most: 0, stores: true,
	summary: "Make ended sessions small: one object each, quick to play",
	detail: `A running service does this by itself, 30 minutes after a session's last batch. A session that goes on
after it was sealed is sealed again later, and so is one that an older version sealed, which looked for no signals.`,
	options: []option{
		{flag: "all", help: "also sessions that have not ended"},
		{flag: "json", help: `print {"sealed"} on standard output`},
	},
	run: runSeal,
}

func runSeal(ctx context.Context, c *call) error {
	return c.withStores(ctx, func(s *stores) error {
		sealer := &worker.Sealer{Service: s.replay, Now: s.now, Log: c.log}
		show := c.progress()
		sealed, err := sealer.SealAll(ctx, c.on("all"), func(n int) { show.show("%d sessions sealed", n) })
		show.clear()
		if err == nil {
			_, err = s.replay.SweepPacks(ctx)
		}
		err = errors.Join(err, s.drain(ctx))
		if c.on("json") {
			return errors.Join(err, c.printJSON(map[string]int{"sealed": sealed}))
		}
		c.say("%s sealed", counted(sealed, "session"))
		return err
	})
}

// counted is "1 session" or "2 sessions".
func counted[N int | int64](n N, thing string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, thing)
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
