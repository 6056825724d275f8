package replay

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// GapTag marks the custom event that stands where damaged events were left out. Its payload is
// {"why":"damaged","from":…,"to":…}, unix ms in the client's clock.
const GapTag = "afterimage.gap"

func gapEvent(at, from, to int64) rrweb.Event {
	raw := fmt.Appendf(nil, `{"type":%d,"timestamp":%d,"data":{"tag":%q,"payload":{"why":"damaged","from":%d,"to":%d}}}`,
		rrweb.TypeCustom, at, GapTag, from, to)
	return rrweb.Event{Type: rrweb.TypeCustom, Timestamp: at, Source: -1, DataType: -1, Tag: GapTag, Raw: raw}
}

func isGap(ev *rrweb.Event) bool { return ev.Type == rrweb.TypeCustom && ev.Tag == GapTag }

// seek makes the keyframe for the query's beginning: it starts at the last place before it that needs nothing earlier,
// and follows the page from there.
func (r *tabReader) seek(ctx context.Context) error {
	err := r.follow(ctx)
	if isGone(err) {
		// The session was sealed meanwhile, and nothing was given yet.
		if err = r.replan(ctx); err != nil {
			return err
		}
		err = r.follow(ctx)
	}
	if r.gaps && errors.Is(err, ErrDamaged) {
		r.skipDamaged()
		r.waits = true
		return nil
	}
	return err
}

func (r *tabReader) follow(ctx context.Context) error {
	r.made, r.waits = nil, true
	if r.at = startPiece(r.pieces, r.from); r.at < 0 {
		r.at = 0
		return nil
	}
	page := rrweb.NewMirror()
	frame, err := r.load.keyframe(ctx, &r.pieces[r.at])
	if err != nil {
		return err
	}
	for i := range frame {
		page.Apply(&frame[i])
	}
	var later []rrweb.Event // that came before others which are earlier
	for end := reach(r.pieces, r.from); r.at < end; r.at++ {
		pc := &r.pieces[r.at]
		events, err := r.load.load(ctx, pc)
		if err != nil {
			return err
		}
		for i := range events {
			if events[i].Timestamp < r.from {
				page.Apply(&events[i])
			} else {
				later = append(later, events[i])
			}
		}
		r.seq, r.given = pc.seq, pc.events
	}
	if !page.Playable() {
		r.made = later // among them may be the snapshot
		return nil
	}
	r.waits = false
	r.from--
	text, _ := page.AppendKeyframe(nil, r.from)
	_, err = rrweb.ScanLines(text, func(ev rrweb.Event) error {
		r.made = append(r.made, ev)
		return nil
	})
	if err != nil {
		return fmt.Errorf("replay: make keyframe: %w", err)
	}
	r.made = append(r.made, later...)
	return nil
}

// startPiece returns the index of the last piece from which the page at a time can be followed with nothing
// before it, -1 if there is none. What lies before it must be earlier than the time as a whole.
func startPiece(pieces []piece, from int64) int {
	found, before := -1, int64(math.MinInt64)
	for i := range pieces {
		pc := &pieces[i]
		if i > 0 && before >= from {
			break
		}
		switch {
		case pc.starts && pc.firstAt < from:
			found = i
		case pc.snapshotAt != 0 && pc.snapshotAt < from && pc.row != nil:
			// The meta event may have been sent with the batch before.
			found = max(0, i-1)
			if pieces[found].row == nil {
				found = i
			}
		case pc.snapshotAt != 0 && pc.snapshotAt < from && pc.skip == 0:
			found = i
		}
		before = max(before, pc.lastAt)
	}
	return found
}

// reach returns the index behind the last piece with an event before a time.
func reach(pieces []piece, from int64) int {
	for i := len(pieces); i > 0; i-- {
		if pieces[i-1].events > 0 && pieces[i-1].firstAt < from {
			return i
		}
	}
	return 0
}
