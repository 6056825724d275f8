package rrweb

// idUnknown stands, in recordings of rrweb before 1.0, for a sibling that had no id yet. Such
// a node is held, known by its id but in no tree, until the sibling comes and names it.
const idUnknown = -1

// heldMax bounds how many nodes are held: siblings come in the same event or soon after.
const heldMax = 1 << 12

// hold keeps an added node until one of its siblings comes.
func (m *Mirror) hold(a addition) {
	if len(m.held) >= heldMax {
		return
	}
	if m.held == nil {
		m.held = map[int64]addition{}
	}
	m.register(a.node)
	m.held[a.node.id] = a
}

// joinHeld puts held siblings beside a node that was added to box, and theirs beside them.
func (m *Mirror) joinHeld(box *node, a addition) {
	if len(m.held) == 0 {
		return
	}
	for joining := []addition{a}; len(joining) > 0; {
		a, joining = joining[0], joining[1:]
		if h, ok := m.release(a.previous, box); ok {
			box.insert(h.node, a.node)
			joining = append(joining, h)
		}
		if h, ok := m.release(a.next, box); ok {
			box.insert(h.node, a.node.follow)
			joining = append(joining, h)
		}
	}
}

// release takes a held node that is still in no tree and may come into box.
func (m *Mirror) release(id int64, box *node) (addition, bool) {
	h, ok := m.held[id]
	if !ok {
		return h, false
	}
	delete(m.held, id)
	return h, m.nodes[id] == h.node && h.node.parent == nil && !h.node.holds(box)
}
