package signal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// stream writes events of a tab as a recorder would send them.
func click(at int64, node, x, y int) string {
	return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":2,"id":%d,"x":%d,"y":%d}}`, at, node, x, y)
}

func event(at int64, source int) string {
	return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":%d}}`, at, source)
}

func meta(at int64, url string) string {
	return fmt.Sprintf(`{"type":4,"timestamp":%d,"data":{"href":%q}}`, at, url)
}

// page is what a test's elements are, by their ids.
type elements map[int]rrweb.Element

func (e elements) get(node int, _ int64) (rrweb.Element, bool) {
	el, known := e[node]
	return el, known
}

// detect returns the moments of a stream, one a line: time, kind and label.
func detect(t *testing.T, ended bool, known elements, events ...string) []Moment {
	t.Helper()
	b := gather(t, events...)
	b.End()
	text := AppendFacts(nil, b.Facts())
	facts, err := ParseFacts(text)
	if err != nil {
		t.Fatal(err)
	}
	return Detect(facts, ended, known.get)
}

func said(moments []Moment) string {
	var lines []string
	for _, m := range moments {
		lines = append(lines, fmt.Sprintf("%d %s %s %s", m.At, m.Kind, m.Label, m.Data))
	}
	return strings.Join(lines, "\n")
}

func TestRageAndDead(t *testing.T) {
	known := elements{7: {Tag: "button", Text: "Pay", Interactive: true}}
	got := said(detect(t, true, known, meta(1, "/a"), click(1000, 7, 5, 5), click(1900, 7, 6, 5), click(2899, 7, 6, 6), event(5399, 1)))
	want := `1000 dead Pay {"node":7,"x":5,"y":5,"page":"/a","count":3}` + "\n" +
		`1000 rage Pay {"node":7,"x":5,"y":5,"page":"/a","count":3,"durationMs":1899}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
