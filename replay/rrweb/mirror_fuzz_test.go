package rrweb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// choices makes a stream of events of bytes, each of which decides something, so that any bytes
// are valid events that say something of each other's nodes.
type choices struct {
	b []byte
	i int
}

func (c *choices) next(n int) int {
	if c.i >= len(c.b) {
		return 0
	}
	c.i++
	return int(c.b[c.i-1]) % n
}

func (c *choices) of(options ...string) string { return options[c.next(len(options))] }

// id is one of few ids, so that nodes meet.
func (c *choices) id() int { return 1 + c.next(24) }

func (c *choices) node(depth int) string {
	id := c.id()
	switch c.next(8) {
	case 0:
		return with(txt(id, c.of("", "a", "b{}")), c.of(`"x":1`, `"rootId":1`, `"isStyle":true`, `"isShadow":true`))
	case 1:
		return fmt.Sprintf(`{"type":5,"textContent":"c","id":%d}`, id)
	case 2:
		return fmt.Sprintf(`{"type":1,"name":"html","publicId":"","systemId":"","id":%d}`, id)
	case 3:
		return fmt.Sprintf(`{"type":0,"childNodes":[%s],"id":%d,"compatMode":"BackCompat"}`, c.nodes(depth), id)
	}
	attributes := c.of(``, `"class":"a"`, `"_cssText":"a{}/* rr_split */b{}"`, `"value":"v"`, `"style":"top: 0; left: 1px"`, `"rr_mediaState":"played"`, `"rr_scrollTop":3`, `"open":"","a":null`)
	tag := c.of("div", "style", "link", "iframe", "textarea", "canvas", "video", "dialog", "html", "x-y")
	return with(el(id, tag, attributes, c.nodes(depth)), c.of(`"x":1`, `"isShadowHost":true`, `"isShadow":true`, `"rootId":1`, `"isSVG":true`))
}

func (c *choices) nodes(depth int) string {
	var all []string
	for n := c.next(4); n > 0 && depth < 6; n-- {
		all = append(all, c.node(depth+1))
	}
	return strings.Join(all, ",")
}

func (c *choices) index() string { return c.of("0", "1", "2", "[0,0]", "[1]", "[0,1,2]", "null") }

func (c *choices) rule() string {
	return fmt.Sprintf(`{"rule":"%s{}","index":%s}`, c.of("a", "b", "c"), c.index())
}

func (c *choices) change() string {
	id := c.id()
	switch c.next(16) {
	case 0:
		return fmt.Sprintf(`{"source":5,"id":%d,"text":"t%d","isChecked":%s}`, id, c.next(9), c.of("true", "false"))
	case 1:
		return fmt.Sprintf(`{"source":3,"id":%d,"x":0,"y":%d}`, id, c.next(9))
	case 2:
		return fmt.Sprintf(`{"source":%s,"positions":[{"x":1,"y":2,"id":%d,"timeOffset":0}]}`, c.of("1", "6", "12"), id)
	case 3:
		return fmt.Sprintf(`{"source":2,"type":%d,"id":%d,"x":3,"y":4}`, c.next(11), id)
	case 4:
		return fmt.Sprintf(`{"source":7,"type":%d,"id":%d,"currentTime":%d}`, c.next(5), id, c.next(9))
	case 5:
		return fmt.Sprintf(`{"source":8,"%s":%d,"adds":[%s],"removes":[{"index":%s}]%s}`, c.of("id", "styleId"), id, c.rule(), c.index(), c.of("", "", "", `,"replace":"z{}"`))
	case 6:
		return fmt.Sprintf(`{"source":13,"%s":%d,"index":[%d],"%s":{"property":"%s","value":"1"}}`, c.of("id", "styleId"), id, c.next(3), c.of("set", "remove"), c.of("top", "left"))
	case 7:
		return fmt.Sprintf(`{"source":15,"id":%d,"styleIds":[%d,%d],"styles":[{"styleId":%d,"rules":[%s]}]}`, id, c.id(), c.id(), c.id(), c.rule())
	case 8:
		return fmt.Sprintf(`{"source":9,"id":%d,"type":0,"commands":[{"property":"%s","args":[]},{"property":"drawImage","args":[]}]}`, id, c.of("clearRect", "fill"))
	case 9:
		return c.of(`{"source":14,"ranges":[]}`, `{"source":10,"family":"f","fontSource":"s"}`, `{"source":4,"width":5,"height":6}`)
	}
	adds, removes := "", ""
	for n := c.next(4); n > 0; n-- {
		adds += "," + fmt.Sprintf(`{"parentId":%d,"nextId":%s,"node":%s}`, c.id(), c.of("null", "null", fmt.Sprint(c.id())), c.node(5))
	}
	for n := c.next(3); n > 0; n-- {
		removes += "," + fmt.Sprintf(`{"parentId":%d,"id":%d}`, c.id(), c.id())
	}
	attributes := c.of(`"class":"b"`, `"style":{"top":"9px","left":false}`, `"value":"w"`, `"_cssText":"n{}"`, `"onclick":"x"`, `"style":null`, `"width":"3"`, `"open":null,"rr_open_mode":"modal"`)
	return mutation(strings.TrimPrefix(adds, ","), strings.TrimPrefix(removes, ","), fmt.Sprintf(`{"id":%d,"value":"t%d"}`, c.id(), c.next(9)), attrs(c.id(), attributes))
}

// stream is a page and its changes, with snapshots and meta events between them.
func (c *choices) stream() string {
	var sb strings.Builder
	for at := 1; at == 1 || c.i < len(c.b); at++ {
		switch kind := c.next(24); {
		case at == 1 || kind == 0:
			fmt.Fprintf(&sb, `{"type":2,"timestamp":%d,"data":{"node":{"type":0,"childNodes":[%s],"id":1}}}`+"\n", at, c.nodes(0))
		case kind == 1 && c.next(4) == 0:
			fmt.Fprintf(&sb, `{"type":4,"timestamp":%d,"data":{"href":"h%d","width":1,"height":2}}`+"\n", at, c.next(2))
		default:
			fmt.Fprintf(&sb, `{"type":3,"timestamp":%d,"data":%s}`+"\n", at, c.change())
		}
	}
	return sb.String()
}

// checkStream holds of any events: no failure, keyframes are events, a mirror of a keyframe
// writes the same, and from there the rest of the events goes as it went.
func checkStream(tb testing.TB, stream string, from int) {
	events := scanned(tb, []byte(stream))
	m := NewMirror()
	for i := range events {
		m.Apply(&events[i])
	}
	checkKnown(tb, m)
	for id := range m.nodes {
		m.Element(int(id))
	}
	checkFrom(tb, events, from%len(events))
	checkFrom(tb, events, len(events)-1)
}

// checkKnown holds that the nodes that are known are those of the tree, and what is held.
func checkKnown(tb testing.TB, m *Mirror) {
	tb.Helper()
	known := 0
	count := func(n *node) {
		if n.kind == kindShadowRoot {
			return
		}
		if known++; m.nodes[n.id] != n {
			tb.Errorf("the node %d of the tree is not known by its id", n.id)
		}
	}
	if m.root != nil {
		m.root.walk(count)
	}
	for _, a := range m.held {
		if m.nodes[a.node.id] == a.node {
			a.node.walk(count)
		}
	}
	if known != len(m.nodes) {
		tb.Errorf("%d nodes are known, %d are there", len(m.nodes), known)
	}
}

// TestMirrorOfAnyEvents runs the fuzz test's property on events at random.
func TestMirrorOfAnyEvents(t *testing.T) {
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 5))
		b := make([]byte, 20+random.IntN(600))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		c := choices{b: b}
		stream := c.stream()
		checkStream(t, stream, random.IntN(1000))
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, stream)
		}
	}
}

// FuzzMirror makes events of any bytes.
func FuzzMirror(f *testing.F) {
	f.Add([]byte("a page, and what happens on it"), 3)
	f.Add(bytes.Repeat([]byte{7, 1, 4, 9, 200, 3, 12}, 20), 9)
	f.Fuzz(func(t *testing.T, b []byte, from int) {
		c := choices{b: b}
		checkStream(t, c.stream(), max(0, from))
	})
}

// FuzzMirrorLines takes any events that the scanner lets through.
func FuzzMirrorLines(f *testing.F) {
	f.Add([]byte(page(el(10, "style", `"_cssText":"a{}"`, txt(11, ""))+","+el(12, "iframe", ``)) + changes(
		mutation(add(12, "null", documentOf(20, `,"rootId":20`, "")), "", "", attrs(10, `"style":{"top":"1px"}`)),
		`{"source":8,"id":10,"adds":[{"rule":"a{}","index":[0,1]}],"removes":[{"index":0}]}`)))
	f.Add(tickerStream(2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		var events []Event
		if _, err := ScanLines(b, collect(&events)); err == nil && len(events) > 0 {
			checkStream(t, string(b), len(events)/2)
		}
	})
}
