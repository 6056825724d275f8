package rrweb

import "bytes"

// The sources of an incremental snapshot that change the page and that only the mirror reads.
const (
	SourceMutation          = 0
	SourceViewportResize    = 4
	SourceMediaInteraction  = 7
	SourceStyleSheetRule    = 8
	SourceCanvasMutation    = 9
	SourceFont              = 10
	SourceStyleDeclaration  = 13
	SourceSelection         = 14
	SourceAdoptedStyleSheet = 15
)

// The kinds of a mouse interaction (rrweb's MouseInteractions) that leave something behind.
const (
	interactionMouseUp     = 0
	interactionMouseDown   = 1
	interactionFocus       = 5
	interactionBlur        = 6
	interactionTouchStart  = 7
	interactionTouchEnd    = 9
	interactionTouchCancel = 10
)

// pageState is what the page has once.
type pageState struct {
	fonts     fonts
	selection []byte // data of the last selection event
	pointer   []byte // JSON of the last position: x and y
	pointerID int64  // of the node that the pointer is over; 0 if that is gone
	movedID   int64  // within a mutation: what the pointer was over before, and which went
	pressedAt int64  // when a button, finger or drag last did something, unix ms, client clock
	touch     bool   // the person touches rather than points
	touching  bool   // a finger is down
	focus     int64  // id of the element that has the focus; 0 if none
}

// position is where a pointer is.
type position struct {
	x, y []byte
	id   int64
	ago  int64 // ms from then to the event; negative, as recorded
}

func (p *position) field(r *reader, key []byte) {
	switch string(key) {
	case "x":
		p.x = r.raw()
	case "y":
		p.y = r.raw()
	case "id":
		p.id, _ = r.integer()
	case "timeOffset":
		p.ago = int64(number(r.raw(), 0))
	default:
		r.skip()
	}
}

// pointerMoved notes the last of an event's positions.
func (m *Mirror) pointerMoved(ev *Event) {
	r := reader{b: ev.Data}
	for ok := r.open('{'); ok; ok = r.more() {
		if string(r.key()) != "positions" {
			r.skip()
			continue
		}
		var last []byte
		for ok := r.open('['); ok; ok = r.more() {
			last = r.raw()
		}
		var p position
		in := reader{b: last}
		for ok := in.open('{'); ok; ok = in.more() {
			p.field(&in, in.key())
		}
		// The player moves the mouse at the times of its positions, which are sent later: a click may
		// lie between. Touches and drags it applies as they come.
		switch {
		case ev.Source != SourceMouseMove:
			m.page.pressedAt = ev.Timestamp
		case ev.Timestamp+p.ago < m.page.pressedAt:
			continue
		}
		m.pointAt(p, ev.Source == SourceTouchMove)
	}
}

// pointAt notes where the pointer is. What it was over may be gone already: it is then over
// nothing, unless the place is one in some iframe.
func (m *Mirror) pointAt(p position, touch bool) {
	switch m.nodes[p.id] {
	case nil:
		if m.frames > 0 {
			return
		}
		p.id = 0
	case m.root:
		p.id = 0
	}
	m.page.touch = m.page.touch || touch
	at := append(make([]byte, 0, 64), `"x":`...)
	at = append(appendNumber(at, p.x), `,"y":`...)
	m.page.pointer = m.mem.keep(appendNumber(at, p.y))
	m.page.pointerID = p.id
}

// loseTarget is called when what the pointer is over goes, which was below parent. The pointer
// stays where it is, and what was around in the same tree is still under it; one in an
// iframe's document that goes too has no place any more.
func (m *Mirror) loseTarget(target, parent *node) {
	if m.page.movedID == 0 {
		m.page.movedID = target.id
	}
	m.page.pointerID = 0
	sameTree := parent != nil && parent.kind == kindElement
	for at := target; at != nil && sameTree; at = at.parent {
		sameTree = at.kind == kindElement || at == target
	}
	switch {
	case sameTree:
		m.page.pointerID = parent.id
	case target.rootID != 0 && target.rootID != m.root.id:
		m.page.pointer, m.page.touch, m.page.touching = nil, false, false
	}
}

// findTarget is called after a mutation: what the pointer was over may only have moved.
func (m *Mirror) findTarget() {
	if m.page.pointer != nil && m.nodes[m.page.movedID] != nil {
		m.page.pointerID = m.page.movedID
	}
	m.page.movedID = 0
}

// appendNumber appends a JSON number, 0 for another value.
func appendNumber(dst, raw []byte) []byte {
	if len(raw) == 0 || len(raw) > 32 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return append(dst, '0')
	}
	return append(dst, raw...)
}

// interacted notes where the pointer is, and focus and touch.
func (m *Mirror) interacted(ev *Event) {
	var p position
	r := reader{b: ev.Data}
	for ok := r.open('{'); ok; ok = r.more() {
		p.field(&r, r.key())
	}
	if m.nodes[p.id] == nil {
		return
	}
	switch ev.DataType {
	case InteractionClick, interactionMouseDown, interactionMouseUp, interactionTouchStart, interactionTouchEnd:
		m.page.pressedAt = ev.Timestamp
	}
	switch ev.DataType {
	case interactionFocus:
		m.page.focus = p.id
	case interactionBlur:
		if m.page.focus == p.id {
			m.page.focus = 0
		}
	case interactionTouchStart:
		m.page.touching = true
		m.pointAt(p, true)
	case interactionTouchEnd:
		m.page.touching = false
		m.pointAt(p, false)
	case interactionTouchCancel:
		m.page.touching = false
	case InteractionClick, interactionMouseDown, interactionMouseUp:
		m.pointAt(p, false)
	}
}

// target returns the node that an event's data names.
func (m *Mirror) target(data []byte) *node {
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		if string(r.key()) == "id" {
			id, _ := r.integer()
			return m.nodes[id]
		}
		r.skip()
	}
	return nil
}

func (m *Mirror) scrolled(data []byte) {
	if n := m.target(data); n != nil {
		n.extra().scroll = m.mem.keep(data)
	}
}

// typed notes what a field holds now: later attributes do not change it any more.
func (m *Mirror) typed(data []byte) {
	n := m.target(data)
	if n == nil || n.kind != kindElement {
		return
	}
	m.steps++
	x := n.extra()
	x.input, x.inputNo = m.mem.keep(data), m.steps
}

// Fonts that script added, which a keyframe says again, are bounded: in bytes of their JSON (a
// font is some tens of kilobytes) and in number. The oldest go first.
const (
	fontBytesMax = 1 << 20
	fontsMax     = 256
)

// fonts is the data of font events.
type fonts struct {
	data  [][]byte
	bytes int
}

// fontAdded notes a font that script added to the page.
func (m *Mirror) fontAdded(data []byte) {
	f := &m.page.fonts
	for _, font := range f.data {
		if bytes.Equal(font, data) {
			return
		}
	}
	if len(data) > fontBytesMax {
		return
	}
	f.data = append(f.data, m.mem.keep(data))
	f.bytes += len(data)
	for f.bytes > fontBytesMax || len(f.data) > fontsMax {
		f.bytes -= len(f.data[0])
		f.data = f.data[1:]
	}
}
