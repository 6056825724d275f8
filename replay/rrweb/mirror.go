package rrweb

// Mirror is the page of one tab as rrweb's player would show it: the tree of the last full
// snapshot with every later event applied, and beside it what a tree cannot hold (what was
// typed, scrolled, drawn, and changed in style sheets by script).
//
// It trusts nothing: any events may come, in any order. Values stay the JSON that was
// recorded, so that a keyframe says again what the recorder said.
//
// A Mirror is not safe for use by several goroutines.
type Mirror struct {
	nodes map[int64]*node // by id; every node of the tree that has one, and no other
	root  *node           // the page's document; nil where there is no picture
	mem   arena
	tags  map[string]string // each tag name once

	scratch []span // of the element being read

	href, width, height []byte // JSON values of the last meta event and resize; nil where unknown
	offset              []byte // JSON value of the snapshot's initialOffset; nil where there was none
	metaOpen            bool   // the last event was a meta event, whose full snapshot must follow
	at                  int64  // timestamp of the event that is being applied
	steps               int64  // counts inputs, whose order matters

	newest    int64           // highest id of the full snapshot that was recorded
	documents map[int64]*node // documents whose iframe has not come yet, by the iframe's id
	held      map[int64]addition
	sheets    map[int64]*sheet // constructed style sheets, by their ids
	page      pageState
}

// documentsMax bounds how many documents wait for their iframe: a page has few iframes, and
// the recorder sends an iframe before its document.
const documentsMax = 64

// NewMirror returns the mirror of a tab of which nothing has come yet.
func NewMirror() *Mirror {
	return &Mirror{nodes: map[int64]*node{}, tags: map[string]string{}}
}

// Apply takes the tab's next event. It keeps nothing of the event's bytes. It never fails:
// what the player ignores or cannot place is ignored too.
func (m *Mirror) Apply(ev *Event) {
	m.at = ev.Timestamp
	switch ev.Type {
	case TypeMeta:
		if m.metaOpen {
			m.clear()
		}
		m.meta(ev.Data)
		m.metaOpen = true
		m.page.pointer, m.page.touch, m.page.touching = nil, false, false // a jump begins here
	case TypeFullSnapshot:
		m.metaOpen = false
		m.snapshot(ev.Data)
	case TypeIncrementalSnapshot:
		if m.metaOpen {
			m.metaOpen = false
			m.clear()
		}
		m.incremental(ev)
	}
	if m.mem.full() {
		m.compact()
	}
}

// Playable reports whether there is a picture: a full snapshot came, and no meta event since
// that was not followed by its full snapshot (the page's first picture is then missing:
// nothing can be shown until the next full snapshot).
func (m *Mirror) Playable() bool { return m.root != nil }

// clear forgets the picture.
func (m *Mirror) clear() {
	if m.root == nil {
		return
	}
	m.page = pageState{fonts: m.page.fonts, pointer: m.page.pointer, pointerID: m.page.pointerID, touch: m.page.touch}
	m.root = nil
	m.nodes = map[int64]*node{}
	m.tags = map[string]string{}
	m.documents = nil
	m.held = nil
	m.sheets = nil
	m.offset = nil
}

// meta notes where the page is and how large the window.
func (m *Mirror) meta(data []byte) {
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "href":
			href := r.raw()
			if string(href) != string(m.href) {
				m.page.fonts = fonts{} // another page; a snapshot of the same page does not tell its fonts again
			}
			m.href = m.mem.keep(href)
		case "width":
			m.width = m.mem.keep(r.raw())
		case "height":
			m.height = m.mem.keep(r.raw())
		default:
			r.skip()
		}
	}
}

// snapshot begins the page anew.
func (m *Mirror) snapshot(data []byte) {
	m.clear()
	const bytesPerNode, nodesMax = 256, 1 << 14 // a guess, so that the map need not grow from nothing
	m.nodes = make(map[int64]*node, min(len(data)/bytesPerNode, nodesMax))
	m.newest = 0
	r := reader{b: data}
	var root *node
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "node":
			root = m.build(&r, true)
		case "initialOffset":
			m.offset = m.mem.keep(r.raw())
		case newestKey:
			m.newest, _ = r.integer()
		default:
			r.skip()
		}
	}
	if root == nil || root.kind != kindDocument {
		return
	}
	m.root = root
	m.register(root)
	if m.newest != 0 {
		return // a keyframe
	}
	for id := range m.nodes {
		m.newest = max(m.newest, id)
	}
}

// newestKey stands in the data of a keyframe's full snapshot, for the mirror alone: the highest id of the snapshot that
// the recorder sent. Ids are given in order, so that it tells which nodes came later.
const newestKey = "newest"

// incremental applies what changed.
func (m *Mirror) incremental(ev *Event) {
	if ev.Source == SourceViewportResize {
		m.meta(ev.Data) // it names width and height as a meta event does
	}
	if m.root == nil {
		return
	}
	switch ev.Source {
	case SourceMutation:
		m.mutate(ev.Data)
	case SourceMouseMove, SourceTouchMove, SourceDrag:
		m.pointerMoved(ev)
	case SourceMouseInteraction:
		m.interacted(ev)
	case SourceScroll:
		m.scrolled(ev.Data)
	case SourceInput:
		m.typed(ev.Data)
	case SourceMediaInteraction:
		m.mediaChanged(ev)
	case SourceStyleSheetRule:
		m.rulesChanged(ev.Data)
	case SourceStyleDeclaration:
		m.declarationChanged(ev.Data)
	case SourceAdoptedStyleSheet:
		m.adopted(ev.Data)
	case SourceCanvasMutation:
		m.drawn(ev.Data)
	case SourceFont:
		m.fontAdded(ev.Data)
	case SourceSelection:
		m.page.selection = m.mem.keep(ev.Data)
	}
}
