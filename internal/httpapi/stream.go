package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/replay"
)

// streamSession follows a live session by server-sent events: the batches of one tab
// after a sequence number, the session whenever it changed, and its end.
func (s *Server) streamSession(c *fiber.Ctx) error {
	project, session, err := s.sessionInPath(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	tab, after := q.id("tab"), q.whole("after", -1, -1, seqMax)
	if q.err == nil && tab == "" {
		q.err = badRequest("tab: say which tab to follow")
	}
	if q.err != nil {
		return q.err
	}
	// A browser that lost the connection says where it was.
	if last := c.Get("Last-Event-ID"); last != "" {
		if _, err := fmt.Sscanf(last, "%d", &after); err != nil || after < -1 || after > seqMax {
			return badRequest("Last-Event-ID: not a sequence number")
		}
	}
	select {
	case s.liveSlots <- struct{}{}:
	default:
		return errStreams
	}
	s.metrics.live.Inc()
	f := &follower{s: s, projectID: project.ID, session: session, tab: tab, after: after}
	done := func() { <-s.liveSlots; s.metrics.live.Dec() }
	if err := s.streamBody(c, f.run, done); err != nil {
		return err
	}
	c.Response().Header.SetContentType("text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	return nil
}

// follower writes one live stream.
type follower struct {
	s         *Server
	projectID string
	session   replay.Session
	tab       string
	after     int64 // the last sequence number sent
	out       *bufio.Writer
}

// run looks at the session once a second, by one row, and reads batches only when it
// has changed. It ends when the session is sealed or gone, when the client is gone, or
// when the server stops; the client then connects again and goes on where it was.
func (f *follower) run(ctx context.Context, w io.Writer) error {
	f.out = bufio.NewWriterSize(w, streamBufferBytes)
	if err := f.tell(ctx); err != nil {
		return err
	}
	poll, heartbeat := time.NewTicker(livePollInterval), time.NewTicker(liveHeartbeat)
	defer poll.Stop()
	defer heartbeat.Stop()
	for f.session.State == replay.StateLive {
		select {
		case <-ctx.Done():
			return nil
		case <-f.s.draining:
			return nil
		case <-heartbeat.C:
			fmt.Fprint(f.out, ": still here\n\n")
		case <-poll.C:
			now, err := f.s.Replay.Session(ctx, f.projectID, f.session.ID)
			if errors.Is(err, replay.ErrErased) || errors.Is(err, replay.ErrNotFound) {
				return f.end()
			}
			if err != nil {
				return err
			}
			if changed(&f.session, &now) {
				f.session = now
				if err := f.tell(ctx); err != nil {
					return err
				}
			}
		}
		if err := f.out.Flush(); err != nil {
			return err
		}
	}
	return f.end()
}

func changed(before, now *replay.Session) bool {
	return before.Events != now.Events || before.ReceivedAt != now.ReceivedAt || before.State != now.State || before.SealCount != now.SealCount
}

// tell sends the session and the batches that came since. The session was read before
// the batches: what comes in between changes it again and is seen the next time.
func (f *follower) tell(ctx context.Context) error {
	tabs, err := f.s.Replay.Tabs(ctx, &f.session)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(detailOf(&f.session, tabs))
	if err != nil {
		return err
	}
	fmt.Fprintf(f.out, "event: session\ndata: %s\n\n", detail)
	err = f.s.Replay.BatchesAfter(ctx, &f.session, f.tab, f.after, func(seq int64, events []byte) error {
		// A line break ends a data field; between JSON tokens it means nothing.
		events = bytes.ReplaceAll(bytes.ReplaceAll(events, []byte("\r"), []byte(" ")), []byte("\n"), []byte(" "))
		f.after = max(f.after, seq)
		_, err := fmt.Fprintf(f.out, "event: events\nid: %d\ndata: {\"tab\":%q,\"seq\":%d,\"events\":%s}\n\n", seq, f.tab, seq, events)
		return err
	})
	if err != nil {
		return err
	}
	return f.out.Flush()
}

func (f *follower) end() error {
	fmt.Fprint(f.out, "event: end\ndata: {}\n\n")
	return f.out.Flush()
}
