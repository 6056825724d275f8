package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/afterimage/afterimage/internal/bench"
)

var benchIngestCommand = &command{
	name: "bench ingest", group: groupMeasuring, most: 0,
	summary: "Send generated batches to a service at a fixed rate",
	detail: `The load is open-loop: each batch is sent when it is due, whether earlier ones were answered or not, and
its latency counts from then. Batches that are due while 1024 wait for an answer are skipped and
counted. The ledger gets a line per acknowledged batch, which is on disk before it is counted:
{"session","tab","seq","sha256","at","ms"}. The driver stops by itself when the target is gone.

  key=$(afterimage project key)
  afterimage serve &
  afterimage bench ingest --key "$key" --rate 500 --duration 30s --ledger ledger.ndjson`,
	options: []option{
		{flag: "target", arg: "URL", def: "http://127.0.0.1:8080", check: isURL("http", "https"), help: "the service"},
		{flag: "key", arg: "KEY", help: "the project's public key, as `afterimage project key` prints it"},
		{flag: "rate", arg: "N", def: "100", check: isNumber(0.01, 100_000), help: "batches per second"},
		{flag: "duration", arg: "TIME", def: "30s", check: isDuration(time.Millisecond), help: "how long to send"},
		{flag: "ledger", arg: "FILE", help: "where to note acknowledged batches, for bench verify"},
		{flag: "sessions", arg: "N", def: "20", check: isWhole(1, 100_000), help: "how many sessions send in turn"},
		{flag: "batch-bytes", arg: "N", def: "20480", check: isWhole(100, 4<<20), help: "about how large a batch is, packed"},
		{flag: "seed", arg: "N", def: "1", check: isWhole(0, 1<<53), help: "of the generated content"},
		{flag: "json", help: "print the summary as JSON on standard output"},
	},
	run: runBenchIngest,
}

func runBenchIngest(ctx context.Context, c *call) error {
	if c.str("key") == "" {
		return &usageError{why: "--key is missing", hint: "It is what `afterimage project key` prints."}
	}
	summary, err := bench.Ingest(ctx, bench.Load{
		Target: c.str("target"), Key: c.str("key"), Rate: c.num("rate"), Duration: c.duration("duration"),
		Sessions: int(c.num("sessions")), BatchBytes: int(c.num("batch-bytes")), Seed: uint64(c.num("seed")), Ledger: c.str("ledger"),
	})
	if c.on("json") {
		err = errors.Join(err, c.printJSON(summary))
	} else {
		c.say("sent %d, acknowledged %d (%.1f/s, %s/s), skipped %d", summary.Sent, summary.Acked, summary.Rate,
			bytesText(int64(float64(summary.Bytes)/max(summary.Seconds, 0.001))), summary.Skipped)
		c.say("latency in ms: p50 %.1f, p95 %.1f, p99 %.1f, max %.1f", summary.P50, summary.P95, summary.P99, summary.Max)
		for _, problem := range slices.Sorted(maps.Keys(summary.Errors)) {
			c.say("failed: %d × %s", summary.Errors[problem], problem)
		}
	}
	if err == nil && summary.Acked == 0 && ctx.Err() == nil {
		return errors.New("nothing was acknowledged")
	}
	return err
}

var benchVerifyCommand = &command{
	name: "bench verify", group: groupMeasuring, args: "LEDGER", least: 1, most: 1, stores: true,
	summary: "Compare a ledger with what is stored",
	detail: `Each acknowledged batch is read back and hashed. Exits with 1 if one is missing, altered or stored twice.
This command opens the stores itself: stop a service that uses the same data folder first.`,
	options: []option{{flag: "json", help: `print {"ok","entries","sessions","missing","altered","doubled"}`}},
	run:     runBenchVerify,
}

func runBenchVerify(ctx context.Context, c *call) error {
	ledger, err := os.Open(c.args[0])
	if err != nil {
		return err
	}
	defer ledger.Close()
	return c.withStores(ctx, func(s *stores) error {
		checked, err := bench.Verify(ctx, ledger, s.replay, func(f bench.Finding) {
			c.say("session %s, tab %s, batch %d: %s", f.Session, f.Tab, f.Seq, f.Why)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", c.args[0], err)
		}
		if c.on("json") {
			if err := c.printJSON(struct {
				OK bool `json:"ok"`
				bench.Checked
			}{checked.OK(), checked}); err != nil {
				return err
			}
		} else {
			c.say("%d acknowledged batches of %s: %d missing, %d altered, %d doubled", checked.Entries,
				counted(checked.Sessions, "session"), checked.Missing, checked.Altered, checked.Doubled)
		}
		if !checked.OK() {
			return fmt.Errorf("%s: not everything that was acknowledged is stored as it was sent", c.args[0])
		}
		return nil
	})
}
