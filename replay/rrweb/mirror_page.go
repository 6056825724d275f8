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
	pointerID int64  // of the node that was told to be under it
	touch     bool   // the person touches rather than points
	touching  bool   // a finger is down
	focus     int64  // id of the element that has the focus; 0 if none
}

// position is where a pointer is.
type position struct {
	x, y []byte
	id   int64
}

func (p *position) field(r *reader, key []byte) {
	switch string(key) {
	case "x":
		p.x = r.raw()
	case "y":
		p.y = r.raw()
	case "id":
		p.id, _ = r.integer()
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
		m.pointAt(p, ev.Source == SourceTouchMove)
	}
}

// pointAt notes where the pointer is, and the node that is told to be under it, whether it is there or
// not: what counts is whether it is there when a keyframe is made.
func (m *Mirror) pointAt(p position, touch bool) {
	m.page.touch = m.page.touch || touch
	at := append(make([]byte, 0, 64), `"x":`...)
	at = append(appendNumber(at, p.x), `,"y":`...)
	m.page.pointer = m.mem.keep(appendNumber(at, p.y))
	m.page.pointerID = p.id
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
	switch ev.DataType {
	case interactionFocus:
		if m.nodes[p.id] != nil {
			m.page.focus = p.id
		}
	case interactionBlur:
		if m.page.focus == p.id {
			m.page.focus = 0
		}
	}
	if p.id <= 0 || p.id > m.newest {
		// A jump passes over what is done to nodes that the snapshot does not have: to newer ones, and to those
		// that the recorder does not know (-1), as after a page has written itself over.
		return
	}
	switch ev.DataType {
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
