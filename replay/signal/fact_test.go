package signal

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/replay/rrweb"
)

func TestFactsAsText(t *testing.T) {
	facts := []Fact{
		{At: 1795450785161, Kind: FactPage, Ref: "https://x.kr/결제", Text: "결제", N: pageTold},
		{At: 1795450785100, Kind: FactClick, Node: 7, X: -3, Y: 1 << 24, Text: "Pay", Ref: "#pay"},
		{At: 1795450785101, Kind: FactClick, Node: -7, Text: "Pay", Ref: "#pay"},
		{At: -1, Kind: FactReaction},
		{Kind: 250, N: -1 << 63, Ref: "Pay"},
	}
	text := AppendFacts([]byte("x"), facts)
	if strings.Trim(string(text[2:]), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") != "" || len(text) > 150 {
		t.Errorf("%d bytes: %s", len(text), text)
	}
	got, err := ParseFacts(text[1:])
	if err != nil || !slices.Equal(got, facts) {
		t.Errorf("%v: %+v", err, got)
	}
	if text := AppendFacts(nil, nil); text != nil {
		t.Errorf("no facts are %q", text)
	}
	if got, err := ParseFacts(nil); err != nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// TestLaterFacts: fields that a later version adds are stepped over, other kinds are kept.
func TestLaterFacts(t *testing.T) {
	raw := binary.AppendUvarint([]byte{200, 1}, hasNode|1<<8|1<<9)
	raw = append(raw, 2 /* at 1 */, 14 /* node 7 */, 8 /* bit 8, a number */, 0, 2, 'h', 'i' /* bit 9, a text */)
	raw = append(raw, byte(FactClick), hasText, 2, 1)
	text := "1" + base64.RawStdEncoding.EncodeToString(raw)
	got, err := ParseFacts([]byte(text))
	want := []Fact{{At: 1, Kind: 200, Node: 7}, {At: 2, Kind: FactClick, Text: "hi"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v: %+v", err, got)
	}
	if moments := Detect(got, true, nil); moments != nil {
		t.Errorf("%+v", moments)
	}
	for _, broken := range []string{"2AAAA", "1*", "1A", "1" + base64.RawStdEncoding.EncodeToString([]byte{1, hasText, 0, 9}), "1" + base64.RawStdEncoding.EncodeToString([]byte{1, hasText, 0, 0, 9, 'x'})} {
		if got, err := ParseFacts([]byte(broken)); !errors.Is(err, ErrFacts) || got != nil {
			t.Errorf("%s: %v, %v", broken, got, err)
		}
	}
}

func FuzzParseFacts(f *testing.F) {
	f.Add([]byte("1AwAC"))
	f.Add(AppendFacts(nil, []Fact{{At: 5, Kind: FactPage, Ref: "/a", Text: "A"}, {At: 9, Kind: FactClick, Node: 3, X: 4, Y: 5}, {At: 9999, Kind: FactTime}}))
	f.Fuzz(func(t *testing.T, text []byte) {
		facts, err := ParseFacts(text)
		if err != nil {
			if !errors.Is(err, ErrFacts) {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseFacts(AppendFacts(nil, facts))
		if err != nil || !slices.Equal(again, facts) {
			t.Fatalf("%v: %+v, then %+v", err, facts, again)
		}
		for _, ended := range []bool{false, true} {
			all := func(node int, _ int64) (rrweb.Element, bool) {
				return rrweb.Element{Interactive: true, Form: int64(node % 2), Field: node%3 == 0, Role: "button"}, node%5 > 0
			}
			if a, b := Detect(facts, ended, all), Detect(facts, ended, all); !reflect.DeepEqual(a, b) {
				t.Fatalf("%+v, then %+v", a, b)
			}
			Visits(facts)
		}
	})
}

// TestQuestionsDoNotDependOnAnswers: whoever collects the questions first knows all of them.
func TestQuestionsDoNotDependOnAnswers(t *testing.T) {
	for _, r := range demoRecordings(t) {
		facts := r.facts(t, nil)
		asked := map[question]bool{}
		Detect(facts, true, func(node int, at int64) (rrweb.Element, bool) {
			asked[question{at, node}] = true
			return rrweb.Element{}, false
		})
		for i := range 8 {
			Detect(facts, true, func(node int, at int64) (rrweb.Element, bool) {
				if !asked[question{at, node}] {
					t.Fatalf("%s: node %d at %d was not asked for before", r.name, node, at)
				}
				n := node + i
				return rrweb.Element{Interactive: n%2 == 0, Field: n%3 == 0, Link: n%4 == 0, Form: int64(n % 3), Role: []string{"", "button"}[n&1]}, n%7 > 0
			})
		}
	}
}

// TestFactsPerBatch: one upload adds little to the index, whatever is in it; what is left out is told.
func TestFactsPerBatch(t *testing.T) {
	var events []string
	for i := range 5000 {
		events = append(events, click(int64(i), i, i*100, 0))
	}
	b := gather(t, events...)
	b.End()
	facts := b.Facts()
	if n := len(facts); n > factsPerBatchMax+2 || facts[n-2].Kind != FactGap || facts[n-1] != (Fact{At: 4999, Kind: FactTime}) {
		t.Errorf("%d facts, at the end %+v", n, facts[n-2:])
	}
	events = nil
	for i := range 100 {
		events = append(events, told(int64(i), fmt.Sprint("/", i, strings.Repeat("가", 1000))))
	}
	b = gather(t, events...)
	b.End()
	if n := len(AppendFacts(nil, b.Facts())); n > 2*factBytesPerBatchMax {
		t.Errorf("%d bytes", n)
	}
}

// TestGap: what was awaited when something is missing is not told.
func TestGap(t *testing.T) {
	gap := Fact{At: 2000, Kind: FactGap}
	for _, c := range []struct {
		facts []Fact
		want  string
	}{
		{[]Fact{{At: 1000, Kind: FactClick, Node: 1}, gap, {At: 9000, Kind: FactTime}}, ""},
		{[]Fact{{At: 1000, Kind: FactClick, Node: 1}, {At: 1100, Kind: FactClick, Node: 1}, {At: 1200, Kind: FactClick, Node: 1}, gap},
			`1000 rage Pay#pay {"node":1,"x":0,"y":0,"count":3,"durationMs":200}`},
		{[]Fact{{At: 1000, Kind: FactInput, Node: 10}, gap}, ""},
		{[]Fact{{At: 1, Kind: FactPage, Ref: "/a"}, {At: 1500, Kind: FactPage, Ref: "/b"}, gap, {At: 2500, Kind: FactPage, Ref: "/a"}}, ""},
		{[]Fact{{At: 1999, Kind: FactClick, Node: 1}, gap, {At: 2100, Kind: FactError, Text: "x"}}, ""},
	} {
		if got := said(Detect(c.facts, true, shop.get)); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

// TestLongSession: a hundred thousand clicks are read in time that grows with their number, and give a bounded number of moments.
func TestLongSession(t *testing.T) {
	clicks := func(n int) []Fact {
		var facts []Fact
		for i := range n {
			facts = append(facts, Fact{At: int64(i) * 300, Kind: FactClick, Node: i, X: i % 7, Text: "Pay"},
				Fact{At: int64(i)*300 + 1, Kind: FactInput, Node: i}, Fact{At: int64(i)*300 + 2, Kind: FactPointer, X: i % 2 * 100},
				Fact{At: int64(i)*300 + 3, Kind: FactSlow, Ref: fmt.Sprint(i), N: 5000},
				Fact{At: int64(i)*300 + 4, Kind: FactVital, Text: fmt.Sprint(i), N: 5000})
		}
		return facts
	}
	interactive := func(node int, _ int64) (rrweb.Element, bool) {
		return rrweb.Element{Interactive: node%2 == 0, Form: int64(node)}, true
	}
	took := func(facts []Fact) time.Duration {
		best := time.Hour
		for range 3 {
			began := time.Now()
			Detect(facts, true, interactive)
			best = min(best, time.Since(began))
		}
		return best
	}
	few, many := clicks(5000), clicks(100_000)
	// Twenty times as much; a square would take four hundred times as long.
	if a, b := took(few), took(many); b > 80*max(a, time.Millisecond) {
		t.Errorf("5,000 clicks took %v, 100,000 took %v", a, b)
	}
	d := Detector{Elements: interactive}
	for i := range many {
		d.Add(many[i])
	}
	for what, held := range map[string][2]int{
		"elements of a burst": {len(d.rage.targets), rageNodesMax}, "clicks": {len(d.dead.pending), deadPendingMax}, "requests": {len(d.slow.told), slowKindsMax},
		"fields": {len(d.form.fields), formFieldsMax}, "clicks after them": {len(d.form.clicks), formClicksMax}, "turns": {len(d.thrash.x.recent), thrashTurnsMin},
		"thrashes": {len(d.thrash.found), thrashesMax}, "measures": {len(d.vitals.values), len(vitalLimits)}, "reloads": {len(d.refresh.recent), refreshesMin},
	} {
		if held[0] > held[1] {
			t.Errorf("%d %s are held", held[0], what)
		}
	}
	counts := map[string]int{}
	for _, m := range Detect(many, true, interactive) {
		counts[m.Kind]++
	}
	for kind, n := range counts {
		if n > momentsPerKindMax {
			t.Errorf("%d of %s", n, kind)
		}
	}
	if counts[KindRage] == 0 {
		t.Error(counts)
	}
}
