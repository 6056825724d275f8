package rrweb

import "slices"

// The kinds of a node: rrweb's NodeType, and one of our own.
const (
	kindDocument   = 0
	kindDoctype    = 1
	kindElement    = 2
	kindText       = 3
	kindCDATA      = 4
	kindComment    = 5
	kindShadowRoot = 250 // has no id and is not sent: its host's children that are "isShadow"
	kindNone       = 255
)

// What else a recorded node says of itself.
const (
	flagSVG = 1 << iota
	flagShadowHost
	flagShadow // recorded as a child of its parent's shadow root
	flagStyle
	flagBlocked
	flagCustom
	flagLate // one of its attributes must be restated by a mutation
)

// domDepthMax bounds how deep a tree is read and written. Each level nests two levels of
// JSON, and what is written must stay within depthMax.
const domDepthMax = depthMax/2 - 16

// attributesMax bounds a node's attributes and an inline style's declarations, which are
// searched one by one. Real elements have some tens.
const attributesMax = 1024

// node is one node of the page.
type node struct {
	id, rootID                int64 // rootID is 0 where not given
	parent                    *node
	first, last, prev, follow *node // children, and siblings
	inner                     *node // an element's shadow root, or an iframe's document
	tag                       string
	text                      []byte // JSON string: of a text, comment or CDATA section
	attrs                     []attr // of an element; name, publicId, systemId of a doctype; compatMode of a document
	more                      *extra // what few nodes have
	kind                      uint8
	flags                     uint8
}

// attr is one attribute as recorded.
type attr struct {
	name  []byte // as written between quotes
	value []byte // JSON value
	late  bool   // a snapshot would say it otherwise; see lateAttribute
}

// extra is what only some nodes have, and most of which a snapshot cannot hold.
type extra struct {
	style   *inlineStyle // once parts of the style attribute changed
	input   []byte       // data of the last input event
	inputNo int64        // its number among all inputs
	scroll  []byte       // data of the last scroll event
	sheet   *sheet       // rules changed by script, of a style or link element
	adopts  []int64      // constructed style sheets, of a document or shadow host
	adopted bool
	canvas  *canvas
	media   *media
}

func (n *node) is(flag uint8) bool { return n.flags&flag != 0 }

func (n *node) extra() *extra {
	if n.more == nil {
		n.more = &extra{}
	}
	return n.more
}

// isStyle reports whether the player holds the node as a style element.
func (n *node) isStyle() bool {
	return n.tag == "style" || n.tag == "link" && n.attr("_cssText") != nil
}

// attr returns an attribute's JSON value, nil where there is none.
func (n *node) attr(name string) []byte {
	for i := range n.attrs {
		if string(n.attrs[i].name) == name {
			return n.attrs[i].value
		}
	}
	return nil
}

func (n *node) removeAttr(name string) {
	n.attrs = slices.DeleteFunc(n.attrs, func(a attr) bool { return string(a.name) == name })
}

// insert puts child among n's children, before ref, or last where ref is nil.
func (n *node) insert(child, ref *node) {
	child.parent = n
	if ref == nil {
		child.prev, child.follow = n.last, nil
		if n.last != nil {
			n.last.follow = child
		} else {
			n.first = child
		}
		n.last = child
		return
	}
	child.prev, child.follow = ref.prev, ref
	if ref.prev != nil {
		ref.prev.follow = child
	} else {
		n.first = child
	}
	ref.prev = child
}

// detach takes n out of its parent.
func (n *node) detach() {
	p := n.parent
	if p == nil {
		return
	}
	n.parent = nil
	if p.inner == n {
		p.inner = nil
		return
	}
	if n.prev != nil {
		n.prev.follow = n.follow
	} else {
		p.first = n.follow
	}
	if n.follow != nil {
		n.follow.prev = n.prev
	} else {
		p.last = n.prev
	}
	n.prev, n.follow = nil, nil
}

// shadow returns the element's shadow root, which it makes where there is none; nil where there can be none.
func (n *node) shadow() *node {
	switch n.tag {
	case "iframe", "textarea", "style", "link": // what is in them is something else
		n.flags &^= flagShadowHost
		return nil
	}
	if n.inner == nil {
		n.inner = &node{kind: kindShadowRoot, parent: n}
	}
	n.flags |= flagShadowHost
	return n.inner
}

// walk calls fn for n and all below it, shadow trees and iframes' documents included, parents
// first. It needs no stack, however deep the tree.
func (n *node) walk(fn func(*node)) {
	for at := n; at != nil; {
		fn(at)
		next := at.inner
		if next == nil {
			next = at.first
		}
		for next == nil && at != n {
			p := at.parent
			if p.inner == at {
				next = p.first
			} else {
				next = at.follow
			}
			at = p
		}
		at = next
	}
}

// register makes a subtree known by its ids. A node whose id another has is left out: a
// recorder gives each id once. An iframe gets the document that waited for it.
func (m *Mirror) register(n *node) {
	var twice, awaited []*node
	n.walk(func(n *node) {
		if n.isMedia() {
			n.extra().media = mediaOf(n, m.at)
		}
		switch known := m.nodes[n.id]; {
		case n.kind == kindShadowRoot || known == n:
		case known == nil:
			m.nodes[n.id] = n
			if m.documents[n.id] != nil {
				awaited = append(awaited, n)
			}
		default:
			twice = append(twice, n)
		}
	})
	for _, n := range twice {
		m.drop(n)
	}
	for _, n := range awaited {
		if doc := m.documents[n.id]; m.nodes[n.id] == n {
			delete(m.documents, n.id)
			m.attach(n, doc)
		}
	}
}

// drop takes a subtree out of the page and forgets its ids.
func (m *Mirror) drop(n *node) {
	n.detach()
	n.walk(func(n *node) {
		if m.nodes[n.id] != n {
			return
		}
		if n.id == m.page.focus {
			m.page.focus = 0
		}
		delete(m.nodes, n.id)
	})
}

func (m *Mirror) dropChildren(parent *node) {
	for parent.first != nil {
		m.drop(parent.first)
	}
}

// dropOnly drops the first child of a kind of which a document has one.
func (m *Mirror) dropOnly(document *node, kind uint8) {
	const childrenMax = 64 // doctype, comments and the root element
	looked := 0
	for c := document.first; c != nil && looked < childrenMax; c = c.follow {
		if looked++; c.kind == kind {
			m.drop(c)
			return
		}
	}
}

// holds reports whether n is other or above it. A chain longer than any page's counts as held.
func (n *node) holds(other *node) bool {
	for steps := 0; other != nil; other = other.parent {
		if other == n || steps > depthMax {
			return true
		}
		steps++
	}
	return false
}

// document returns the document that the node is in; nil where that is further than in any page.
func (n *node) document() *node {
	for steps := 0; n != nil && steps <= depthMax; n = n.parent {
		if n.kind == kindDocument {
			return n
		}
		steps++
	}
	return nil
}
