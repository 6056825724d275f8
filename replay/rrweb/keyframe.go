// A keyframe restates a page at a time, for rrweb's Replayer (2.1.6) to begin with.
//
// Replayer shows different things when it plays and when it jumps: in a jump it keeps the page in
// a model of its own, which mangles some inline styles and passes over what is done to new nodes. A
// keyframe holds what playing shows, but for the pointer, which is where a jump has it; or, where both go
// wrong, what was recorded.
//
// Exceptions: where a keyframe shows something else than playing from the start.
//
//   - An iframe's document that was sent twice with one id (srcdoc: first empty, then full):
//     Replayer stays with the first. A keyframe has the second.
//   - A shadow host that was moved: Replayer takes the old nodes of its shadow tree for the new
//     ones (their scroll position, a style's old text). A keyframe has the new.
//   - Audio and video that were muted or looped when they were added: Replayer forgets it until
//     something else about them changes. A keyframe says it.
//   - The player's own style element (blocked elements are grey, animations stand still): it goes when
//     a mutation replaces the html element. A keyframe brings it back.
//   - Links whose style sheet came late: Replayer builds the style element with the attributes of the snapshot,
//     a keyframe with those of now.
//   - Pointer and hover class, against playing event by event: they are those of a jump.
//     Selection and focus of elements that moved are as after the move was recorded, not lost.
//   - Recordings of rrweb before 1.0: a node whose sibling is still to come is left out.
//   - Beyond the bounds that are named ...Max in this package (depth, attributes, rules and changes of a style
//     sheet, constructed sheets, fonts, drawing on canvases) the rest is left out.

package rrweb

import (
	"maps"
	"slices"
	"strconv"
)

// What a meta event says where none came.
const (
	hrefUnknown   = `"about:blank"`
	widthUnknown  = "1280"
	heightUnknown = "720"
)

// AppendKeyframe appends the events that restate the page, as JSON, each followed by '\n', all
// stamped with the timestamp at (unix ms, client clock): meta, full snapshot, then the events
// that restate what a snapshot cannot hold. It returns how many events; none where nothing is
// [Mirror.Playable].
func (m *Mirror) AppendKeyframe(dst []byte, at int64) ([]byte, int) {
	if m.root == nil {
		return dst, 0
	}
	w := keyframe{m: m, dst: dst, at: at}
	w.meta()
	w.snapshot()
	w.restate()
	return w.dst, w.events
}

// keyframe writes the events of one.
type keyframe struct {
	m      *Mirror
	dst    []byte
	at     int64
	events int
	depth  int
	drawn  int     // bytes of what was drawn on canvases
	later  []*node // nodes of the tree being written about which there is more to say
}

func (w *keyframe) str(s string)   { w.dst = append(w.dst, s...) }
func (w *keyframe) raw(b []byte)   { w.dst = append(w.dst, b...) }
func (w *keyframe) num(v int64)    { w.dst = strconv.AppendInt(w.dst, v, 10) }
func (w *keyframe) begin(kind int) { w.str(`{"type":`); w.num(int64(kind)); w.str(`,"data":`) }
func (w *keyframe) end() {
	w.str(`,"timestamp":`)
	w.num(w.at)
	w.str("}\n")
	w.events++
}

// change writes an incremental event up to what its source needs.
func (w *keyframe) change(source int) {
	w.begin(TypeIncrementalSnapshot)
	w.str(`{"source":`)
	w.num(int64(source))
}

// again writes an incremental event whose data is what was recorded.
func (w *keyframe) again(data []byte) {
	w.begin(TypeIncrementalSnapshot)
	w.raw(data)
	w.end()
}

func (w *keyframe) orElse(value []byte, otherwise string) {
	if value == nil {
		w.str(otherwise)
		return
	}
	w.raw(value)
}

func (w *keyframe) meta() {
	w.begin(TypeMeta)
	w.str(`{"href":`)
	w.orElse(w.m.href, hrefUnknown)
	w.str(`,"width":`)
	w.orElse(w.m.width, widthUnknown)
	w.str(`,"height":`)
	w.orElse(w.m.height, heightUnknown)
	w.str("}")
	w.end()
}

func (w *keyframe) snapshot() {
	w.begin(TypeFullSnapshot)
	w.str(`{"node":`)
	w.node(w.m.root)
	w.str(`,"initialOffset":`)
	w.orElse(w.m.offset, `{"left":0,"top":0}`)
	w.str(`,"` + newestKey + `":`)
	w.num(w.m.newest)
	w.str("}")
	w.end()
}

// node writes a node with all below it.
func (w *keyframe) node(n *node) {
	if n.more != nil || n.inner != nil || n.is(flagLate) {
		w.later = append(w.later, n)
	}
	w.str(`{"type":`)
	w.num(int64(n.kind))
	switch n.kind {
	case kindElement:
		w.str(`,"tagName":"`)
		w.str(n.tag)
		w.str(`","attributes":{`)
		w.attributes(n)
		w.str(`},"childNodes":[`)
		w.children(n)
		w.str("]")
		w.flags(n)
	case kindDocument:
		w.parts(n)
		w.str(`,"childNodes":[`)
		w.children(n)
		w.str("]")
	case kindDoctype:
		w.parts(n)
	default:
		w.str(`,"textContent":`)
		w.orElse(n.text, `""`)
		if n.is(flagStyle) {
			w.str(`,"isStyle":true`)
		}
	}
	if n.parent != nil && n.parent.kind == kindShadowRoot {
		w.str(`,"isShadow":true`)
	}
	if n.rootID != 0 {
		w.str(`,"rootId":`)
		w.num(n.rootID)
	}
	w.str(`,"id":`)
	w.num(n.id)
	w.str("}")
}

func (w *keyframe) parts(n *node) {
	for _, a := range n.attrs {
		w.str(`,"`)
		w.raw(a.name)
		w.str(`":`)
		w.raw(a.value)
	}
}

func (w *keyframe) attributes(n *node) {
	comma := false
	for i := range n.attrs {
		a := &n.attrs[i]
		if a.late {
			continue
		}
		if comma {
			w.str(",")
		}
		comma = true
		w.str(`"`)
		w.raw(a.name)
		w.str(`":`)
		if n.more != nil && n.more.style != nil && string(a.name) == "style" {
			w.dst = n.more.style.appendJSON(w.dst)
		} else {
			w.raw(a.value)
		}
	}
}

func (w *keyframe) children(n *node) {
	if w.depth >= domDepthMax {
		return
	}
	w.depth++
	comma := false
	write := func(first *node) {
		for c := first; c != nil; c = c.follow {
			if comma {
				w.str(",")
			}
			comma = true
			w.node(c)
		}
	}
	write(n.first)
	if n.inner != nil && n.inner.kind == kindShadowRoot {
		write(n.inner.first)
	}
	w.depth--
}

func (w *keyframe) flags(n *node) {
	if n.is(flagSVG) {
		w.str(`,"isSVG":true`)
	}
	if n.is(flagShadowHost) {
		w.str(`,"isShadowHost":true`)
	}
	if n.is(flagBlocked) {
		w.str(`,"needBlock":true`)
	}
	if n.is(flagCustom) {
		w.str(`,"isCustom":true`)
	}
}

// unlessOpen puts c behind a value that another follows.
func (w *keyframe) unlessOpen(c byte) {
	if last := w.dst[len(w.dst)-1]; last != '[' && last != '{' {
		w.dst = append(w.dst, c)
	}
}

// sortedKeys returns a map's keys in order, so that the same page gives the same bytes.
func sortedKeys[V any](m map[int64]V) []int64 { return slices.Sorted(maps.Keys(m)) }
