package rrweb

import (
	"fmt"
	"strings"
	"testing"
)

// tickerStream is a page of a few thousand nodes, a table whose prices change all the time, as JSON lines.
func tickerStream(rows, ticks int) []byte {
	var sb strings.Builder
	sb.WriteString(`{"type":4,"timestamp":1,"data":{"href":"https://shop.example/prices","width":1440,"height":900}}` + "\n")
	sb.WriteString(`{"type":2,"timestamp":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{"lang":"ko"},"childNodes":[{"type":2,"tagName":"body","attributes":{"class":"page"},"childNodes":[`)
	for i := range rows {
		if i > 0 {
			sb.WriteByte(',')
		}
		id := 10 + i*10
		fmt.Fprintf(&sb, `{"type":2,"tagName":"tr","attributes":{"class":"row","data-row":"%d"},"childNodes":[`, i)
		fmt.Fprintf(&sb, `{"type":2,"tagName":"td","attributes":{"class":"cell name","style":"width: 120px; color: rgb(20, 20, 20);"},"childNodes":[{"type":3,"textContent":"상품 %d 주문 금액","id":%d}],"id":%d},`, i, id+2, id+1)
		fmt.Fprintf(&sb, `{"type":2,"tagName":"td","attributes":{"class":"cell price"},"childNodes":[{"type":3,"textContent":"%d","id":%d}],"id":%d},`, i*17, id+4, id+3)
		fmt.Fprintf(&sb, `{"type":2,"tagName":"td","attributes":{"class":"cell"},"childNodes":[{"type":2,"tagName":"button","attributes":{"class":"buy primary","type":"button"},"childNodes":[{"type":3,"textContent":"Buy","id":%d}],"id":%d}],"id":%d}],"id":%d}`, id+7, id+6, id+5, id)
	}
	sb.WriteString(`],"id":4}],"id":3}],"id":2},"initialOffset":{"left":0,"top":0}}}` + "\n")
	last := map[int]int{} // the text node that stands in a row's price
	for t := range ticks {
		row := t * 7 % rows
		id := 10 + row*10
		if last[row] == 0 {
			last[row] = id + 4
		}
		added := 10 + rows*10 + t
		fmt.Fprintf(&sb, `{"type":3,"timestamp":%d,"data":{"source":0,"texts":[],"attributes":[{"id":%d,"attributes":{"class":"cell price up highlighted","style":{"color":"rgb(%d, 0, 0)","width":"%dpx"}}}],"removes":[{"parentId":%d,"id":%d}],"adds":[{"parentId":%d,"nextId":null,"node":{"type":3,"textContent":"%d원","id":%d}}]}}`+"\n", 3+t, id+3, t%256, t%90, id+3, last[row], id+3, t*13, added)
		last[row] = added
	}
	return []byte(sb.String())
}

func scanned(tb testing.TB, lines []byte) []Event {
	tb.Helper()
	var events []Event
	if _, err := ScanLines(lines, collect(&events)); err != nil {
		tb.Fatal(err)
	}
	return events
}

// BenchmarkMirrorApply applies a page and its changes; MB/s of events.
func BenchmarkMirrorApply(b *testing.B) {
	for _, c := range []struct {
		name        string
		rows, ticks int
	}{{"snapshot", 800, 0}, {"changes", 800, 10000}} {
		b.Run(c.name, func(b *testing.B) {
			lines := tickerStream(c.rows, c.ticks)
			events := scanned(b, lines)
			b.SetBytes(int64(len(lines)))
			b.ReportAllocs()
			for b.Loop() {
				m := NewMirror()
				for i := range events {
					m.Apply(&events[i])
				}
			}
		})
	}
}

// BenchmarkKeyframe writes the keyframe of a page that changed a lot; MB/s of keyframe.
func BenchmarkKeyframe(b *testing.B) {
	m := NewMirror()
	for _, ev := range scanned(b, tickerStream(800, 10000)) {
		m.Apply(&ev)
	}
	dst, _ := m.AppendKeyframe(nil, 1)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = m.AppendKeyframe(dst[:0], 1)
	}
}
