package rrweb

// arenaChunk is the size of the pieces of memory, in bytes, that an arena takes.
const arenaChunk = 64 << 10

// arenaSlack is how many bytes may be kept before the first compaction.
const arenaSlack = 1 << 20

// arena keeps copies of small values together: one allocation for thousands of them. What
// is no longer used stays until compact copies the rest.
type arena struct {
	chunk []byte
	used  int // bytes kept since the last compaction
	limit int // bytes at which to compact
}

// keep returns a copy of b, which may be kept.
func (a *arena) keep(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	a.used += len(b)
	if len(b) > arenaChunk/8 {
		return append(make([]byte, 0, len(b)), b...)
	}
	if cap(a.chunk)-len(a.chunk) < len(b) {
		a.chunk = make([]byte, 0, arenaChunk)
	}
	start := len(a.chunk)
	a.chunk = append(a.chunk, b...)
	return a.chunk[start:len(a.chunk):len(a.chunk)]
}

// full reports that as much came since the last compaction as was left then, so that
// compacting costs no more than applying did.
func (a *arena) full() bool { return a.used > a.limit+arenaSlack }

// compact copies what is still used into new memory and lets go of the rest.
func (m *Mirror) compact() {
	m.mem = arena{}
	keep := func(b *[]byte) { *b = m.mem.keep(*b) }
	nodes := 0
	visit := func(n *node) {
		nodes++
		keep(&n.text)
		for i := range n.attrs {
			keep(&n.attrs[i].name)
			keep(&n.attrs[i].value)
		}
		if n.more != nil {
			n.more.visit(keep)
		}
	}
	if m.root != nil {
		m.root.walk(visit)
	}
	for _, n := range m.documents {
		n.walk(visit)
	}
	for _, a := range m.held {
		a.node.walk(visit)
	}
	for _, b := range []*[]byte{&m.href, &m.width, &m.height, &m.offset, &m.page.selection, &m.page.pointer} {
		keep(b)
	}
	for i := range m.page.fonts.data {
		keep(&m.page.fonts.data[i])
	}
	for id, s := range m.sheets {
		if m.nodes[s.document] == nil {
			delete(m.sheets, id) // its document is gone
			continue
		}
		s.visit(keep)
	}
	// Walking costs time for each node too, however few bytes it holds.
	const bytesPerNode = 64
	m.mem.limit = m.mem.used + nodes*bytesPerNode
	m.mem.used = 0
}

// visit shows what the extra keeps.
func (x *extra) visit(keep func(*[]byte)) {
	keep(&x.input)
	keep(&x.scroll)
	if x.sheet != nil {
		x.sheet.visit(keep)
	}
	if x.canvas != nil {
		x.canvas.visit(keep)
	}
	if x.media != nil {
		x.media.visit(keep)
	}
}
