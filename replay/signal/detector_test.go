package signal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/replay/rrweb"
)

func click(at int64, node, x, y int) string {
	return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":2,"id":%d,"x":%d,"y":%d}}`, at, node, x, y)
}

func event(at int64, source int) string {
	return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":%d}}`, at, source)
}

func meta(at int64, url string) string {
	return fmt.Sprintf(`{"type":4,"timestamp":%d,"data":{"href":%q}}`, at, url)
}

func told(at int64, url string) string {
	return custom(at, "afterimage.page", fmt.Sprintf(`{"url":%q,"title":"T"}`, url))
}

// load is a page as our recorder tells it.
func load(at int64, url string) string {
	return meta(at, url) + "," + snapshot(at) + "," + told(at+1, url)
}

func typed(at int64, node int) string {
	return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":5,"id":%d,"text":"x","userTriggered":true}}`, at, node)
}

func request(at int64, method, url string, duration int) string {
	return plugin(at, "rrweb/network@1", fmt.Sprintf(`{"requests":[{"url":%q,"method":%q,"status":200,"duration":%d}]}`, url, method, duration))
}

// elements is what a test's page has, by id.
type elements map[int]rrweb.Element

func (e elements) get(node int, _ int64) (rrweb.Element, bool) {
	el, known := e[node]
	return el, known
}

// shop is the page of most tests.
var shop = elements{
	1:  {Tag: "button", Text: "Pay", Interactive: true, Selector: "#pay"},
	2:  {Tag: "input", Text: "Name", Field: true, Silent: true, Interactive: true},
	3:  {Tag: "button", Text: "+", Interactive: true, Stepper: true},
	4:  {Tag: "p", Text: "words"},
	5:  {Tag: "a", Text: "Next page", Interactive: true, Link: true},
	6:  {Tag: "select", Text: "Size", Interactive: true, Silent: true},
	10: {Tag: "input", Text: "Card", Field: true, Silent: true, Interactive: true, Form: 20, Selector: "#card"},
	11: {Tag: "input", Text: "Name", Field: true, Silent: true, Interactive: true, Form: 20},
	12: {Tag: "button", Role: "button", Text: "Send", Interactive: true, Form: 20},
	13: {Tag: "input", Text: "Find", Field: true, Silent: true, Interactive: true, Form: 21, Search: true},
	14: {Tag: "select", Text: "Colour", Silent: true, Interactive: true, Form: 22},
	15: {Tag: "button", Role: "button", Text: "Other", Interactive: true, Form: 23},
	16: {Tag: "button", Role: "button", Text: "Next", Interactive: true},
	17: {Tag: "button", Role: "button", Text: "+", Interactive: true, Stepper: true, Form: 20},
}

// detect returns the moments of a stream in one batch, by way of the facts as they are stored.
func detect(t *testing.T, ended bool, events ...string) []Moment {
	t.Helper()
	b := gather(t, events...)
	b.End()
	facts, err := ParseFacts(AppendFacts(nil, b.Facts()))
	if err != nil {
		t.Fatal(err)
	}
	return Detect(facts, ended, shop.get)
}

// said writes moments one a line.
func said(moments []Moment) string {
	var lines []string
	for _, m := range moments {
		lines = append(lines, fmt.Sprintf("%d %s %s %s", m.At, m.Kind, m.Label+m.Selector, m.Data))
	}
	return strings.Join(lines, "\n")
}

// streamCase is a stream, and what is in it of one kind.
type streamCase struct {
	name   string
	events []string
	want   string // one a line: time, label and data
}

// expect runs cases of one kind in recordings that are complete.
func expect(t *testing.T, kind string, cases []streamCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			var got []string
			for _, m := range detect(t, true, c.events...) {
				if m.Kind == kind {
					got = append(got, strings.Replace(said([]Moment{m}), " "+kind, "", 1))
				}
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			}
		})
	}
}

func TestRage(t *testing.T) {
	three := `1000 Pay#pay {"node":1,"x":5,"y":5,"count":3,"durationMs":1998}`
	expect(t, KindRage, []streamCase{
		{"three, each 999 ms after the last", []string{click(1000, 1, 5, 5), click(1999, 1, 5, 5), click(2998, 1, 5, 5)}, three},
		{"1000 ms is too late", []string{click(1000, 1, 5, 5), click(1999, 1, 5, 5), click(2999, 1, 5, 5)}, ""},
		{"1001 ms is too late", []string{click(1000, 1, 5, 5), click(1999, 1, 5, 5), click(3000, 1, 5, 5)}, ""},
		{"two are none", []string{click(1000, 1, 5, 5), click(1100, 1, 5, 5)}, ""},
		{"29 px", []string{click(1000, 1, 5, 5), click(1100, 1, 24, 15), click(1200, 1, 5, 5)}, `1000 Pay#pay {"node":1,"x":5,"y":5,"count":3,"durationMs":200}`},
		{"30 px", []string{click(1000, 1, 5, 5), click(1100, 1, 25, 15), click(1200, 1, 5, 5)}, ""},
		{"one burst is one moment", []string{click(1000, 1, 5, 5), click(1100, 1, 5, 5), click(1200, 1, 5, 5), click(1300, 1, 5, 5), click(1400, 4, 5, 5)},
			`1000 Pay#pay {"node":1,"x":5,"y":5,"count":5,"durationMs":400}`},
		{"two bursts", []string{click(1000, 4, 5, 5), click(1100, 4, 5, 5), click(1200, 4, 5, 5), click(2200, 4, 5, 5), click(2300, 4, 5, 5), click(2400, 4, 5, 5)},
			`1000 words {"node":4,"x":5,"y":5,"count":3,"durationMs":200}` + "\n" + `2200 words {"node":4,"x":5,"y":5,"count":3,"durationMs":200}`},
		{"a text field", []string{click(1000, 2, 5, 5), click(1100, 2, 5, 5), click(1200, 2, 5, 5)}, ""},
		{"a stepper", []string{click(1000, 3, 5, 5), click(1100, 3, 5, 5), click(1200, 3, 5, 5)}, ""},
		{"a field and a button", []string{click(1000, 2, 5, 5), click(1100, 1, 5, 5), click(1200, 1, 5, 5)}, ""},
		{"unknown elements count", []string{click(1000, 99, 5, 5), click(1100, 99, 5, 5), click(1200, 0, 5, 5)}, `1000  {"node":99,"x":5,"y":5,"count":3,"durationMs":200}`},
		{"another page between", []string{click(1000, 1, 5, 5), click(1100, 1, 5, 5), load(1150, "/b"), click(1200, 1, 5, 5)}, ""},
		{"a script's navigation between", []string{load(1, "/a"), click(1000, 1, 5, 5), click(1100, 1, 5, 5), told(1150, "/b"), click(1200, 1, 5, 5)},
			`1000 Pay#pay {"node":1,"x":5,"y":5,"page":"/a","count":3,"durationMs":200}`},
		{"what the recorder says stays", []string{`{"type":3,"timestamp":1,"data":{"source":2,"type":2,"id":1,"label":"결제","selector":"b"}}`, click(2, 1, 0, 0), click(3, 1, 0, 0)},
			`1 결제b {"node":1,"x":0,"y":0,"count":3,"durationMs":2}`},
	})
}

func TestDead(t *testing.T) {
	dead := `1000 Pay#pay {"node":1,"x":5,"y":5,"count":1}`
	press := func(at int64) string {
		return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":1,"id":1}}`, at)
	}
	expect(t, KindDead, []streamCase{
		{"nothing happens, and the tab lives on", []string{click(1000, 1, 5, 5), event(3500, 1)}, dead},
		{"the tab ended before", []string{click(1000, 1, 5, 5), event(3499, 1)}, ""},
		{"mutation after 2499 ms", []string{click(1000, 1, 5, 5), event(3499, sourceMutation), event(9000, 1)}, ""},
		{"mutation after 2500 ms", []string{click(1000, 1, 5, 5), event(3500, sourceMutation), event(9000, 1)}, dead},
		{"mutation after 2501 ms", []string{click(1000, 1, 5, 5), event(3501, sourceMutation), event(9000, 1)}, dead},
		{"scroll", []string{click(1000, 1, 5, 5), event(1100, 3), event(9000, 1)}, ""},
		{"selection", []string{click(1000, 1, 5, 5), event(1100, sourceSelection), event(9000, 1)}, ""},
		{"input", []string{click(1000, 1, 5, 5), typed(1100, 2), event(9000, 1)}, ""},
		{"video", []string{click(1000, 1, 5, 5), event(1100, sourceMediaInteraction), event(9000, 1)}, ""},
		{"canvas", []string{click(1000, 1, 5, 5), event(1100, sourceCanvasMutation), event(9000, 1)}, ""},
		{"another page", []string{click(1000, 1, 5, 5), meta(3400, "/b"), event(9000, 1)}, ""},
		{"a script's navigation", []string{click(1000, 1, 5, 5), told(3400, "/b"), event(9000, 1)}, ""},
		{"moving the mouse is no reaction", []string{click(1000, 1, 5, 5), event(1100, 1), event(3500, 1)}, dead},
		{"a reaction before the click", []string{event(900, sourceMutation), click(1000, 1, 5, 5), event(3500, 1)}, dead},
		{"a menu that opens while the button is down", []string{press(900), event(950, sourceMutation), click(1000, 1, 5, 5), event(3500, 1)}, ""},
		{"a reaction before the button went down", []string{event(800, sourceMutation), press(900), click(1000, 1, 5, 5), event(3500, 1)}, dead},
		{"a press long before", []string{press(1), event(2, sourceMutation), click(2501, 1, 5, 5), event(9000, 1)}, `2501 Pay#pay {"node":1,"x":5,"y":5,"count":1}`},
		{"no element to click on", []string{click(1000, 4, 5, 5), event(3500, 1)}, ""},
		{"unknown", []string{click(1000, 99, 5, 5), event(3500, 1)}, ""},
		{"a text field", []string{click(1000, 2, 5, 5), event(3500, 1)}, ""},
		{"the browser's own list", []string{click(1000, 6, 5, 5), event(3500, 1)}, ""},
		{"clicks that wait together are one", []string{click(1000, 1, 5, 5), click(2000, 1, 5, 5), click(4000, 1, 5, 5), event(6500, 1)}, `1000 Pay#pay {"node":1,"x":5,"y":5,"count":3}`},
		{"later clicks are another", []string{click(1000, 1, 5, 5), click(3500, 1, 5, 5), event(6000, 1)}, dead + "\n" + `3500 Pay#pay {"node":1,"x":5,"y":5,"count":1}`},
		{"a link that leads on slowly", []string{click(1000, 5, 5, 5), event(4000, 1), meta(7999, "/b"), event(99_000, 1)}, ""},
		{"a link that leads nowhere", []string{click(1000, 5, 5, 5), event(4000, 1), event(7999, 1), event(8000, 1)}, `1000 Next page {"node":5,"x":5,"y":5,"count":1}`},
		{"a link and the tab ends", []string{click(1000, 5, 5, 5), event(7999, 1)}, ""},
	})
}

func TestErrorClick(t *testing.T) {
	fault := func(at int64) string { return custom(at, "afterimage.error", `{"type":"TypeError","message":"x"}`) }
	print := fingerprint(&exceptionData{Type: "TypeError", Message: "x"})
	said := func(delay int) string {
		return fmt.Sprintf(`1000 Pay → TypeError: x#pay {"node":1,"x":5,"y":5,"error":"TypeError: x","fingerprint":%q,"delayMs":%d}`, print, delay)
	}
	expect(t, KindErrorClick, []streamCase{
		{"at once", []string{click(1000, 1, 5, 5), fault(1000)}, said(0)},
		{"after 1000 ms", []string{click(1000, 1, 5, 5), fault(2000)}, said(1000)},
		{"after 1001 ms", []string{click(1000, 1, 5, 5), fault(2001)}, ""},
		{"before", []string{fault(999), click(1000, 1, 5, 5)}, ""},
		{"two errors", []string{click(1000, 1, 5, 5), fault(1100), fault(1200)}, said(100)},
		{"on the next page", []string{click(1000, 1, 5, 5), load(1100, "/b"), fault(1200)}, ""},
		{"a console error is none", []string{click(1000, 1, 5, 5), plugin(1100, "rrweb/console@1", `{"level":"error","payload":["x"]}`)}, ""},
		{"named", []string{`{"type":3,"timestamp":1,"data":{"source":2,"type":2,"id":1,"x":5,"y":5,"label":"결제","selector":"b"}}`, fault(2)},
			fmt.Sprintf(`1 결제 → TypeError: xb {"node":1,"x":5,"y":5,"error":"TypeError: x","fingerprint":%q,"delayMs":1}`, print)},
	})
}
