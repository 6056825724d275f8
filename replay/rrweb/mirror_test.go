package rrweb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// page is a meta event and a full snapshot whose body holds content, a list of nodes with ids from 10 on.
func page(content string) string {
	return `{"type":4,"timestamp":1,"data":{"href":"https://shop.example/","width":800,"height":600}}
{"type":2,"timestamp":2,"data":{"node":` + documentOf(1, "", content) + `,"initialOffset":{"left":0,"top":5}}}
`
}

// documentOf is a document with ids from id on; more is put into each of its nodes.
func documentOf(id int, more, content string) string {
	return fmt.Sprintf(`{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[{"type":2,"tagName":"body","attributes":{},"childNodes":[%s],"id":%d%s}],"id":%d%s}],"id":%d%s}`,
		content, id+2, more, id+1, more, id, more)
}

// changes are incremental events with the data, each a second after the other.
func changes(data ...string) string {
	var sb strings.Builder
	for i, d := range data {
		fmt.Fprintf(&sb, `{"type":3,"timestamp":%d,"data":%s}`+"\n", 1000*(i+1), d)
	}
	return sb.String()
}

func mirrorOf(tb testing.TB, lines string) *Mirror {
	tb.Helper()
	m := NewMirror()
	for _, ev := range scanned(tb, []byte(lines)) {
		m.Apply(&ev)
	}
	return m
}

// keyframeOf returns the data of the events of a keyframe.
func keyframeOf(tb testing.TB, m *Mirror, at int64) []string {
	tb.Helper()
	lines, n := m.AppendKeyframe(nil, at)
	var data []string
	for _, ev := range scanned(tb, lines) {
		if ev.Timestamp != at {
			tb.Fatalf("stamped %d, want %d", ev.Timestamp, at)
		}
		data = append(data, string(ev.Data))
	}
	if len(data) != n {
		tb.Fatalf("told %d events, wrote %d", n, len(data))
	}
	return data
}

// bodyOf returns the children of a snapshot's body.
func bodyOf(tb testing.TB, snapshot string) string {
	tb.Helper()
	type element struct{ ChildNodes []json.RawMessage }
	var d struct{ Node element }
	err := json.Unmarshal([]byte(snapshot), &d)
	at := d.Node
	for range 2 {
		if err != nil || len(at.ChildNodes) == 0 {
			tb.Fatal("no body", err, snapshot)
		}
		var next element
		err = json.Unmarshal(at.ChildNodes[len(at.ChildNodes)-1], &next)
		at = next
	}
	return strings.TrimSpace(string(bytes.Join(func() (all [][]byte) {
		for _, c := range at.ChildNodes {
			all = append(all, c)
		}
		return all
	}(), []byte(","))))
}

func sameJSON(tb testing.TB, what, got, want string) {
	tb.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		tb.Fatalf("%s: the test's JSON: %v\n%s", what, err, want)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil || !reflect.DeepEqual(g, w) {
		tb.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// el is an element of a snapshot.
func el(id int, tag, attributes string, children ...string) string {
	return fmt.Sprintf(`{"type":2,"tagName":%q,"attributes":{%s},"childNodes":[%s],"id":%d}`, tag, attributes, strings.Join(children, ","), id)
}

// txt is a text node.
func txt(id int, text string) string {
	return fmt.Sprintf(`{"type":3,"textContent":%q,"id":%d}`, text, id)
}

// with puts more fields into a node.
func with(node, fields string) string { return strings.TrimSuffix(node, "}") + "," + fields + "}" }

// mutation is the data of a mutation.
func mutation(adds, removes, texts, attributes string) string {
	return fmt.Sprintf(`{"source":0,"texts":[%s],"attributes":[%s],"removes":[%s],"adds":[%s]}`, texts, attributes, removes, adds)
}

func add(parent int, next, node string) string {
	return fmt.Sprintf(`{"parentId":%d,"nextId":%s,"node":%s}`, parent, next, node)
}

func attrs(id int, attributes string) string {
	return fmt.Sprintf(`{"id":%d,"attributes":{%s}}`, id, attributes)
}

// mirrorCase is a page, what happens on it, and what its keyframe says then.
type mirrorCase struct {
	name    string
	content string
	changes []string
	body    string   // children of the body; content where empty
	after   []string // data of the events behind the snapshot
}

func (c mirrorCase) test(t *testing.T) {
	stream := page(c.content) + changes(c.changes...)
	m := mirrorOf(t, stream)
	got := keyframeOf(t, m, 10_000)
	body := c.body
	if body == "" {
		body = c.content
	}
	sameJSON(t, "body", "["+bodyOf(t, got[1])+"]", "["+body+"]")
	sameJSON(t, "events behind the snapshot", "["+strings.Join(got[2:], ",")+"]", "["+strings.Join(c.after, ",")+"]")
	checkFromAnywhere(t, stream)
}

func TestMirrorMutations(t *testing.T) {
	for _, c := range []mirrorCase{
		{name: "nothing changes", content: el(10, "p", `"class":"a"`, txt(11, "결제 \"x\"")) + `,{"type":5,"textContent":"c","id":12}`},
		{name: "adds before and last", content: el(10, "p", ``), changes: []string{mutation(add(3, "10", txt(11, "a"))+","+add(3, "null", txt(12, "b")), "", "", "")},
			body: txt(11, "a") + "," + el(10, "p", ``) + "," + txt(12, "b")},
		{name: "adds whose parent and sibling come later", changes: []string{mutation(add(20, "21", txt(22, "first"))+","+add(20, "null", txt(21, "last"))+","+add(3, "null", el(20, "div", ``)), "", "", "")},
			body: el(20, "div", ``, txt(22, "first"), txt(21, "last"))},
		{name: "adds whose sibling never comes", content: txt(10, "a"), changes: []string{mutation(add(3, "99", txt(11, "b")), "", "", "")}},
		{name: "adds beside a previous sibling", content: txt(10, "a") + "," + txt(11, "c"), changes: []string{mutation(`{"parentId":3,"previousId":10,"nextId":11,"node":`+txt(12, "b")+`}`, "", "", "")},
			body: txt(10, "a") + "," + txt(12, "b") + "," + txt(11, "c")},
		{name: "adds of old recordings", changes: []string{mutation(
			`{"parentId":3,"previousId":null,"nextId":-1,"node":`+txt(10, "a")+`},{"parentId":3,"previousId":10,"nextId":-1,"node":`+txt(11, "b")+`},{"parentId":3,"previousId":11,"nextId":null,"node":`+txt(12, "c")+`}`, "", "", "")},
			body: txt(10, "a") + "," + txt(11, "b") + "," + txt(12, "c")},
		{name: "removes with all below", content: el(10, "p", ``, txt(11, "a")), changes: []string{
			mutation("", `{"parentId":3,"id":10}`, "", ""), mutation(add(10, "null", txt(12, "lost")), "", `{"id":11,"value":"lost"}`, "")}, body: " "},
		{name: "moves", content: el(10, "p", ``, txt(11, "a")) + "," + el(12, "div", ``), changes: []string{
			mutation(add(12, "null", el(10, "p", ``))+","+add(10, "null", txt(11, "a")), `{"parentId":3,"id":10}`, "", "")},
			body: el(12, "div", ``, el(10, "p", ``, txt(11, "a")))},
		{name: "moves into itself are ignored", content: el(10, "p", ``, el(11, "b", ``)), changes: []string{mutation(add(11, "null", el(10, "p", ``)), "", "", "")}},
		{name: "an add of what is there moves it", content: el(10, "p", ``, txt(11, "a")) + "," + el(12, "div", ``), changes: []string{mutation(add(12, "null", el(10, "p", `"class":"new"`)), "", "", "")},
			body: el(12, "div", ``, el(10, "p", `"class":"new"`, txt(11, "a")))},
		{name: "texts, the last one wins", content: txt(10, "a"), changes: []string{mutation("", "", `{"id":10,"value":"b"},{"id":10,"value":"c"}`, "")}, body: txt(10, "c")},
		{name: "attributes", content: el(10, "a", `"href":"/","class":"x"`), changes: []string{mutation("", "", "", attrs(10, `"class":"y","href":null,"title":"t"`))},
			body: el(10, "a", `"class":"y","title":"t"`)},
		{name: "a mutation in another order", content: el(10, "p", ``), changes: []string{
			`{"adds":[` + add(10, "null", txt(11, "a")) + `],"texts":[{"value":"b","id":11}],"attributes":[{"attributes":{"class":"x"},"id":10}],"source":0}`},
			body: el(10, "p", `"class":"x"`, txt(11, "b"))},
		{name: "style by property", content: el(10, "p", `"style":"color: red; width: 1px"`), changes: []string{
			mutation("", "", "", attrs(10, `"style":{"width":"2px","height":["3px","important"]}`)), mutation("", "", "", attrs(10, `"style":{"color":false}`))},
			body: el(10, "p", `"style":"width: 2px; height: 3px !important;"`)},
		{name: "style by property, then as a whole", content: el(10, "p", ``), changes: []string{
			mutation("", "", "", attrs(10, `"style":{"width":"2px"}`)), mutation("", "", "", attrs(10, `"style":"top: 0"`))}, body: el(10, "p", `"style":"top: 0"`)},
		{name: "a textarea's value", content: el(10, "textarea", `"value":"a"`), changes: []string{mutation("", "", "", attrs(10, `"value":"b"`))}, body: el(10, "textarea", `"value":"b"`)},
		{name: "a textarea's text", content: el(10, "textarea", `"value":"a"`), changes: []string{mutation(add(10, "null", txt(11, "b")), "", "", "")}, body: el(10, "textarea", ``, txt(11, "b"))},
		{name: "attributes that a snapshot says otherwise", content: el(10, "input", ``), changes: []string{mutation("", "", "", attrs(10, `"autocomplete":"on","onclick":"x()"`))},
			after: []string{mutation("", "", "", attrs(10, `"autocomplete":"on","onclick":"x()"`))}},
		{name: "dialogs", content: el(10, "dialog", ``), changes: []string{mutation("", "", "", attrs(10, `"open":"","rr_open_mode":"modal"`))}, body: el(10, "dialog", `"open":"","rr_open_mode":"modal"`)},
		{name: "blocked and drawn elements keep what they say", content: with(el(10, "div", `"class":"b","rr_width":"5px","rr_height":"6px"`), `"needBlock":true`) + "," + with(el(11, "svg", ``), `"isSVG":true`) + "," + with(el(12, "x-y", ``), `"isCustom":true`)},
		{name: "shadow roots", content: with(el(10, "x-y", ``, el(11, "i", ``), with(el(12, "b", ``), `"isShadow":true`)), `"isShadowHost":true`) + "," + el(13, "p", ``), changes: []string{
			mutation(add(10, "12", with(el(14, "u", ``), `"isShadow":true`))+","+add(13, "null", with(el(15, "s", ``), `"isShadow":true`)), `{"parentId":10,"id":11}`, "", "")},
			body: with(el(10, "x-y", ``, with(el(14, "u", ``), `"isShadow":true`), with(el(12, "b", ``), `"isShadow":true`)), `"isShadowHost":true`) + "," +
				with(el(13, "p", ``, with(el(15, "s", ``), `"isShadow":true`)), `"isShadowHost":true`)},
	} {
		t.Run(c.name, c.test)
	}
}

func TestMirrorStyles(t *testing.T) {
	rule := func(id int, adds, removes string) string {
		return fmt.Sprintf(`{"source":8,"id":%d,"adds":[%s],"removes":[%s]}`, id, adds, removes)
	}
	for _, c := range []mirrorCase{
		{name: "a style's text, in parts", content: el(10, "style", `"_cssText":"a{}/* rr_split */b{}"`, txt(11, ""), txt(12, "")), changes: []string{mutation("", "", `{"id":12,"value":"c{}"}`, "")},
			body: el(10, "style", ``, with(txt(11, "a{}"), `"isStyle":true`), with(txt(12, "c{}"), `"isStyle":true`))},
		{name: "a style's first text takes over what was recorded with the style", changes: []string{mutation(add(3, "null", el(10, "style", `"_cssText":"a{}"`))+","+add(10, "null", txt(11, "")), "", "", "")},
			body: el(10, "style", ``, with(txt(11, "a{}"), `"isStyle":true`))},
		{name: "a link that was loaded", content: el(10, "link", `"rel":"stylesheet","href":"/a.css"`), changes: []string{mutation("", "", "", attrs(10, `"_cssText":"a{}"`))},
			body: el(10, "link", `"rel":"stylesheet","href":"/a.css","_cssText":"a{}"`)},
		{name: "rules of an empty style", content: el(10, "style", ``), changes: []string{rule(10, `{"rule":"a{}","index":0},{"rule":"b{}"},{"rule":"c{}","index":9}`, ``), rule(10, ``, `{"index":1}`)},
			after: []string{`{"source":8,"id":10,"adds":[{"rule":"b{}","index":0},{"rule":"c{}","index":1}]}`}},
		{name: "rules beside a text: what was undone is not said", content: el(10, "style", `"_cssText":"x{}"`), changes: []string{
			rule(10, `{"rule":"a{}","index":0}`, ``), rule(10, `{"rule":"b{}","index":0}`, ``), rule(10, `{"rule":"c{}","index":[0,0]}`, ``), rule(10, ``, `{"index":0}`), rule(10, ``, `{"index":1}`)},
			after: []string{rule(10, `{"rule":"a{}","index":0}`, `{"index":1}`)}},
		{name: "a changed text ends what script did", content: el(10, "style", ``, txt(11, "a{}")), changes: []string{rule(10, `{"rule":"b{}","index":0}`, ``), mutation("", "", `{"id":11,"value":"c{}"}`, "")},
			body: el(10, "style", ``, with(txt(11, "c{}"), `"isStyle":true`))},
		{name: "declarations, the last one wins", content: el(10, "style", `"_cssText":"x{}"`), changes: []string{
			`{"source":13,"id":10,"index":[0],"set":{"property":"top","value":"1px"}}`, `{"source":13,"id":10,"index":[0],"set":{"property":"top","value":"2px"}}`, `{"source":13,"id":10,"index":[0,1],"remove":{"property":"left"}}`},
			after: []string{`{"source":13,"id":10,"index":[0],"set":{"property":"top","value":"2px"}}`, `{"source":13,"id":10,"index":[0,1],"remove":{"property":"left"}}`}},
		{name: "constructed sheets", content: with(el(10, "x-y", ``), `"isShadowHost":true`), changes: []string{
			`{"source":15,"id":1,"styleIds":[1],"styles":[{"styleId":1,"rules":[{"rule":"a{}","index":0}]}]}`,
			`{"source":15,"id":10,"styleIds":[2,1],"styles":[{"styleId":2,"rules":[]}]}`,
			`{"source":8,"styleId":2,"adds":[{"rule":"b{}","index":0}]}`,
			`{"source":13,"styleId":1,"index":[0],"set":{"property":"top","value":"0"}}`,
			`{"source":15,"id":1,"styleIds":[]}`},
			after: []string{
				`{"source":15,"id":1,"styles":[{"styleId":1,"rules":[{"rule":"a{}","index":0}]},{"styleId":2,"rules":[{"rule":"b{}","index":0}]}],"styleIds":[]}`,
				`{"source":13,"styleId":1,"index":[0],"set":{"property":"top","value":"0"}}`,
				`{"source":15,"id":10,"styleIds":[2,1]}`}},
		{name: "a constructed sheet that was replaced", changes: []string{
			`{"source":15,"id":1,"styleIds":[1],"styles":[{"styleId":1,"rules":[{"rule":"a{}","index":0}]}]}`,
			`{"source":8,"styleId":1,"replace":"b{} c{}"}`, `{"source":8,"styleId":1,"removes":[{"index":1}]}`},
			after: []string{`{"source":15,"id":1,"styles":[{"styleId":1,"rules":[]}],"styleIds":[1]}`,
				`{"source":8,"styleId":1,"replaceSync":"b{} c{}"}`, `{"source":8,"styleId":1,"adds":[],"removes":[{"index":1}]}`}},
	} {
		t.Run(c.name, c.test)
	}
}

// picture is a whole picture of the canvas 10, as the recorder takes them.
func picture(base64 string) string {
	return `{"source":9,"id":10,"type":0,"commands":[{"property":"clearRect","args":[0,0,9,9]},{"property":"drawImage","args":[{"rr_type":"ImageBitmap","args":[{"rr_type":"Blob","data":[{"rr_type":"ArrayBuffer","base64":"` + base64 + `"}],"type":"image/webp"}]},0,0]}]}`
}

func TestMirrorState(t *testing.T) {
	frame := documentOf(20, `,"rootId":20`, with(el(23, "input", ``), `"rootId":20`))
	for _, c := range []mirrorCase{
		{name: "inputs, in their order", content: el(10, "input", `"type":"radio"`) + "," + el(11, "input", `"type":"radio"`), changes: []string{
			`{"source":5,"id":11,"text":"on","isChecked":false}`, `{"source":5,"id":10,"text":"on","isChecked":false}`, `{"source":5,"id":11,"text":"on","isChecked":true}`},
			after: []string{`{"source":5,"id":10,"text":"on","isChecked":false}`, `{"source":5,"id":11,"text":"on","isChecked":true}`}},
		{name: "scrolls", content: el(10, "div", `"rr_scrollTop":7`), changes: []string{`{"source":3,"id":10,"x":0,"y":4}`, `{"source":3,"id":1,"x":0,"y":9}`, `{"source":3,"id":10,"x":1,"y":5}`},
			after: []string{`{"source":3,"id":1,"x":0,"y":9}`, `{"source":3,"id":10,"x":1,"y":5}`}},
		{name: "pointer", content: el(10, "p", ``), changes: []string{`{"source":1,"positions":[{"x":1,"y":2,"id":3,"timeOffset":-50},{"x":3,"y":4.5,"id":10,"timeOffset":0}]}`},
			after: []string{`{"source":1,"positions":[{"x":3,"y":4.5,"id":10,"timeOffset":0}]}`}},
		{name: "pointer in a window that changes", content: el(10, "p", ``), changes: []string{`{"source":2,"type":2,"id":10,"x":3,"y":4}`, `{"source":4,"width":800,"height":600}`},
			after: []string{`{"source":1,"positions":[{"x":3,"y":4,"id":10,"timeOffset":0}]}`}},
		{name: "pointer over what is gone", content: el(10, "p", ``), changes: []string{`{"source":2,"type":2,"id":10,"x":3,"y":4}`, mutation("", `{"parentId":3,"id":10}`, "", "")}, body: " ",
			after: []string{`{"source":1,"positions":[{"x":3,"y":4,"id":10,"timeOffset":0}]}`}},
		{name: "a click on what came after the snapshot", changes: []string{mutation(add(3, "null", el(10, "p", ``)), "", "", ""), `{"source":2,"type":2,"id":10,"x":3,"y":4}`}, body: el(10, "p", ``)},
		{name: "a click on what the recorder does not know leaves the pointer", content: el(10, "p", ``), changes: []string{
			`{"source":1,"positions":[{"x":1,"y":2,"id":10,"timeOffset":0}]}`, `{"source":2,"type":2,"id":-1,"x":3,"y":4}`, `{"source":2,"type":7,"id":-1,"x":3,"y":4}`},
			after: []string{`{"source":1,"positions":[{"x":1,"y":2,"id":10,"timeOffset":0}]}`}},
		{name: "pointer over what went before it was told", content: el(10, "p", ``), changes: []string{`{"source":1,"positions":[{"x":1,"y":2,"id":99,"timeOffset":0}]}`},
			after: []string{`{"source":1,"positions":[{"x":1,"y":2,"id":99,"timeOffset":0}]}`}},
		{name: "touch", content: el(10, "p", ``), changes: []string{`{"source":2,"type":7,"id":10,"x":3,"y":4}`}, after: []string{`{"source":2,"type":7,"id":1,"x":3,"y":4}`, `{"source":6,"positions":[{"x":3,"y":4,"id":10,"timeOffset":0}]}`}},
		{name: "touch that ended", content: el(10, "p", ``), changes: []string{`{"source":2,"type":7,"id":10,"x":3,"y":4}`, `{"source":2,"type":9,"id":10,"x":3,"y":5}`},
			after: []string{`{"source":6,"positions":[{"x":3,"y":5,"id":10,"timeOffset":0}]}`}},
		{name: "focus and selection", content: el(10, "input", ``), changes: []string{`{"source":2,"type":5,"id":3}`, `{"source":2,"type":5,"id":10}`, `{"source":2,"type":6,"id":3}`, `{"source":14,"ranges":[{"start":10,"startOffset":0,"end":10,"endOffset":1}]}`},
			after: []string{`{"source":14,"ranges":[{"start":10,"startOffset":0,"end":10,"endOffset":1}]}`, `{"source":2,"type":5,"id":10}`}},
		{name: "focus that was left", content: el(10, "input", ``), changes: []string{`{"source":2,"type":5,"id":10}`, `{"source":2,"type":6,"id":10}`}},
		{name: "media go on", content: el(10, "video", `"rr_mediaState":"played","rr_mediaCurrentTime":2`) + "," + el(11, "audio", `"rr_mediaState":"paused"`) + "," + el(12, "audio", ``), changes: []string{
			`{"source":7,"type":4,"id":10,"currentTime":1.5,"playbackRate":2,"volume":0.5,"muted":true}`, `{"source":7,"type":0,"id":12,"currentTime":0,"loop":true}`, `{"source":7,"type":1,"id":12,"currentTime":1}`},
			after: []string{`{"source":7,"type":0,"id":10,"currentTime":19.5,"playbackRate":2,"volume":0.5,"muted":true}`, `{"source":7,"type":1,"id":12,"currentTime":1,"playbackRate":1,"loop":true}`}},
		{name: "a canvas, by its last picture", content: el(10, "canvas", `"rr_dataURL":"data:"`), changes: []string{
			`{"source":9,"id":10,"type":0,"commands":[{"property":"fillRect","args":[0,0,1,1]}]}`, picture("YQ=="), picture("Yg==")},
			after: []string{picture("Yg==")}},
		{name: "a canvas on which pictures are only part", content: el(10, "canvas", ``), changes: []string{
			`{"source":9,"id":10,"type":0,"commands":[{"property":"fillRect","args":[0,0,1,1]}]}`,
			`{"source":9,"id":10,"type":0,"commands":[{"property":"clearRect","args":[0,0,9,9]},{"property":"drawImage","args":[{"rr_type":"HTMLImageElement","src":"x"}]}]}`},
			after: []string{`{"source":9,"id":10,"type":0,"commands":[{"property":"fillRect","args":[0,0,1,1]}]}`,
				`{"source":9,"id":10,"type":0,"commands":[{"property":"clearRect","args":[0,0,9,9]},{"property":"drawImage","args":[{"rr_type":"HTMLImageElement","src":"x"}]}]}`}},
		{name: "a canvas, by what was drawn since it got its size", content: el(10, "canvas", ``), changes: []string{
			`{"source":9,"id":10,"type":1,"property":"clear","args":[1]}`, mutation("", "", "", attrs(10, `"width":"5"`)), `{"source":9,"id":10,"type":1,"property":"clear","args":[2]}`},
			body: el(10, "canvas", `"width":"5"`), after: []string{`{"source":9,"id":10,"type":1,"property":"clear","args":[2]}`}},
		{name: "fonts, each once", changes: []string{`{"source":10,"family":"a","fontSource":"url(x)","buffer":false}`, `{"source":10,"family":"a","fontSource":"url(x)","buffer":false}`},
			after: []string{`{"source":10,"family":"a","fontSource":"url(x)","buffer":false}`}},
		{name: "what the player does not show", changes: []string{`{"source":11,"level":"log"}`, `{"source":16,"define":{"name":"x-y"}}`, `{"source":99}`, `{"source":0}`, `{}`, `7`}},
		{name: "iframes", content: el(10, "iframe", ``), changes: []string{
			mutation(add(10, "null", frame), "", "", "") + "", `{"source":5,"id":23,"text":"a","isChecked":false}`, `{"source":3,"id":20,"x":0,"y":3}`},
			after: []string{`{"source":0,"adds":[` + add(10, "null", frame) + `],"removes":[],"texts":[],"attributes":[],"isAttachIframe":true}`,
				`{"source":5,"id":23,"text":"a","isChecked":false}`, `{"source":3,"id":20,"x":0,"y":3}`}},
		{name: "a document that comes before its iframe", changes: []string{mutation(add(10, "null", frame), "", "", ""), mutation(add(3, "null", el(10, "iframe", ``)), "", "", "")},
			body: el(10, "iframe", ``), after: []string{`{"source":0,"adds":[` + add(10, "null", frame) + `],"removes":[],"texts":[],"attributes":[],"isAttachIframe":true}`}},
	} {
		t.Run(c.name, c.test)
	}
}
