package rrweb

import "strings"

// setAttributes applies one of a mutation's attribute records.
func (m *Mirror) setAttributes(r *reader) {
	var id int64
	var changes reader
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "id":
			id, _ = r.integer()
		case "attributes":
			changes.b = r.raw()
		default:
			r.skip()
		}
	}
	n := m.nodes[id]
	if n == nil || n.kind != kindElement {
		return
	}
	for ok := changes.open('{'); ok; ok = changes.more() {
		name := changes.key()
		value := changes.raw()
		switch {
		case isNull(value):
			m.unsetAttribute(n, string(name))
		case isString(value):
			m.setAttribute(n, name, value)
		case string(name) == "style":
			n.inline().change(value)
		}
	}
}

func (m *Mirror) unsetAttribute(n *node, name string) {
	if name == "style" && n.more != nil {
		n.more.style = nil
	}
	n.removeAttr(name)
}

func (m *Mirror) setAttribute(n *node, name, value []byte) {
	switch string(name) {
	case "_cssText":
		if n.tag == "link" || n.tag == "style" { // the player builds it anew
			for n.first != nil {
				m.drop(n.first)
			}
			n.more = nil
		}
	case "value":
		if n.tag == "textarea" {
			m.dropChildren(n, kindText)
		}
	case "style":
		if n.more != nil {
			n.more.style = nil
		}
	case "width", "height":
		if n.more != nil && n.more.canvas != nil {
			n.more.canvas.reset() // a canvas that gets a size is empty
		}
	}
	late := lateAttribute(n.tag, string(name))
	for i := range n.attrs {
		if string(n.attrs[i].name) == string(name) {
			n.attrs[i].value, n.attrs[i].late = m.mem.keep(value), late
			n.markLate(late)
			return
		}
	}
	if len(n.attrs) < attributesMax {
		n.attrs = append(n.attrs, attr{name: m.mem.keep(name), value: m.mem.keep(value), late: late})
		n.markLate(late)
	}
}

func (n *node) markLate(late bool) {
	if late {
		n.flags |= flagLate
	}
}

// lateAttribute reports whether the player does something else with an attribute of a
// snapshot than with the same attribute set by a mutation: it must be set by a mutation again.
func lateAttribute(tag, name string) bool {
	switch name {
	case "onload", "onclick":
		return true
	case "autocomplete":
		return tag == "input" || tag == "textarea"
	case "content":
		return tag == "meta"
	case "srcset":
		return tag == "img"
	case "rr_open_mode":
		return false
	}
	return strings.HasPrefix(name, "rr_") || strings.HasPrefix(name, "onmouse")
}
