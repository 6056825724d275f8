package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/afterimage/afterimage/replay"
)

var exportCommand = &command{
	name: "export", group: groupRecordings, args: "SESSION", least: 1, most: 1, stores: true, remote: true,
	summary: "Print a session's events as one JSON array",
	detail: `The events are those that were recorded, byte for byte, in order; those of several tabs are merged by
time. The array is written as it is read, and ends with ] only if all of it was.

  afterimage export 0192f3a0-7c4e-7b1a-9d3e-2f6c8a51b7d4 > session.json`,
	options: []option{{flag: "tab", arg: "ID", help: "only this tab"}},
	run:     runExport,
}

func runExport(ctx context.Context, c *call) error {
	out := bufio.NewWriterSize(c.stdout, 64<<10)
	if c.str("server") != "" {
		if err := exportRemote(ctx, c, out); err != nil {
			return err
		}
		return out.Flush()
	}
	return c.withStores(ctx, func(s *stores) error {
		session, err := s.session(ctx, c.args[0])
		if err != nil {
			return err
		}
		if err := writeEvents(out, func(yield func([]byte) error) error {
			return s.replay.Events(ctx, &session, replay.EventQuery{TabID: c.str("tab")}, yield)
		}); err != nil {
			return errors.Join(fmt.Errorf("export session %s: %w", session.ID, err), out.Flush())
		}
		return out.Flush()
	})
}

// writeEvents writes a JSON array, one event per line.
func writeEvents(out io.Writer, events func(yield func([]byte) error) error) error {
	before := "[\n"
	err := events(func(event []byte) error {
		if _, err := io.WriteString(out, before); err != nil {
			return err
		}
		before = ",\n"
		_, err := out.Write(event)
		return err
	})
	if err != nil {
		return err
	}
	if before == "[\n" {
		_, err = io.WriteString(out, "[]\n")
		return err
	}
	_, err = io.WriteString(out, "\n]\n")
	return err
}

func exportRemote(ctx context.Context, c *call, out io.Writer) error {
	path := "/api/v1/sessions/" + url.PathEscape(c.args[0]) + "/events"
	if tab := c.str("tab"); tab != "" {
		path += "?tab=" + url.QueryEscape(tab)
	}
	answer, err := c.ask(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	end := &lastByte{w: out}
	if _, err := io.Copy(end, answer.Body); err != nil {
		return fmt.Errorf("the service's answer broke off: %w", err)
	}
	if end.last != ']' {
		return errors.New("the service's answer ends too early: what was printed is not all")
	}
	_, err = io.WriteString(out, "\n")
	return err
}

// lastByte passes on what is written and remembers the last byte that is no white space.
type lastByte struct {
	w    io.Writer
	last byte
}

func (l *lastByte) Write(p []byte) (int, error) {
	for i := len(p) - 1; i >= 0; i-- {
		if c := p[i]; c != '\n' && c != '\r' && c != ' ' {
			l.last = c
			break
		}
	}
	return l.w.Write(p)
}
