package rrweb

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/demo"
)

// checkFromAnywhere holds what a keyframe is for: a mirror that begins with the keyframe of any
// event of a stream, and then takes the rest, ends like one that took all.
func checkFromAnywhere(tb testing.TB, stream string) {
	tb.Helper()
	events := scanned(tb, []byte(stream))
	for i := range events {
		checkFrom(tb, events, i)
	}
}

// checkFrom begins before the i-th event.
func checkFrom(tb testing.TB, events []Event, i int) {
	tb.Helper()
	whole := NewMirror()
	for j := range events[:i] {
		whole.Apply(&events[j])
	}
	if !whole.Playable() || whole.metaOpen {
		return // no picture yet, or one that is about to be replaced
	}
	keyframe, _ := whole.AppendKeyframe(nil, events[i].Timestamp-1)
	part := NewMirror()
	for _, ev := range scanned(tb, keyframe) {
		part.Apply(&ev)
	}
	again, _ := part.AppendKeyframe(nil, events[i].Timestamp-1)
	if !bytes.Equal(again, keyframe) {
		tb.Fatalf("before event %d, the keyframe of a keyframe differs: %s", i, firstDifference(again, keyframe))
	}
	for j := i; j < len(events); j++ {
		whole.Apply(&events[j])
		part.Apply(&events[j])
	}
	at := events[len(events)-1].Timestamp
	want, _ := whole.AppendKeyframe(nil, at)
	got, _ := part.AppendKeyframe(nil, at)
	if !bytes.Equal(got, want) {
		tb.Fatalf("from event %d on, the end differs: %s", i, firstDifference(got, want))
	}
}

func firstDifference(got, want []byte) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	near := func(b []byte) string { return string(b[max(0, min(i-80, len(b))):min(i+120, len(b))]) }
	return "\n got …" + near(got) + "…\nwant …" + near(want) + "…"
}

func TestKeyframesOfTheDemo(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	err := demo.LoadSessions(func(s demo.Session) error {
		var lines strings.Builder
		for _, ev := range s.Events {
			lines.Write(ev)
			lines.WriteByte('\n')
		}
		events := scanned(t, []byte(lines.String()))
		for range 6 {
			checkFrom(t, events, random.IntN(len(events)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeyframesOfATicker(t *testing.T) {
	events := scanned(t, tickerStream(50, 400))
	for i := 2; i < len(events); i += 37 {
		checkFrom(t, events, i)
	}
}

func TestPlayable(t *testing.T) {
	meta := `{"type":4,"timestamp":1,"data":{"href":"h","width":1,"height":2}}` + "\n"
	full := `{"type":2,"timestamp":2,"data":{"node":` + documentOf(1, "", "") + "}}\n"
	change := changes(mutation(add(3, "null", txt(10, "a")), "", "", ""))
	aside := `{"type":5,"timestamp":3,"data":{"tag":"t","payload":{}}}` + "\n" + `{"type":6,"timestamp":3,"data":{"plugin":"p"}}` + "\n"
	for _, c := range []struct {
		name, stream string
		want         bool
	}{
		{"nothing", "", false},
		{"changes only", change, false},
		{"meta only", meta, false},
		{"a snapshot", meta + full, true},
		{"a snapshot without meta", full + change, true},
		{"a checkout", meta + full + change + meta + full, true},
		{"the next snapshot is about to come", meta + full + meta + aside, true},
		{"the next page's snapshot was lost", meta + full + meta + aside + change, false},
		{"the next page's snapshot was lost, and another began", meta + full + meta + meta, false},
		{"the page after that", meta + full + meta + change + meta + full + change, true},
		{"a snapshot of nothing", meta + `{"type":2,"timestamp":2,"data":{"node":null}}` + "\n", false},
	} {
		m := mirrorOf(t, c.stream)
		if m.Playable() != c.want {
			t.Errorf("%s: playable is %v", c.name, m.Playable())
		}
		if dst, n := m.AppendKeyframe([]byte("x"), 1); (n > 0) != c.want || dst[0] != 'x' || (len(dst) > 1) != c.want {
			t.Errorf("%s: %d events, %d bytes", c.name, n, len(dst))
		}
	}
}

func TestKeyframeBegins(t *testing.T) {
	full := `{"type":2,"timestamp":2,"data":{"node":` + documentOf(1, "", "") + "}}\n"
	sameJSON(t, "without meta", keyframeOf(t, mirrorOf(t, full), 5)[0], `{"href":"about:blank","width":1280,"height":720}`)
	resized := page("") + changes(`{"source":4,"width":320,"height":480}`)
	got := keyframeOf(t, mirrorOf(t, resized), 5)
	sameJSON(t, "resized", got[0], `{"href":"https://shop.example/","width":320,"height":480}`)
	sameJSON(t, "snapshot", got[1], `{"node":`+documentOf(1, "", "")+`,"initialOffset":{"left":0,"top":5},"newest":3}`)
}

// TestMirrorOfHostileStreams takes some seconds where anything is quadratic, and for ever where something loops.
func TestMirrorOfHostileStreams(t *testing.T) {
	const many = 100_000
	list := func(n int, item func(i int) string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = item(i)
		}
		return strings.Join(all, ",")
	}
	for _, c := range []struct{ name, data string }{
		{"each waits for the next", mutation(list(many, func(i int) string { return add(3, strconv.Itoa(i+11), txt(i+10, "")) }), "", "", "")},
		{"each waits for its parent", mutation(list(many, func(i int) string { return add(i+11, "null", el(i+10, "b", "")) }), "", "", "")},
		{"deeper and deeper", mutation(list(many, func(i int) string { return add(max(3, i+9), "null", el(i+10, "b", "")) }), "", "", "")},
		{"all before one", mutation(add(3, "null", txt(9, ""))+","+list(many, func(i int) string { return add(3, "9", txt(i+10, "")) }), "", "", "")},
		{"one attribute after the other", mutation(add(3, "null", el(9, "b", "")), "", "", list(many/10, func(i int) string { return attrs(9, `"a`+strconv.Itoa(i)+`":"x"`) }))},
		{"one property after the other", mutation(add(3, "null", el(9, "b", "")), "", "", list(many/10, func(i int) string { return attrs(9, `"style":{"a`+strconv.Itoa(i)+`":"x"}`) }))},
		{"ids of any size", mutation(list(1000, func(i int) string {
			return add(3, "null", `{"type":3,"textContent":"","id":`+strconv.Itoa(i+1)+`99999999999}`)
		}), "", "", "")},
	} {
		m := mirrorOf(t, page("")+changes(c.data))
		lines, n := m.AppendKeyframe(nil, 1)
		if got := len(scanned(t, lines)); got != n {
			t.Errorf("%s: %d events, %d scanned", c.name, n, got)
		}
	}
}

// TestMirrorRules runs a sheet's insertions and deletions at random beside a plain list of rules.
func TestMirrorRules(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, whole := range []bool{true, false} {
		base := []string{}
		s := &sheet{whole: whole}
		if !whole {
			base = []string{"x", "y", "z"}
		}
		want := append([]string{}, base...)
		for i := range 2000 {
			if at := int32(random.IntN(len(want) + 1)); int(at) < len(want) && random.IntN(2) == 0 {
				want = append(want[:at:at], want[at+1:]...)
				s.remove(ruleOp{kind: opDelete, index: []int32{at}})
			} else {
				rule := "r" + strconv.Itoa(i)
				want = append(want[:at:at], append([]string{rule}, want[at:]...)...)
				s.insert(ruleOp{index: []int32{at}, value: []byte(rule)})
			}
		}
		got := append([]string{}, base...)
		for _, rule := range s.rules {
			got = append(got, string(rule))
		}
		for _, op := range s.ops {
			at := op.index[0]
			if op.kind == opDelete {
				got = append(got[:at:at], got[at+1:]...)
			} else {
				got = append(got[:at:at], append([]string{string(op.value)}, got[at:]...)...)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("whole %v:\n got %v\nwant %v", whole, got, want)
		}
		if !whole && len(s.ops) > len(want)+2*len(base) {
			t.Errorf("%d changes are kept for %d rules", len(s.ops), len(want))
		}
	}
}

// TestMirrorMemory lets a page change for long without growing.
func TestMirrorMemory(t *testing.T) {
	m := mirrorOf(t, string(tickerStream(50, 0)))
	events := scanned(t, tickerStream(50, 3000))[2:]
	var most int
	for range 20 {
		for i := range events {
			m.Apply(&events[i])
		}
		most = max(most, m.mem.used)
	}
	if limit := 4 * arenaSlack; most > limit {
		t.Errorf("%d bytes are kept, want at most %d", most, limit)
	}
	if nodes := len(m.nodes); nodes > 1000 {
		t.Errorf("%d nodes are known of a page of some hundred", nodes)
	}
}
