package signal

import (
	"github.com/afterimage/afterimage/replay/rrweb"
)

// The sources of incremental events that detectors ask for, beside those that tell what the person did.
const (
	sourceMutation         = 0
	sourceMediaInteraction = 7
	sourceStyleSheetRule   = 8
	sourceCanvasMutation   = 9
	sourceStyleDeclaration = 13
	sourceSelection        = 14
	sourceAdoptedSheets    = 15
)

// The kinds of mouse interactions with which a click begins (rrweb's MouseInteractions).
const (
	interactionMouseDown  = 1
	interactionTouchStart = 7
)

// notice gathers facts of what changed or was done. before is the time of the latest event before.
func (b *Batch) notice(ev rrweb.Event, before int64) {
	g := &b.gather
	switch ev.Source {
	case sourceMutation, sourceMediaInteraction, sourceStyleSheetRule, sourceCanvasMutation, sourceStyleDeclaration,
		sourceSelection, sourceAdoptedSheets, rrweb.SourceScroll:
		g.react(ev.Timestamp)
	case rrweb.SourceInput:
		b.typed(ev)
		g.react(ev.Timestamp)
	case rrweb.SourceMouseInteraction:
		if ev.DataType == interactionMouseDown || ev.DataType == interactionTouchStart {
			g.press(ev.Timestamp)
		}
	case rrweb.SourceMouseMove:
		b.moved(ev, before)
	}
}

// moved follows the mouse. The places that an event holds are those of the last half second; where more time lies
// between two of them, or before the event, the page could not run (see [freeze]).
func (b *Batch) moved(ev rrweb.Event, before int64) {
	from, until, last := int64(0), int64(0), int64(0)
	places := 0
	longer := func(next int64) {
		if places > 0 && next-last > until-from {
			from, until = last, next
		}
		last = next
		places++
	}
	positions(ev.Data, func(x, y int, offset int64) {
		b.gather.path.add(point{at: ev.Timestamp + offset, x: x, y: y})
		longer(ev.Timestamp + offset)
	})
	longer(ev.Timestamp)
	if from = max(from, before); until-from >= freezeMs {
		b.gather.note(Fact{At: until, Kind: FactBlocked, N: until - from})
	}
}

// typed notes what the person put into a field. What a script puts there is marked by recorders that can tell.
func (b *Batch) typed(ev rrweb.Event) {
	id, byScript := 0, false
	members(ev.Data, func(key, value []byte) {
		switch string(key) {
		case "id":
			id = idOf(value)
		case "userTriggered":
			byScript = string(value) == "false"
		}
	})
	if id != 0 && !byScript {
		b.gather.entry(ev.Timestamp, id)
	}
}
