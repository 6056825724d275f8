package rrweb

import "strings"

// addition is one of a mutation's adds.
type addition struct {
	parent, next, previous int64
	hasNext                bool // a next sibling is named, which must be there
	node                   *node
}

// batch is the adds of one mutation that are under way.
type batch struct {
	waiting map[int64][]addition // by the id of the node that must be there first
	ready   []addition
}

// The parts of a mutation, in the order in which the player applies them.
const (
	partRemoves = iota
	partAdds
	partTexts
	partAttributes
	parts
)

// mutate applies a mutation. A part that comes before its turn is gone past, and read again then.
func (m *Mirror) mutate(data []byte) {
	var early [parts]reader
	turn := 0
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		part := partOf(r.key())
		if part != turn {
			if raw := r.raw(); part < parts {
				early[part].b = raw
			}
			continue
		}
		m.mutatePart(part, &r)
		for turn++; turn < parts && early[turn].b != nil; turn++ {
			m.mutatePart(turn, &early[turn])
		}
	}
	for ; turn < parts; turn++ { // some part was not there
		m.mutatePart(turn, &early[turn])
	}
}

func partOf(key []byte) int {
	switch string(key) {
	case "removes":
		return partRemoves
	case "adds":
		return partAdds
	case "texts":
		return partTexts
	case "attributes":
		return partAttributes
	}
	return parts
}

func (m *Mirror) mutatePart(part int, r *reader) {
	if part == partAdds {
		m.add(r)
		return
	}
	for ok := r.open('['); ok; ok = r.more() {
		switch part {
		case partRemoves:
			m.remove(r)
		case partTexts:
			m.setText(r)
		case partAttributes:
			m.setAttributes(r)
		}
	}
}

func (m *Mirror) remove(r *reader) {
	var id, parentID int64
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "id":
			id, _ = r.integer()
		case "parentId":
			parentID, _ = r.integer()
		default:
			r.skip()
		}
	}
	n, parent := m.nodes[id], m.nodes[parentID]
	if n == nil || parent == nil || n == m.root {
		return
	}
	if n.parent != nil {
		m.contentChanges(n.parent)
	}
	m.drop(n)
}

// add applies the adds in their order. One whose parent or next sibling is not there yet waits
// for it; what waits in the end is left out.
func (m *Mirror) add(r *reader) {
	var b batch
	for ok := r.open('['); ok; ok = r.more() {
		if a := m.addition(r); a.node != nil {
			m.place(&b, a)
		}
	}
	for len(b.ready) > 0 {
		a := b.ready[0]
		b.ready = b.ready[1:]
		m.place(&b, a)
	}
}

func (m *Mirror) addition(r *reader) (a addition) {
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "parentId":
			a.parent, _ = r.integer()
		case "nextId":
			a.next, a.hasNext = r.integer()
		case "previousId":
			a.previous, _ = r.integer()
		case "node":
			a.node = m.build(r, false)
		default:
			r.skip()
		}
	}
	return a
}

func (b *batch) wait(id int64, a addition) {
	if b.waiting == nil {
		b.waiting = map[int64][]addition{}
	}
	b.waiting[id] = append(b.waiting[id], a)
}

// arrived lets go on what waited for a node.
func (b *batch) arrived(n *node) {
	if b.waiting != nil {
		b.ready = append(b.ready, b.waiting[n.id]...)
		delete(b.waiting, n.id)
	}
}

// place puts an added node where it belongs, or lets it wait.
func (m *Mirror) place(b *batch, a addition) {
	n, parent := a.node, m.nodes[a.parent]
	if parent == nil {
		if n.kind == kindDocument {
			m.awaitIframe(a)
		} else {
			b.wait(a.parent, a)
		}
		return
	}
	next := m.nodes[a.next]
	if a.hasNext && a.next != idUnknown && next == nil {
		b.wait(a.next, a)
		return
	}
	if n.rootID != 0 && n.kind != kindDocument && m.nodes[n.rootID] == nil {
		return
	}
	if parent.tag == "iframe" || n.kind == kindDocument {
		m.attach(parent, n)
		return
	}
	if !mayHold(parent, n) {
		return
	}
	box := parent
	if n.is(flagShadow) && parent.kind == kindElement {
		if box = parent.shadow(); box == nil {
			return
		}
	}
	if n = m.renew(parent, n); n == nil {
		return
	}
	a.node = n
	if a.next == idUnknown || a.previous == idUnknown {
		m.hold(a)
		b.arrived(n)
		return
	}
	m.makeRoom(parent, n)
	if p := m.nodes[a.previous]; p != nil && p.follow != nil {
		next = p.follow
	}
	if next != nil && (next.parent != box || next == n) {
		next = nil
	}
	box.insert(n, next)
	m.register(n)
	m.joinHeld(box, a)
	b.arrived(n)
}

// mayHold reports whether a browser would put n under parent.
func mayHold(parent, n *node) bool {
	if parent.kind == kindDocument {
		return n.kind == kindElement || n.kind == kindDoctype || n.kind == kindComment
	}
	return parent.kind == kindElement && n.kind != kindDoctype && (parent.tag != "textarea" || n.kind == kindText)
}

// renew returns the node to place: what was added, or the node of that id that is there,
// moved and with what it says now. nil where it would hold itself.
func (m *Mirror) renew(parent, added *node) *node {
	old := m.nodes[added.id]
	if old == nil {
		return added
	}
	if old.holds(parent) {
		return nil
	}
	if old.parent != nil {
		m.contentChanges(old.parent)
	}
	if old.kind != added.kind || old.tag != added.tag {
		m.drop(old)
		return added
	}
	old.detach()
	old.attrs, old.text, old.more = added.attrs, added.text, nil
	old.rootID = added.rootID
	old.flags = added.flags | old.flags&flagShadowHost
	return old
}

// makeRoom removes what cannot be beside n under parent.
func (m *Mirror) makeRoom(parent, n *node) {
	switch {
	case n.kind == kindText && parent.tag == "textarea":
		m.dropChildren(parent)
		parent.removeAttr("value")
	case n.kind == kindText && parent.isStyle():
		if css := parent.attr("_cssText"); isString(css) && parent.first == nil {
			// The style's text was recorded with the element: its first text node holds it.
			parent.removeAttr("_cssText")
			n.text = css
			n.flags |= flagStyle
		}
		m.contentChanges(parent)
	case parent.kind == kindDocument && (n.kind == kindDoctype || n.kind == kindElement):
		m.dropOnly(parent, n.kind)
	}
}

// awaitIframe keeps a document until its iframe comes.
func (m *Mirror) awaitIframe(a addition) {
	if len(m.documents) >= documentsMax {
		return
	}
	if m.documents == nil {
		m.documents = map[int64]*node{}
	}
	if m.documents[a.parent] == nil {
		m.documents[a.parent] = a.node
	}
}

// attach makes doc the document of an iframe.
func (m *Mirror) attach(iframe, doc *node) {
	if iframe.tag != "iframe" || doc.kind != kindDocument {
		return
	}
	if iframe.inner != nil {
		m.drop(iframe.inner)
	}
	if m.nodes[doc.id] != nil {
		return // a document cannot be in two places
	}
	iframe.inner, doc.parent = doc, iframe
	m.register(doc)
}

func (m *Mirror) setText(r *reader) {
	var id int64
	var value []byte
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "id":
			id, _ = r.integer()
		case "value":
			value = r.raw()
		default:
			r.skip()
		}
	}
	n := m.nodes[id]
	if n == nil || n.kind != kindText && n.kind != kindComment && n.kind != kindCDATA {
		return
	}
	if !isString(value) {
		value = nil
	}
	if n.parent != nil && n.parent.isStyle() {
		m.contentChanges(n.parent)
		if len(value) > 2 {
			n.flags |= flagStyle // the player adapts it as it does a style's text
		}
	}
	n.text = m.mem.keep(value)
}

// contentChanges is called before a style element's content changes: its rules are then read
// anew from its text, and what script did to them is gone.
func (m *Mirror) contentChanges(n *node) {
	if !n.isStyle() {
		return
	}
	if n.more != nil {
		n.more.sheet = nil
	}
	if css := n.attr("_cssText"); isString(css) && n.first != nil {
		n.removeAttr("_cssText")
		m.splitStyle(n, css)
	}
}

// splitMark stands in a style element's recorded text where one text node ends and the next begins.
const splitMark = "/* rr_split */"

// splitStyle gives a style element's recorded text to its text nodes, as the player does when it builds it.
func (m *Mirror) splitStyle(n *node, css []byte) {
	rest := string(css[1 : len(css)-1])
	var last *node
	for c := n.first; c != nil; c = c.follow {
		if c.kind != kindText {
			continue
		}
		part, after, _ := strings.Cut(rest, splitMark)
		c.text = m.mem.keep([]byte(`"` + part + `"`))
		c.flags |= flagStyle
		rest, last = after, c
	}
	if last != nil && rest != "" { // more parts than nodes
		whole := string(last.text[:len(last.text)-1]) + strings.ReplaceAll(rest, splitMark, "") + `"`
		last.text = m.mem.keep([]byte(whole))
	}
}
