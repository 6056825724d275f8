package replay

import (
	"context"
	"encoding/json"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// click names one click of a tab: the node and the time, client clock.
type click struct {
	node int
	at   int64
}

// elementsOf says what was clicked, by following the page of one tab from the last full snapshot before each click.
// A click that is not found, or whose page is not known, is not in the answer.
func (s *Service) elementsOf(ctx context.Context, p *plan, tab string, wanted map[click]bool) (map[click]rrweb.Element, error) {
	found := map[click]rrweb.Element{}
	pieces := p.pieces[tab]
	load := newLoader(s, p, tab)
	page := rrweb.NewMirror()
	reached := 0 // pieces that the page has followed, or passed over
	for i := range pieces {
		if !holdsAny(&pieces[i], wanted) {
			continue
		}
		from := max(startPiece(pieces[:i+1], pieces[i].lastAt+1), 0)
		if from >= reached {
			page = rrweb.NewMirror()
			frame, err := load.keyframe(ctx, &pieces[from])
			if err != nil {
				return nil, err
			}
			for j := range frame {
				page.Apply(&frame[j])
			}
			reached = from
		}
		for ; reached <= i; reached++ {
			if err := s.followClicks(ctx, &load, &pieces[reached], page, wanted, found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// holdsAny reports whether one of the clicks may be in a piece.
func holdsAny(pc *piece, wanted map[click]bool) bool {
	for c := range wanted {
		if c.at >= pc.firstAt && c.at <= pc.lastAt {
			return true
		}
	}
	return false
}

// followClicks applies the events of a piece to the page, and notes before each wanted click what it is on.
func (s *Service) followClicks(ctx context.Context, load *loader, pc *piece, page *rrweb.Mirror, wanted map[click]bool, found map[click]rrweb.Element) error {
	events, err := load.load(ctx, pc)
	if err != nil {
		return err
	}
	for i := range events {
		ev := &events[i]
		if c, is := clickOf(ev); is && wanted[c] {
			if e, known := page.Element(c.node); known {
				found[c] = e
			}
		}
		page.Apply(ev)
	}
	return nil
}

// clickOf reads an event that is a click.
func clickOf(ev *rrweb.Event) (click, bool) {
	if ev.Type != rrweb.TypeIncrementalSnapshot || ev.Source != rrweb.SourceMouseInteraction || ev.DataType != rrweb.InteractionClick {
		return click{}, false
	}
	var at struct {
		ID int `json:"id"`
	}
	if json.Unmarshal(ev.Data, &at) != nil {
		return click{}, false
	}
	return click{at.ID, ev.Timestamp}, true
}
