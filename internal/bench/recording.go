package bench

import (
	"bytes"
	"context"
	"time"

	"github.com/afterimage/afterimage/internal/importer"
	"github.com/afterimage/afterimage/internal/importer/load"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/segment"
)

// Recording is a session as it was recorded, in memory.
type Recording struct {
	Name   string
	Events []importer.Event
	Bytes  int64 // of the events as JSON
}

// Add appends an event, whose bytes it copies.
func (r *Recording) Add(e importer.Event) error {
	e.Raw = bytes.Clone(e.Raw)
	r.Events = append(r.Events, e)
	r.Bytes += int64(len(e.Raw))
	return nil
}

// read gives the events to a sink.
func (r *Recording) read(sink importer.Sink) error {
	for _, e := range r.Events {
		if err := sink(e); err != nil {
			return err
		}
	}
	return nil
}

// ReadRecordings reads recordings of any shape that the importer knows.
func ReadRecordings(ctx context.Context, paths []string) ([]Recording, error) {
	sources, _, err := importer.Find(paths)
	if err != nil {
		return nil, err
	}
	recordings := make([]Recording, len(sources))
	for i, source := range sources {
		recordings[i].Name = source.Name
		if err := importer.ReadSource(ctx, source, nil, recordings[i].Add); err != nil {
			return nil, err
		}
	}
	return recordings, nil
}

// Place is a service to measure, on stores of its own that nobody else uses.
type Place struct {
	Service   *replay.Service
	Store     replay.Store
	Keys      *segment.Keyring
	ProjectID string
}

// load stores a recording as a session, as a recorder would have sent it, and returns its id.
func (p *Place) load(ctx context.Context, read func(importer.Sink) error) (string, error) {
	done, err := load.Load(ctx, p.Service, time.Now, load.Recording{ProjectID: p.ProjectID, Read: read})
	return done.Session, err
}
