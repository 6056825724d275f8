package rrweb

import "slices"

// build reads a recorded node, with what is below it where deep or where it is a document. It is
// in no tree yet, and not registered. Returns nil for what is no node.
func (m *Mirror) build(r *reader, deep bool) *node { return m.buildLevel(r, deep, 0) }

func (m *Mirror) buildLevel(r *reader, deep bool, level int) *node {
	if level > domDepthMax || r.peek() != '{' {
		r.skip()
		return nil
	}
	n := &node{kind: kindNone}
	var later reader // children that came before it was known whether they are wanted
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "type":
			if v, ok := r.integer(); ok && v >= kindDocument && v <= kindComment {
				n.kind = uint8(v)
			}
		case "id":
			n.id, _ = r.integer()
		case "rootId":
			n.rootID, _ = r.integer()
		case "tagName":
			n.tag = m.tagName(r.raw())
		case "attributes":
			n.attrs = m.attributes(r, n.attrs)
		case "childNodes":
			if deep || n.kind == kindDocument {
				m.buildChildren(r, n, level+1)
			} else {
				later.b = r.raw()
			}
		case "textContent":
			n.text = m.mem.keep(r.raw())
		case "name":
			m.part(r, n, "name")
		case "publicId":
			m.part(r, n, "publicId")
		case "systemId":
			m.part(r, n, "systemId")
		case "compatMode":
			m.part(r, n, "compatMode")
		case "isSVG":
			n.setFlag(flagSVG, r.raw())
		case "isShadowHost":
			n.setFlag(flagShadowHost, r.raw())
		case "isShadow":
			n.setFlag(flagShadow, r.raw())
		case "isStyle":
			n.setFlag(flagStyle, r.raw())
		case "needBlock":
			n.setFlag(flagBlocked, r.raw())
		case "isCustom":
			n.setFlag(flagCustom, r.raw())
		default:
			r.skip()
		}
	}
	if n.kind == kindDocument && later.b != nil {
		m.buildChildren(&later, n, level+1)
	}
	return n.finish()
}

func (m *Mirror) buildChildren(r *reader, n *node, level int) {
	for ok := r.open('['); ok; ok = r.more() {
		if c := m.buildLevel(r, true, level); c != nil && c.kind != kindDocument {
			n.insert(c, nil)
		}
	}
}

// finish settles what depends on fields that may have come in any order.
func (n *node) finish() *node {
	if n.id <= 0 {
		return nil
	}
	switch n.kind {
	case kindNone:
		return nil
	case kindElement:
		if n.tag == "" {
			return nil
		}
		if n.tag == "textarea" && isString(n.attr("value")) {
			n.first, n.last = nil, nil // its text is in the value
		}
		if n.is(flagShadowHost) {
			n.splitShadow()
		}
		n.refuseChildren()
	case kindDocument:
		n.refuseChildren()
	default:
		n.first, n.last = nil, nil
		if !isString(n.text) {
			n.text = nil
		}
	}
	return n
}

// refuseChildren leaves out what a browser would not put under n.
func (n *node) refuseChildren() {
	for c := n.first; c != nil; {
		next := c.follow
		if !mayHold(n, c) {
			c.detach()
		}
		c = next
	}
}

// splitShadow moves the children that are in the shadow root there.
func (n *node) splitShadow() {
	shadow := n.shadow()
	if shadow == nil {
		return
	}
	for c := n.first; c != nil; {
		next := c.follow
		if c.is(flagShadow) {
			c.detach()
			shadow.insert(c, nil)
		}
		c = next
	}
}

func (n *node) setFlag(flag uint8, value []byte) {
	if isTrue(value) {
		n.flags |= flag
	}
}

// part keeps a doctype's or document's text as an attribute.
func (m *Mirror) part(r *reader, n *node, name string) {
	if raw := r.raw(); isString(raw) && len(n.attrs) < attributesMax {
		n.attrs = append(n.attrs, attr{name: []byte(name), value: m.mem.keep(raw)})
	}
}

// tagsMax bounds how many tag names are kept once; more are kept for each element.
const tagsMax = 1 << 10

// tagName returns the one copy of an element's name, as written between quotes.
func (m *Mirror) tagName(raw []byte) string {
	if !isString(raw) {
		return ""
	}
	raw = raw[1 : len(raw)-1]
	if tag, ok := m.tags[string(raw)]; ok {
		return tag
	}
	if len(m.tags) > tagsMax {
		clear(m.tags)
	}
	tag := string(raw)
	m.tags[tag] = tag
	return tag
}

// attributes reads an element's attributes behind those that it has.
func (m *Mirror) attributes(r *reader, attrs []attr) []attr {
	if r.peek() != '{' {
		r.skip()
		return attrs
	}
	start := r.i
	found := m.scratch[:0]
	for ok := r.open('{'); ok; ok = r.more() {
		name := r.key()
		nameEnd := cap(r.b) - cap(name) + len(name)
		value := r.raw()
		if isNull(value) || len(value) == 0 || len(name) == 0 || len(attrs)+len(found) >= attributesMax {
			continue // null is no attribute to the player
		}
		found = append(found, span{nameEnd - len(name) - start, nameEnd - start, r.i - len(value) - start, r.i - start})
	}
	m.scratch = found
	if len(found) == 0 {
		return attrs
	}
	kept := m.mem.keep(r.b[start:r.i]) // one copy holds them all
	attrs = slices.Grow(attrs, len(found))
	for _, at := range found {
		attrs = append(attrs, attr{name: kept[at.name:at.nameEnd:at.nameEnd], value: kept[at.value:at.valueEnd:at.valueEnd]})
	}
	return attrs
}

// span is where an attribute stands, in bytes from the first of all.
type span struct{ name, nameEnd, value, valueEnd int }
