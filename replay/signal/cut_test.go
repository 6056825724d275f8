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

func snapshot(at int64, document int) string {
	page := busyPage
	if document != 1 {
		page = strings.Replace(page, `"id":1,`, fmt.Sprintf(`"id":%d,`, document), 1)
	}
	// The id of the document stands last, as rrweb writes it.
	page = strings.Replace(page, fmt.Sprintf(`"type":0,"id":%d,`, document), `"type":0,`, 1)
	page = strings.TrimSuffix(page, "}") + fmt.Sprintf(`,"id":%d}`, document)
	return fmt.Sprintf(`{"type":2,"timestamp":%d,"data":{"node":%s,"initialOffset":{"left":0,"top":0}}}`, at, page)
}

// busy makes events of which each kind comes often and the pauses lie around the thresholds.
func busy(rnd *rand.Rand, n int) []string {
	at, url, x, y := int64(1_000_000), "https://x.kr/0", 300, 300
	events := []string{meta(at, url), snapshot(at, 1)}
	add := func(text string) { events = append(events, text) }
	calm := rnd.IntN(3) // in a calm stream little happens by itself
	for len(events) < n {
		switch rnd.IntN(8) {
		case 0:
			at += int64(rnd.IntN(3000))
		case 1:
			at += int64(2400 + rnd.IntN(200))
		case 2:
			at += int64(rnd.IntN(9000))
		default:
			at += int64(rnd.IntN(150))
		}
		switch what := rnd.IntN(20); {
		case what < 4:
			for range 1 + rnd.IntN(5) {
				add(fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":1,"id":7}}`, at))
				if rnd.IntN(5) == 0 {
					add(event(at, sourceMutation))
				}
				add(click(at, 4+rnd.IntN(6), 100+rnd.IntN(20), 100))
				at += int64(rnd.IntN(1100))
			}
		case what < 6:
			if rnd.IntN(calm+1) == 0 {
				add(event(at, []int{sourceMutation, 3, sourceSelection}[rnd.IntN(3)]))
			}
		case what < 8:
			add(fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":5,"id":%d,"text":"x","userTriggered":%v}}`, at, 4+rnd.IntN(2), rnd.IntN(4) > 0))
		case what < 14:
			places := []string{}
			for i := range 10 {
				x, y = x+rnd.IntN(201)-100, y+rnd.IntN(101)-50
				places = append(places, fmt.Sprintf(`{"x":%d,"y":%d,"id":2,"timeOffset":%d}`, x, y, i*50-450))
			}
			late := int64(0)
			if rnd.IntN(12) == 0 {
				late = 4000 + int64(rnd.IntN(3000))
			}
			at += late + 450
			text := strings.ReplaceAll(strings.Join(places, ","), `"timeOffset":`, fmt.Sprintf(`"timeOffset":%d`, 0)+`,"timeOffset":`)
			if late > 0 {
				text = fmt.Sprintf(`{"x":%d,"y":%d,"id":2,"timeOffset":%d}`, x, y, -late)
			}
			add(fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":1,"positions":[%s]}}`, at, text))
		case what == 14:
			add(custom(at, "afterimage.error", `{"type":"TypeError","message":"x"}`))
		case what == 15:
			add(plugin(at, "rrweb/network@1", fmt.Sprintf(`{"requests":[{"url":"https://x.kr/%d","method":%q,"status":200,"duration":%d}]}`,
				rnd.IntN(3), []string{"GET", "POST"}[rnd.IntN(2)], 2500+rnd.IntN(1000))))
		case what == 16:
			name := []string{"LCP", "INP", "CLS", "FCP", "TTFB"}[rnd.IntN(5)]
			add(custom(at, "afterimage.vital", fmt.Sprintf(`{"name":%q,"value":%d}`, name, rnd.IntN(6000))))
		case what < 19:
			if rnd.IntN(3) > 0 {
				url = fmt.Sprint("https://x.kr/", rnd.IntN(3))
			}
			switch rnd.IntN(4) {
			case 0: // a script goes on
				add(custom(at, "afterimage.page", fmt.Sprintf(`{"url":%q,"title":"T"}`, url)))
			case 1: // a snapshot is taken in between
				add(meta(at, url))
				add(snapshot(at, 100+rnd.IntN(9)))
			default:
				add(meta(at, url))
				add(snapshot(at, 1))
				add(custom(at+int64(rnd.IntN(50)), "afterimage.page", fmt.Sprintf(`{"url":%q,"title":"T"}`, url)))
			}
		default:
			for range 4 {
				at += int64(rnd.IntN(9000))
				add(meta(at, url))
				add(snapshot(at, 1))
			}
		}
	}
	return events
}
