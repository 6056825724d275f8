package rrweb

import (
	"slices"
	"strconv"
)

// restate writes what the snapshot could not hold. The player applies style sheets of the
// main document at once as long as no mutation came, so these come first; then the iframes'
// documents; then what needs all elements to be there.
func (w *keyframe) restate() {
	for _, font := range w.m.page.fonts.data {
		w.again(font)
	}
	all := w.later
	w.styles(w.m.root, all)
	for i := 0; i < len(all); i++ {
		n := all[i]
		if n.inner == nil || n.inner.kind != kindDocument {
			continue
		}
		w.later = nil
		w.document(n.id, n.inner)
		w.styles(n.inner, w.later)
		all = append(all, w.later...)
	}
	for _, id := range sortedKeys(w.m.documents) {
		w.document(id, w.m.documents[id]) // its iframe is still to come
	}
	w.lateAttributes(all)
	w.inputs(all)
	for _, n := range all {
		if n.more == nil {
			continue
		}
		if c := n.more.canvas; c != nil && w.drawn+c.bytes <= canvasesBytesMax {
			w.drawn += c.bytes
			for _, draw := range c.draws {
				w.again(draw)
			}
		}
		w.media(n)
	}
	w.pointer()
	for _, n := range all {
		if n.more != nil && n.more.scroll != nil {
			w.again(n.more.scroll)
		}
	}
}

// document writes the document of the iframe that has an id.
func (w *keyframe) document(iframe int64, document *node) {
	w.change(SourceMutation)
	w.str(`,"adds":[{"parentId":`)
	w.num(iframe)
	w.str(`,"nextId":null,"node":`)
	w.node(document)
	w.str(`}],"removes":[],"texts":[],"attributes":[],"isAttachIframe":true}`)
	w.end()
}

// styles writes the style sheets that script made or changed in a document.
func (w *keyframe) styles(document *node, nodes []*node) {
	w.constructed(document)
	for _, n := range nodes {
		if n.more == nil {
			continue
		}
		if n.more.adopted && n != document {
			w.adopts(n, nil)
		}
		if n.more.sheet != nil {
			w.sheet(n.more.sheet, `,"id":`, n.id)
		}
	}
}

// constructed writes the constructed style sheets of a document, and which of them it uses itself.
func (w *keyframe) constructed(document *node) {
	var ids []int64
	for _, id := range sortedKeys(w.m.sheets) {
		if w.m.sheets[id].document == document.id {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 && (document.more == nil || !document.more.adopted) {
		return
	}
	w.adopts(document, ids)
	for _, id := range ids {
		s := *w.m.sheets[id]
		s.rules = nil // said above
		w.sheet(&s, `,"styleId":`, id)
	}
}

// adopts writes which constructed style sheets n uses, with those that are new.
func (w *keyframe) adopts(n *node, styles []int64) {
	w.change(SourceAdoptedStyleSheet)
	w.str(`,"id":`)
	w.num(n.id)
	if len(styles) > 0 {
		w.str(`,"styles":[`)
		for _, id := range styles {
			w.unlessOpen(',')
			w.str(`{"styleId":`)
			w.num(id)
			w.str(`,"rules":[`)
			w.rules(w.m.sheets[id].rules)
			w.str("]}")
		}
		w.str("]")
	}
	w.str(`,"styleIds":[`)
	if n.more != nil {
		for i, id := range n.more.adopts {
			if i > 0 {
				w.str(",")
			}
			w.num(id)
		}
	}
	w.str("]}")
	w.end()
}

func (w *keyframe) rules(rules [][]byte) {
	for i, rule := range rules {
		w.unlessOpen(',')
		w.str(`{"rule":`)
		w.raw(rule)
		w.str(`,"index":`)
		w.num(int64(i))
		w.str("}")
	}
}

// sheet writes what script did to a style sheet.
func (w *keyframe) sheet(s *sheet, key string, id int64) {
	begin := func(source int) {
		w.change(source)
		w.str(key)
		w.num(id)
	}
	if len(s.rules) > 0 {
		begin(SourceStyleSheetRule)
		w.str(`,"adds":[`)
		w.rules(s.rules)
		w.str("]}")
		w.end()
	}
	for i := 0; i < len(s.ops); {
		switch op := &s.ops[i]; op.kind {
		case opReplace:
			begin(SourceStyleSheetRule)
			w.str(`,"replaceSync":`)
			w.raw(op.value)
			i++
		case opSet, opUnset:
			begin(SourceStyleDeclaration)
			w.str(`,"index":[`)
			w.index(op.index)
			w.str(map[uint8]string{opSet: `],"set":`, opUnset: `],"remove":`}[op.kind])
			w.raw(op.value)
			i++
		default:
			begin(SourceStyleSheetRule)
			i = w.ruleOps(s.ops, i)
		}
		w.str("}")
		w.end()
	}
}

// ruleOps writes insertions and then deletions, which one event can hold, from the i-th change on.
func (w *keyframe) ruleOps(ops []ruleOp, i int) int {
	for _, kind := range []uint8{opInsert, opDelete} {
		w.str(map[uint8]string{opInsert: `,"adds":[`, opDelete: `,"removes":[`}[kind])
		for ; i < len(ops) && ops[i].kind == kind; i++ {
			w.unlessOpen(',')
			w.str("{")
			if kind == opInsert {
				w.str(`"rule":`)
				w.raw(ops[i].value)
				w.str(",")
			}
			w.str(`"index":`)
			if len(ops[i].index) == 1 {
				w.index(ops[i].index)
			} else {
				w.str("[")
				w.index(ops[i].index)
				w.str("]")
			}
			w.str("}")
		}
		w.str("]")
	}
	return i
}

func (w *keyframe) index(index []int32) {
	for i, v := range index {
		if i > 0 {
			w.str(",")
		}
		w.num(int64(v))
	}
}

// lateAttributes writes a mutation with the attributes that a snapshot would say otherwise.
func (w *keyframe) lateAttributes(nodes []*node) {
	begun := false
	for _, n := range nodes {
		if !n.is(flagLate) {
			continue
		}
		if !begun {
			w.change(SourceMutation)
			w.str(`,"adds":[],"removes":[],"texts":[],"attributes":[`)
			begun = true
		}
		w.unlessOpen(',')
		w.str(`{"id":`)
		w.num(n.id)
		w.str(`,"attributes":{`)
		for i := range n.attrs {
			if a := &n.attrs[i]; a.late {
				w.unlessOpen(',')
				w.str(`"`)
				w.raw(a.name)
				w.str(`":`)
				w.raw(a.value)
			}
		}
		w.str("}}")
	}
	if begun {
		w.str("]}")
		w.end()
	}
}

// inputs writes what fields hold, in the order in which it was typed: of radio buttons the last wins.
func (w *keyframe) inputs(nodes []*node) {
	var typed []*node
	for _, n := range nodes {
		if n.more != nil && n.more.input != nil {
			typed = append(typed, n)
		}
	}
	slices.SortFunc(typed, func(a, b *node) int { return int(a.more.inputNo - b.more.inputNo) })
	for _, n := range typed {
		w.again(n.more.input)
	}
}

// media writes how a media element plays, where its attributes do not say so.
func (w *keyframe) media(n *node) {
	d := n.more.media
	if d == nil || d.sameStart(mediaOf(n, w.at)) {
		return
	}
	kind := int64(mediaPause)
	if d.playing {
		kind = mediaPlay
	}
	w.change(SourceMediaInteraction)
	w.str(`,"type":`)
	w.num(kind)
	w.str(`,"id":`)
	w.num(n.id)
	w.str(`,"currentTime":`)
	w.dst = strconv.AppendFloat(w.dst, d.position(w.at), 'f', -1, 64)
	w.str(`,"playbackRate":`)
	w.dst = strconv.AppendFloat(w.dst, d.rate, 'f', -1, 64)
	for _, part := range []struct {
		key   string
		value []byte
	}{{`,"volume":`, d.volume}, {`,"muted":`, d.muted}, {`,"loop":`, d.loop}} {
		if part.value != nil {
			w.str(part.key)
			w.raw(part.value)
		}
	}
	w.str("}")
	w.end()
}

// pointer writes the selection, the focus and where the pointer is.
func (w *keyframe) pointer() {
	p := &w.m.page
	if p.selection != nil {
		w.again(p.selection)
	}
	if w.m.nodes[p.focus] != nil {
		w.change(SourceMouseInteraction)
		w.str(`,"type":`)
		w.num(interactionFocus)
		w.str(`,"id":`)
		w.num(p.focus)
		w.str("}")
		w.end()
	}
	if p.pointer == nil {
		return
	}
	if p.touching { // on what was always there: a jump passes over touches of newer nodes
		w.change(SourceMouseInteraction)
		w.str(`,"type":`)
		w.num(interactionTouchStart)
		w.str(`,"id":`)
		w.num(w.m.root.id)
		w.str(",")
		w.raw(p.pointer)
		w.str("}")
		w.end()
	}
	source := SourceMouseMove
	if p.touch {
		source = SourceTouchMove
	}
	w.change(source)
	w.str(`,"positions":[{`)
	w.raw(p.pointer)
	w.str(`,"id":`)
	w.num(p.pointerID)
	w.str(`,"timeOffset":0}]}`)
	w.end()
}
