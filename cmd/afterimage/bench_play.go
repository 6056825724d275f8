package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/afterimage/afterimage/internal/bench"
)

var benchPlayCommand = &command{
	name: "bench play", group: groupMeasuring, args: "[RECORDING…]", most: -1,
	summary: "Measure what playing sealed sessions of growing length takes",
	detail: `Sessions are made of the recordings (without any, those of the demo shop), one after another and again with
other texts, until they last an hour, or are as large as --sizes says. Each is stored and sealed in a
folder of its own and played over HTTP on this machine as the web app's player does: the first picture
at the start and at 5/6 of it (minute 50 of an hour), then all of it from start to end. Beside it, a
plain player loads the same session as one gzip JSON. Times are medians on this machine and say most
as ratios.

  afterimage bench play
  afterimage bench play --sizes 3,30 --json recordings/`,
	options: []option{
		{flag: "sizes", arg: "LIST", def: "3,30,300", check: isSizes, help: "how large sessions to make, in MB of raw JSON, with commas"},
		{flag: "keep", arg: "FOLDER", help: "new folder to leave the sessions in: the service's data, each as gzip JSON, the figures; without, a temporary one is removed"},
		{flag: "json", help: "print the figures as JSON on standard output"},
	},
	run: runBenchPlay,
}

// hourMs is the length of the session by which the reading of minute 50 is measured.
const hourMs = 3600_000

func isSizes(text string) error {
	for _, size := range list(text) {
		if err := isNumber(0.1, 10_000)(size); err != nil {
			return err
		}
	}
	return nil
}

func benchLengths(sizes string) []bench.Length {
	lengths := []bench.Length{{Name: "hour", Ms: hourMs}}
	for _, text := range list(sizes) {
		mb, _ := strconv.ParseFloat(text, 64) // checked
		lengths = append(lengths, bench.Length{Name: text + "MB", Bytes: int64(mb * 1e6)})
	}
	return lengths
}

func runBenchPlay(ctx context.Context, c *call) error {
	recordings, err := c.benchRecordings(ctx)
	if err != nil {
		return err
	}
	show := c.progress()
	var played []bench.Played
	err = c.inFolder("keep", func(folder string) error {
		data := filepath.Join(folder, "data")
		played, err = bench.Play(ctx, bench.PlayRun{
			Lengths: benchLengths(c.str("sizes")), Recordings: recordings, Folder: folder,
			Stored: func(ctx context.Context, fn func(*bench.Place) error) error { return c.withBenchPlace(ctx, data, fn) },
			Served: func(ctx context.Context) (*bench.Served, error) { return c.benchServed(ctx, data) },
			Alone:  func(ctx context.Context) (*bench.Alone, error) { return benchAlone(ctx, data) },
			Progress: func(what string) {
				show.clear()
				show.show("%s", what)
			},
		})
		if err != nil {
			return err
		}
		figures, err := json.Marshal(played)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, "played.json"), figures, 0o600)
	})
	show.clear()
	if err != nil {
		return err
	}
	if c.on("json") {
		return c.printJSON(played)
	}
	return c.printPlayed(played)
}

func (c *call) printPlayed(played []bench.Played) error {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(what string, cell func(p *bench.Played) string) {
		fmt.Fprintf(w, "%s\t", what)
		for i := range played {
			fmt.Fprintf(w, "%s\t", cell(&played[i]))
		}
		fmt.Fprintln(w)
	}
	row("session", func(p *bench.Played) string { return p.Name })
	row("lasts", func(p *bench.Played) string {
		return time.Duration(p.Seconds * float64(time.Second)).Round(time.Second).String()
	})
	row("raw", func(p *bench.Played) string { return bytesText(p.RawBytes) })
	row("object", func(p *bench.Played) string { return bytesText(p.ObjectBytes) })
	row("footer", func(p *bench.Played) string { return bytesText(p.FooterBytes) })
	row("blocks", func(p *bench.Played) string { return strconv.Itoa(p.Blocks) })
	for _, at := range []struct {
		name string
		of   func(p *bench.Played) *bench.Picture
	}{{"start", func(p *bench.Played) *bench.Picture { return &p.Start }}, {"5/6", func(p *bench.Played) *bench.Picture { return &p.Late }}} {
		row("picture at "+at.name+", server", func(p *bench.Played) string { return fmt.Sprintf("%.1f ms", at.of(p).ServerMs) })
		row("the first time", func(p *bench.Played) string { return fmt.Sprintf("%.1f ms", at.of(p).FirstMs) })
		row("parsed", func(p *bench.Played) string { return fmt.Sprintf("%.1f ms", at.of(p).ParsedMs) })
		row("read beside the footer", func(p *bench.Played) string { return bytesText(at.of(p).Bytes) })
		row("of the object", func(p *bench.Played) string { return fmt.Sprintf("%.2f %%", 100*at.of(p).BytesPart) })
		row("in reads", func(p *bench.Played) string { return strconv.FormatInt(at.of(p).Reads, 10) })
	}
	row("playing all of it", func(p *bench.Played) string { return fmt.Sprintf("%.1f s", p.PlayedMs/1000) })
	row("memory of the service meanwhile", func(p *bench.Played) string { return bytesText(p.MemoryBytes) })
	row("plain player, parsed", func(p *bench.Played) string { return fmt.Sprintf("%.0f ms", p.Plain.ParsedMs) })
	row("times ours at 5/6", func(p *bench.Played) string { return fmt.Sprintf("%.0f ×", p.Faster) })
	return w.Flush()
}
