package signal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// moved is a mouse move event with one place.
func moved(at int64, x, y int) string {
	return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":1,"positions":[{"x":%d,"y":%d,"id":1,"timeOffset":0}]}}`, at, x, y)
}

// shaken goes back and forth n times by px, one leg each ms.
func shaken(at int64, n int, px int, ms int64) string {
	var events []string
	for i := range n + 1 {
		events = append(events, moved(at+int64(i)*ms, 100+i%2*px, 100+i))
	}
	return strings.Join(events, ",")
}

func TestThrash(t *testing.T) {
	// Nine legs make eight turns, seven legs apart.
	expect(t, KindThrash, []streamCase{
		{"eight turns in two seconds", []string{shaken(1000, 9, 40, 285)}, `1285 1.9 s {"x":140,"y":101,"count":8,"durationMs":1995}`},
		{"in 2002 ms", []string{shaken(1000, 9, 40, 286)}, ""},
		{"seven turns", []string{shaken(1000, 8, 40, 100)}, ""},
		{"by 39 px", []string{shaken(1000, 30, 39, 100)}, ""},
		{"one time is one moment", []string{load(1, "/a"), shaken(1000, 21, 80, 100)}, `1100 1.9 s {"x":180,"y":101,"page":"/a","count":20,"durationMs":1900}`},
		{"two times", []string{shaken(1000, 9, 80, 100), shaken(9000, 9, 80, 100)},
			`1100 800 ms {"x":180,"y":101,"count":9,"durationMs":800}` + "\n" + `9000 800 ms {"x":100,"y":100,"count":9,"durationMs":800}`},
		{"two pages", []string{shaken(1000, 5, 80, 100), load(1550, "/b"), shaken(1600, 5, 80, 100)}, ""},
		{"a finger", []string{strings.ReplaceAll(shaken(1000, 30, 80, 100), `"source":1`, `"source":6`)}, ""},
	})
}

func TestFreeze(t *testing.T) {
	late := func(at, offset int64) string {
		return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":1,"positions":[{"x":1,"y":1,"id":1,"timeOffset":%d},{"x":2,"y":1,"id":1,"timeOffset":%d}]}}`, at, offset-400, offset)
	}
	expect(t, KindFreeze, []streamCase{
		{"4999 ms", []string{event(1, 3), late(9999, -4999)}, ""},
		{"5000 ms", []string{load(1, "/a"), late(10_000, -5000)}, `5000 5.0 s {"durationMs":5000,"page":"/a"}`},
		{"another event meanwhile", []string{event(1, 3), event(5001, 3), late(10_000, -5000)}, ""},
		{"and the mouse moves on at once", []string{event(1, 3), `{"type":3,"timestamp":7725,"data":{"source":1,"positions":[{"x":1,"y":1,"id":1,"timeOffset":-6629},{"x":2,"y":1,"id":1,"timeOffset":0}]}}`},
			`1096 6.6 s {"durationMs":6629}`},
		{"longer than a minute", []string{late(70_001, -60_001)}, ""},
		{"a measured task", []string{event(1, 3), event(9000, 3), custom(9001, "afterimage.longtask", `{"duration":6000,"startTime":3000}`)}, `3000 6.0 s {"durationMs":6000}`},
		{"a short one", []string{custom(9001, "afterimage.longtask", `{"duration":4999}`)}, ""},
	})
}

func TestAbandon(t *testing.T) {
	left := func(at int64, fields int, took, leftAt int64) string {
		return fmt.Sprintf(`%d Card#card {"node":10,"page":"/pay","fields":%d,"durationMs":%d,"leftAt":%d}`, at, fields, took, leftAt)
	}
	pay := load(1000, "/pay")
	expect(t, KindAbandon, []streamCase{
		{"another page by a click", []string{pay, typed(2000, 11), typed(3000, 10), click(3500, 5, 1, 1), load(3600, "/b")}, left(3000, 2, 1000, 3600)},
		{"the tab ends", []string{pay, typed(3000, 10), event(9000, 1)}, left(3000, 1, 0, 9000)},
		{"the Enter key", []string{pay, typed(3000, 10), load(5000, "/thanks")}, ""},
		{"too late for the Enter key", []string{pay, typed(3000, 10), load(5001, "/b")}, left(3000, 1, 0, 5001)},
		{"sent by its button", []string{pay, typed(3000, 10), click(4000, 12, 1, 1), load(9000, "/thanks")}, ""},
		{"a stepper in it", []string{pay, typed(3000, 10), click(4000, 17, 1, 1), load(9000, "/b")}, left(3000, 1, 0, 9000)},
		{"a button beside it that leads on", []string{pay, typed(3000, 10), click(4000, 16, 1, 1), told(6499, "/step2")}, ""},
		{"a button beside it that does not", []string{pay, typed(3000, 10), click(4000, 16, 1, 1), told(6500, "/b")}, left(3000, 1, 0, 6500)},
		{"another form's button", []string{pay, typed(3000, 10), click(4000, 15, 1, 1), load(9000, "/b")}, left(3000, 1, 0, 9000)},
		{"typed again after the button", []string{pay, typed(3000, 10), click(4000, 12, 1, 1), typed(5000, 10), click(6000, 5, 1, 1), load(9000, "/b")}, left(5000, 1, 2000, 9000)},
		{"sent by script", []string{load(1000, "https://shop.kr/pay"), typed(3000, 10), request(4000, "POST", "https://api.shop.kr/pay", 100), load(9000, "/b")}, ""},
		{"a request that began before", []string{pay, typed(3000, 10), request(4000, "POST", "/draft", 1001), load(9000, "/b")}, left(3000, 1, 0, 9000)},
		{"a request elsewhere", []string{load(1000, "https://shop.kr/pay"), typed(3000, 10), request(4000, "POST", "https://stats.example/", 10), load(9000, "/b")},
			strings.Replace(left(3000, 1, 0, 9000), "/pay", "https://shop.kr/pay", 1)},
		{"a GET", []string{pay, typed(3000, 10), request(4000, "GET", "/zip", 10), load(9000, "/b")}, left(3000, 1, 0, 9000)},
		{"an answer to a survey", []string{pay, typed(3000, 10), custom(4000, "afterimage.response", `{"id":"r"}`), load(9000, "/b")}, ""},
		{"a field to search with", []string{pay, typed(3000, 13), load(9000, "/b")}, ""},
		{"only chosen", []string{pay, typed(3000, 14), load(9000, "/b")}, ""},
		{"outside of a form", []string{pay, typed(3000, 2), load(9000, "/b")}, ""},
		{"a form that is gone", []string{pay, typed(3000, 99), load(9000, "/b")}, ""},
		{"filled in by a script", []string{pay, `{"type":3,"timestamp":3000,"data":{"source":5,"id":10,"text":"x","userTriggered":false}}`, load(9000, "/b")}, ""},
		{"a recorder that cannot tell", []string{pay, `{"type":3,"timestamp":3000,"data":{"source":5,"id":10,"text":"x"}}`, load(9000, "/b")}, left(3000, 1, 0, 9000)},
	})
	if got := said(detect(t, false, pay, typed(3000, 10), event(9000, 1))); got != "" {
		t.Errorf("while the page is open: %s", got)
	}
}

// TestPath: the turns in what a path keeps are those in all of it, wherever it is cut.
func TestPath(t *testing.T) {
	for seed := range 300 {
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		var all, kept []point
		var w path
		p := point{}
		for i := range 400 {
			p = point{at: int64(i), x: p.x + rnd.IntN(41) - 20, y: p.y + rnd.IntN(81) - 40}
			all = append(all, p)
			w.add(p)
			if rnd.IntN(30) == 0 {
				kept = append(kept, w.take()...)
			}
		}
		kept = append(kept, w.take()...)
		if a, b := turnsOf(all), turnsOf(kept); a != b || len(kept) >= len(all) {
			t.Fatalf("seed %d, %d of %d points kept:\n%s\n%s", seed, len(kept), len(all), a, b)
		}
	}
}

func turnsOf(points []point) string {
	var x, y axis
	var xs, ys []string
	for _, p := range points {
		if turn, ok := x.add(p.x, p); ok {
			xs = append(xs, fmt.Sprint(turn.at))
		}
		if turn, ok := y.add(p.y, p); ok {
			ys = append(ys, fmt.Sprint(turn.at))
		}
	}
	return fmt.Sprint(xs, ys)
}

func TestPositions(t *testing.T) {
	var got []string
	positions([]byte(`{"source":1,"x":9,"positions":[{"x":1.5,"y":-2,"id":3,"timeOffset":-450},{"id":7, "note":"}\"{", "timeOffset" : -1e2 ,"y":20,"x":1e30},{}]}`),
		func(x, y int, offset int64) { got = append(got, fmt.Sprint(x, y, offset)) })
	if s := strings.Join(got, "; "); s != "2 -2 -450; 16777216 20 -100; 0 0 0" {
		t.Error(s)
	}
	for _, broken := range []string{``, `{`, `{"positions":[{"x":`, `{"positions":[{"x":-`, `{"positions":[{"x\`, `]]]]{{{`} {
		positions([]byte(broken), func(int, int, int64) {})
	}
}
