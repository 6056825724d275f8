package rrweb

import "strings"

// setAttributes applies one of a mutation's attribute records.
func (m *Mirror) setAttributes(r *reader) {
	var n *node
	var early reader // attributes that came before the id
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "id":
			id, _ := r.integer()
			n = m.nodes[id]
		case "attributes":
			if n == nil {
				early.b = r.raw()
			} else {
				m.changeAttributes(n, r)
			}
		default:
			r.skip()
		}
	}
	if n != nil && early.b != nil {
		m.changeAttributes(n, &early)
	}
}

func (m *Mirror) changeAttributes(n *node, r *reader) {
	if n.kind != kindElement {
		r.skip()
		return
	}
	for ok := r.open('{'); ok; ok = r.more() {
		name := r.key()
		switch c := r.peek(); {
		case c == '"':
			m.setAttribute(n, name, r.raw())
		case c == '{' && string(name) == "style":
			n.inline().change(r)
		default:
			if isNull(r.raw()) {
				m.unsetAttribute(n, string(name))
			}
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
			m.dropChildren(n)
			if n.more != nil {
				n.more = &extra{style: n.more.style}
			}
		}
	case "value":
		if n.tag == "textarea" {
			m.dropChildren(n)
		}
	case "style":
		if n.more != nil {
			n.more.style = nil
		}
	case "width", "height":
		if n.tag == "canvas" { // one that gets a size is empty
			n.removeAttr("rr_dataURL")
			if n.more != nil {
				n.more.canvas = nil
			}
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
