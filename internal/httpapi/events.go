package httpapi

import (
	"context"
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/replay"
)

// headerLastSeq tells up to which batch of the tab the answer goes, so that a live
// stream can go on right after it.
const headerLastSeq = "Afterimage-Last-Seq"

// getEvents streams events as one JSON array, each as it was recorded.
func (s *Server) getEvents(c *fiber.Ctx) error {
	_, session, err := s.sessionInPath(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	window := replay.EventQuery{TabID: q.id("tab"), From: q.millis("from"), To: q.millis("to"), Keyframe: q.flag("keyframe"), Gaps: q.flag("gaps")}
	if q.err != nil {
		return q.err
	}
	play, err := s.Replay.Play(c.UserContext(), &session, window)
	if err != nil {
		return err
	}
	if window.TabID != "" {
		c.Set(headerLastSeq, strconv.FormatInt(play.LastSeq, 10))
	}
	select {
	case s.eventSlots <- struct{}{}:
	default:
		return errStreams
	}
	encoding := encodingFor(c.Get(fiber.HeaderAcceptEncoding))
	produce := func(ctx context.Context, w io.Writer) error { return s.writeEvents(ctx, w, play, encoding) }
	if err := s.streamBody(c, produce, func() { <-s.eventSlots }); err != nil {
		return err
	}
	c.Response().Header.SetContentType(fiber.MIMEApplicationJSON)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	return nil
}

// writeEvents writes the array. Its closing bracket is the sign that it is whole.
func (s *Server) writeEvents(ctx context.Context, w io.Writer, play *replay.Playback, encoding string) error {
	// The compressor exists from the first event on: what fails before that is answered
	// with a problem document, and a compressor would already have written its header.
	var out encoder
	open := func() error {
		if out != nil {
			return nil
		}
		out = compressor(w, encoding)
		_, err := io.WriteString(out, "[")
		return err
	}
	separator := ""
	err := play.Events(ctx, func(event []byte) error {
		if err := open(); err != nil {
			return err
		}
		if _, err := io.WriteString(out, separator); err != nil {
			return err
		}
		separator = ","
		_, err := out.Write(event)
		return err
	})
	if err != nil {
		return err
	}
	if err := open(); err != nil {
		return err
	}
	if _, err := io.WriteString(out, "]"); err != nil {
		return err
	}
	// Not after an error: what is broken must not end like what is whole.
	if err := out.Close(); err != nil {
		return err
	}
	giveBack(out, encoding)
	return nil
}
