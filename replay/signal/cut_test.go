package signal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/demo"
	"github.com/afterimage/afterimage/replay/rrweb"
)

// question is what a Detector asked.
type question struct {
	at   int64
	node int
}

// recording is one tab of events, with what was asked of its page.
type recording struct {
	name   string
	events []rrweb.Event
	known  map[question]rrweb.Element
}

func scan(t testing.TB, name string, array []byte) *recording {
	t.Helper()
	r := &recording{name: name}
	if _, err := rrweb.ScanArray(array, func(ev rrweb.Event) error {
		r.events = append(r.events, ev)
		return nil
	}); err != nil {
		t.Fatal(name, err)
	}
	return r
}

// demoRecordings are those that the demo shows.
func demoRecordings(t testing.TB) []*recording {
	t.Helper()
	var all []*recording
	if err := demo.LoadSessions(func(s demo.Session) error {
		array, err := json.Marshal(s.Events)
		all = append(all, scan(t, s.Name, array))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// facts returns the facts of the events, cut into batches before the events at cuts; through their text.
func (r *recording) facts(t testing.TB, cuts []int) []Fact {
	t.Helper()
	var facts []Fact
	b := new(Batch)
	end := func() {
		b.End()
		some, err := ParseFacts(AppendFacts(nil, b.Facts()))
		if err != nil || !slices.Equal(some, b.Facts()) && len(some)+len(b.Facts()) > 0 {
			t.Fatalf("%s: facts came back changed: %v", r.name, err)
		}
		facts = append(facts, some...)
		b = new(Batch)
	}
	for i := range r.events {
		if len(cuts) > 0 && cuts[0] == i {
			end()
			cuts = cuts[1:]
		}
		b.Add(r.events[i])
	}
	end()
	return facts
}

// ask follows the page once and notes what will be asked of it.
func (r *recording) ask(facts []Fact, ended bool) {
	var asked []question
	Detect(facts, ended, func(node int, at int64) (rrweb.Element, bool) {
		asked = append(asked, question{at, node})
		return rrweb.Element{}, false
	})
	slices.SortFunc(asked, func(a, b question) int { return cmp.Compare(a.at, b.at) })
	r.known = map[question]rrweb.Element{}
	page := rrweb.NewMirror()
	for i := range r.events {
		for len(asked) > 0 && asked[0].at <= r.events[i].Timestamp {
			if e, known := page.Element(asked[0].node); known {
				r.known[asked[0]] = e
			}
			asked = asked[1:]
		}
		page.Apply(&r.events[i])
	}
}

func (r *recording) element(node int, at int64) (rrweb.Element, bool) {
	e, known := r.known[question{at, node}]
	return e, known
}

// cuts are some places between n events.
func cuts(rnd *rand.Rand, n int) []int {
	var at []int
	for len(at) < n {
		at = append(at, 1+rnd.IntN(max(1, n)))
		if rnd.IntN(6) == 0 {
			break
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// sameHowever fails where another cut gives other moments, visits, or questions.
func (r *recording) sameHowever(t *testing.T, rnd *rand.Rand, rounds int) []Moment {
	t.Helper()
	whole := r.facts(t, nil)
	r.ask(whole, true)
	moments, visits := Detect(whole, true, r.element), Visits(whole)
	for range rounds {
		at := cuts(rnd, len(r.events)-1)
		facts := r.facts(t, at)
		r.ask(facts, true)
		if got := Detect(facts, true, r.element); said(got) != said(moments) {
			t.Fatalf("%s cut at %v:\n%s", r.name, at, differ(said(got), said(moments)))
		}
		if got := Visits(facts); !reflect.DeepEqual(got, visits) {
			t.Fatalf("%s cut at %v:\n%+v\nwhole:\n%+v", r.name, at, got, visits)
		}
	}
	return moments
}

// differ returns the lines that only one of two texts has.
func differ(a, b string) string {
	var lines []string
	for _, side := range []struct{ mark, has, other string }{{"- ", b, a}, {"+ ", a, b}} {
		for line := range strings.Lines(side.has + "\n") {
			if !strings.Contains(side.other+"\n", line) {
				lines = append(lines, side.mark+strings.TrimSpace(line))
			}
		}
	}
	return strings.Join(lines, "\n")
}

// TestRecordingsHoweverCut: real recordings give the same, in one batch or in many.
func TestRecordingsHoweverCut(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	kinds := map[string]int{}
	for _, r := range demoRecordings(t) {
		for _, m := range r.sameHowever(t, rnd, 40) {
			kinds[m.Kind]++
		}
	}
	t.Log(kinds)
}

// TestStreamsHoweverCut: so do streams in which everything happens at once.
func TestStreamsHoweverCut(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 60
	}
	kinds := map[string]int{}
	for seed := range rounds {
		rnd := rand.New(rand.NewPCG(uint64(seed), 7))
		r := scan(t, fmt.Sprint("stream ", seed), []byte("["+strings.Join(busy(rnd, 300), ",")+"]"))
		for _, m := range r.sameHowever(t, rnd, 8) {
			kinds[m.Kind]++
		}
	}
	for _, kind := range []string{KindRage, KindDead, KindErrorClick, KindSlowRequest, KindSlowPage, KindVital, KindQuickBack, KindThrash, KindAbandon, KindFreeze, KindRefresh} {
		if kinds[kind] == 0 {
			t.Errorf("no stream had a %s, so that nothing is shown of it: %v", kind, kinds)
		}
	}
	t.Log(kinds)
}

// busyPage is what busy streams are of: a form with two fields, a button that sends it, one beside it, a link.
const busyPage = `{"type":0,"id":1,"childNodes":[{"type":2,"tagName":"body","attributes":{},"id":2,"childNodes":[` +
	`{"type":2,"tagName":"form","attributes":{},"id":3,"childNodes":[{"type":2,"tagName":"input","attributes":{"name":"a"},"id":4,"childNodes":[]},` +
	`{"type":2,"tagName":"input","attributes":{"name":"b"},"id":5,"childNodes":[]},{"type":2,"tagName":"button","attributes":{},"id":6,"childNodes":[]}]},` +
	`{"type":2,"tagName":"button","attributes":{"type":"button"},"id":7,"childNodes":[{"type":3,"textContent":"Go","id":8}]},` +
	`{"type":2,"tagName":"a","attributes":{"href":"/x"},"id":9,"childNodes":[]}]}]}`

func snapshot(at int64) string {
	return fmt.Sprintf(`{"type":2,"timestamp":%d,"data":{"node":%s,"initialOffset":{"left":0,"top":0}}}`, at, busyPage)
}

// chaos makes streams of which each kind of event comes often, and the pauses lie around the thresholds.
type chaos struct {
	*rand.Rand
	at     int64
	url    string
	x, y   int
	tells  bool // as our recorder does
	calm   int  // the higher, the less happens by itself
	events []string
}

func busy(rnd *rand.Rand, n int) []string {
	c := &chaos{Rand: rnd, at: 1_000_000, url: "https://x.kr/0", x: 300, y: 300, calm: rnd.IntN(3), tells: rnd.IntN(3) > 0}
	c.add(meta(c.at, c.url), snapshot(c.at))
	for len(c.events) < n {
		c.wait()
		switch what := c.IntN(20); {
		case what < 4:
			c.clicks()
		case what < 6:
			if c.IntN(c.calm+1) == 0 {
				c.add(event(c.at, []int{sourceMutation, 3, sourceSelection}[c.IntN(3)]))
			}
		case what < 8:
			c.add(fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":5,"id":%d,"text":"x","userTriggered":%v}}`, c.at, 4+c.IntN(2), c.IntN(4) > 0))
		case what < 14:
			c.moves()
		case what == 14:
			c.add(custom(c.at, "afterimage.error", `{"type":"TypeError","message":"x"}`))
		case what == 15:
			c.add(request(c.at, []string{"GET", "POST"}[c.IntN(2)], fmt.Sprint("https://x.kr/", c.IntN(3)), 2500+c.IntN(1000)))
		case what == 16:
			c.add(vital(c.at, []string{"LCP", "INP", "CLS", "FCP", "TTFB"}[c.IntN(5)], float64(c.IntN(6000))))
		case what < 19:
			c.page()
		default:
			for range 4 {
				c.at += int64(c.IntN(9000))
				c.add(fmt.Sprintf(`{"type":%d,"timestamp":%d,"data":{}}`, c.IntN(2), c.at), meta(c.at, c.url), snapshot(c.at))
				if c.tells {
					c.add(told(c.at, c.url))
				}
			}
		}
	}
	return c.events
}

func (c *chaos) add(events ...string) { c.events = append(c.events, events...) }

func (c *chaos) wait() {
	switch c.IntN(8) {
	case 0:
		c.at += int64(c.IntN(3000))
	case 1:
		c.at += int64(2400 + c.IntN(200))
	case 2:
		c.at += int64(c.IntN(9000))
	default:
		c.at += int64(c.IntN(150))
	}
}

func (c *chaos) clicks() {
	for range 1 + c.IntN(5) {
		c.add(fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":1,"id":7}}`, c.at))
		if c.IntN(5) == 0 {
			c.add(event(c.at, sourceMutation))
		}
		c.add(click(c.at, 4+c.IntN(6), 100+c.IntN(20), 100))
		c.at += int64(c.IntN(1100))
	}
}

// moves are ten places of the mouse, or one that is told late.
func (c *chaos) moves() {
	places, late := []string{}, 0
	if c.IntN(12) == 0 {
		late = 4000 + c.IntN(3000)
	}
	for i := range 10 {
		c.x, c.y = c.x+c.IntN(201)-100, c.y+c.IntN(101)-50
		places = append(places, fmt.Sprintf(`{"x":%d,"y":%d,"id":2,"timeOffset":%d}`, c.x, c.y, i*50-450-late))
	}
	c.at += int64(450 + late)
	c.add(fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":1,"positions":[%s]}}`, c.at, strings.Join(places, ",")))
}

func (c *chaos) page() {
	if c.IntN(3) > 0 {
		c.url = fmt.Sprint("https://x.kr/", c.IntN(3))
	}
	switch c.IntN(4) {
	case 0:
		if c.tells { // a script goes on
			c.add(told(c.at, c.url))
		}
	case 1: // a snapshot is taken in between
		c.add(meta(c.at, c.url), snapshot(c.at))
	default:
		c.add(meta(c.at, c.url), snapshot(c.at))
		if c.tells {
			c.add(told(c.at+int64(c.IntN(50)), c.url))
		}
	}
}
