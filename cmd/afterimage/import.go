package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/afterimage/afterimage/internal/importer"
	"github.com/afterimage/afterimage/internal/importer/load"
)

// filesAtOnce is how many files are imported at a time, so that one's parsing goes on
// while another's batch is made durable. Each holds some batches in memory.
const filesAtOnce = 4

var importCommand = &command{
	name: "import", group: groupRecordings, args: "FILE…", least: 1, most: -1, stores: true,
	summary: "Store recordings from files, each as one session",
	detail: `FILE is an array of rrweb events as JSON, events one per line (NDJSON), an export of PostHog, a
replay segment of Sentry, or what "afterimage export" printed; each may be packed with gzip, zstd
or zlib. A folder stands for all recordings in it and below; - is standard input.

Events are kept byte for byte. A file that is broken stores nothing, the others go on, and the
exit status is 1. This command opens the stores itself: stop a service that uses the same data
folder first.

  afterimage import recording.json
  afterimage import --project shop --user 42 exports/`,
	options: []option{
		projectOption,
		{flag: "user", arg: "ID", help: "whose sessions they are"},
		{flag: "json", help: `print a line per session: {"file","session","events","rawBytes"}`},
	},
	run: runImport,
}

// imported is what --json prints of each session.
type imported struct {
	File     string `json:"file"`
	Session  string `json:"session"`
	Events   int64  `json:"events"`
	RawBytes int64  `json:"rawBytes"`
}

func runImport(ctx context.Context, c *call) error {
	sources, skipped, err := importer.Find(c.args)
	if err != nil {
		return err
	}
	if skipped > 0 {
		c.say("left out, for their names do not end like a recording's: %s; name them to import them", counted(skipped, "file"))
	}
	return c.withStores(ctx, func(s *stores) error {
		project, err := s.project(ctx, c.str("project"))
		if err != nil {
			return err
		}
		rec := load.Recording{ProjectID: project.ID}
		if user := c.str("user"); user != "" {
			if rec.Meta, err = json.Marshal(map[string]any{"user": map[string]string{"id": user}}); err != nil {
				return err
			}
		}
		failed, err := importAll(ctx, c, s, rec, sources)
		if err == nil || failed < len(sources) {
			err = errors.Join(err, s.drain(context.WithoutCancel(ctx))) // also what came before an interrupt is to be found
		}
		return err
	})
}

// importAll imports each source and reports it, in the order given.
func importAll(ctx context.Context, c *call, s *stores, rec load.Recording, sources []importer.Source) (failed int, err error) {
	done := make([]chan importOutcome, len(sources))
	free := make(chan struct{}, filesAtOnce)
	var all sync.WaitGroup
	for i := range sources {
		done[i] = make(chan importOutcome, 1)
	}
	all.Go(func() {
		for i, src := range sources {
			free <- struct{}{}
			all.Go(func() {
				defer func() { <-free }()
				done[i] <- importOne(ctx, c.stdin, s, rec, src)
			})
		}
	})
	defer all.Wait()
	show := c.progress()
	defer show.clear()
	for i, src := range sources {
		show.show("importing %d of %d: %s", i+1, len(sources), src.Name)
		out := <-done[i]
		show.clear()
		if err := reportImport(c, src, out); err != nil {
			return failed, err
		}
		if out.err != nil {
			failed++
		}
	}
	switch {
	case failed == 0:
		return 0, nil
	case len(sources) > 1:
		return failed, fmt.Errorf("%d of %d files were not imported", failed, len(sources))
	}
	return failed, errReported
}

type importOutcome struct {
	load.Result
	err error
}

func importOne(ctx context.Context, stdin io.Reader, s *stores, rec load.Recording, src importer.Source) importOutcome {
	if err := ctx.Err(); err != nil {
		return importOutcome{err: interrupted(src)}
	}
	rec.Read = func(sink importer.Sink) error { return importer.ReadSource(ctx, src, stdin, sink) }
	result, err := load.Load(ctx, s.replay, s.now, rec)
	var place *importer.Error
	switch {
	case err == nil || errors.As(err, &place):
	case ctx.Err() != nil && errors.Is(err, context.Canceled) && !errors.Is(err, load.ErrHalfLoaded):
		err = interrupted(src)
	default:
		err = fmt.Errorf("%s: %w", src.Name, err)
	}
	return importOutcome{result, err}
}

func interrupted(src importer.Source) error {
	return fmt.Errorf("%s: interrupted; nothing of it is stored", src.Name)
}

func reportImport(c *call, src importer.Source, out importOutcome) error {
	if out.err != nil {
		c.say("afterimage: %v", out.err)
		return nil
	}
	if c.on("json") {
		return c.printJSON(imported{File: src.Name, Session: out.Session, Events: out.Events, RawBytes: out.RawBytes})
	}
	_, err := fmt.Fprintf(c.stdout, "%s  %d events  %s\n", out.Session, out.Events, src.Name)
	return err
}
