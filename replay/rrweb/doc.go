// Package rrweb is the event model of rrweb recordings: a strict, one-pass scanner
// of their JSON, the numbers that the format gives to kinds of events, and the
// shapes of the payloads that Afterimage reads.
//
// Events are never re-encoded: a scanned [Event] points into the bytes that were sent.
package rrweb

// The types of an event (rrweb's EventType).
const (
	TypeDOMContentLoaded    = 0
	TypeLoad                = 1
	TypeFullSnapshot        = 2
	TypeIncrementalSnapshot = 3
	TypeMeta                = 4
	TypeCustom              = 5
	TypePlugin              = 6
)

// The sources of an incremental snapshot (rrweb's IncrementalSource) that tell what
// the person did.
const (
	SourceMouseMove        = 1
	SourceMouseInteraction = 2
	SourceScroll           = 3
	SourceInput            = 5
	SourceTouchMove        = 6
	SourceDrag             = 12
)

// InteractionClick is rrweb's MouseInteractions.Click.
const InteractionClick = 2
