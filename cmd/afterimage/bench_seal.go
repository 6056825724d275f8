package main

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/afterimage/afterimage/internal/bench"
)

var benchSealCommand = &command{
	name: "bench seal", group: groupMeasuring, args: "[RECORDING…]", most: -1,
	summary: "Measure how small and how fast sealing makes recordings",
	detail: `RECORDING is what "afterimage import" takes: a file, or a folder of them; without any, the recordings of
the demo shop are taken. Each is stored and sealed in a temporary folder by the service's own code, with
one core, at the usual pace and in haste (as while more sessions end than can be sealed), and compared
with one "zstd -19" of the whole session as lines of events, from which nothing could be played before
all of it is read. Speed is raw JSON per second of CPU time, so other work on the machine hardly shows.

With --learn, a site dictionary is learned from the first recordings and the others are measured.

  afterimage bench seal
  afterimage bench seal --learn 6 sessions-of-one-site/`,
	options: []option{
		{flag: "learn", arg: "N", check: isLearn, help: "from how many recordings to learn a site dictionary first, or half"},
		{flag: minSessionsFlag, arg: "N", def: "5", check: isWhole(3, 1000), help: "how many of them must share what the dictionary may hold, as the service's setting says"},
		{flag: "repeat", arg: "N", def: "3", check: isWhole(1, 1000), help: "how often each is sealed, for the time"},
		{flag: "json", help: "print the figures as JSON on standard output"},
	},
	run: runBenchSeal,
}

// minSessionsFlag is named as the service's own setting.
const minSessionsFlag = "dictionary-min-sessions"

// learnHalf is a value of --learn.
const learnHalf = "half"

func isLearn(text string) error {
	if text == learnHalf {
		return nil
	}
	return isWhole(1, 10_000)(text)
}

func runBenchSeal(ctx context.Context, c *call) error {
	recordings, err := c.benchRecordings(ctx)
	if err != nil {
		return err
	}
	learn := len(recordings) / 2
	if text := c.str("learn"); text != learnHalf {
		learn, _ = strconv.Atoi(text) // checked; 0 if not given
	}
	var report bench.SealReport
	show := c.progress()
	err = c.inFolder("", func(folder string) error {
		return c.withBenchPlace(ctx, folder, func(p *bench.Place) (err error) {
			report, err = bench.Seal(ctx, p, recordings, bench.SealRun{Learn: learn, Repeat: int(c.num("repeat")),
				Progress: func(what string) { show.clear(); show.show("sealing: %s", what) }})
			return err
		})
	})
	show.clear()
	if err != nil {
		return err
	}
	if report.WholeBy == bench.WholeOwn {
		c.say("There is no zstd command (Debian and others: the package zstd), so sizes are compared with %s.", bench.WholeOwn)
	}
	if c.on("json") {
		return c.printJSON(report)
	}
	return c.printSealed(&report)
}

func (c *call) printSealed(r *bench.SealReport) error {
	if d := r.Dictionary; d.Sessions > 0 {
		fmt.Fprintf(c.stdout, "Site dictionary learned from %s: %s in the store.\n\n", counted(d.Sessions, "session"), bytesText(d.Bytes))
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "raw\t%s\tsealed\tof it\tMB/s\tin haste\tof it\tMB/s\t  recording\n", r.WholeBy)
	line := func(s *bench.Sealed) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.3f\t%.0f\t%s\t%.3f\t%.0f\t  %s\n", bytesText(s.RawBytes), bytesText(s.WholeBytes),
			bytesText(s.Usual.Bytes), s.Usual.Ratio, s.Usual.RawMBps, bytesText(s.Hasty.Bytes), s.Hasty.Ratio, s.Hasty.RawMBps, s.Name)
	}
	for i := range r.Recordings {
		line(&r.Recordings[i])
	}
	line(&r.Total)
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "\nLargest of it, recordings over %s: %.3f, in haste %.3f\n", bytesText(bench.LargeBytes), r.UsualWorst, r.HastyWorst)
	return err
}
