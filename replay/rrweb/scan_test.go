package rrweb

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func collect(into *[]Event) func(Event) error {
	return func(ev Event) error {
		*into = append(*into, ev)
		return nil
	}
}

func TestScanEnvelope(t *testing.T) {
	body := ` {"secret":"ab\u0063","sentAt":1700000000123.9,"extra":[{"a":[]},{}],
	"meta":{"url":"https://x.kr/결제"},"events":[
	{"type":4,"data":{"href":"https://x.kr","width":1},"timestamp":1700000000000},
	{"timestamp":1700000000001.5,"type":3,"data":{"source":2,"type":2,"id":7}},
	{"type":5,"data":{"tag":"afterimage.page","payload":{"source":9}},"timestamp":3,"sessionId":"kept"},
	{"type":1,"data":null,"timestamp":-4}]} `
	var evs []Event
	env, err := ScanEnvelope([]byte(body), collect(&evs))
	if err != nil {
		t.Fatal(err)
	}
	if env.Secret != "abc" || env.SentAt != 1700000000123 || env.Events != 4 || string(env.Meta) != `{"url":"https://x.kr/결제"}` {
		t.Errorf("envelope: %+v", env)
	}
	want := []string{"4 1700000000000 -1 -1 ", "3 1700000000001 2 2 ", "5 3 -1 -1 afterimage.page", "1 -4 -1 -1 "}
	for i, ev := range evs {
		if got := fmt.Sprintf("%d %d %d %d %s", ev.Type, ev.Timestamp, ev.Source, ev.DataType, ev.Tag); got != want[i] {
			t.Errorf("event %d: got %q, want %q", i, got, want[i])
		}
		if !json.Valid(ev.Raw) || !strings.Contains(body, string(ev.Raw)) {
			t.Errorf("event %d: raw is not what was sent", i)
		}
	}
}

func TestScanEnvelopeRefuses(t *testing.T) {
	deep := strings.Repeat("[", 20000) + strings.Repeat("]", 20000)
	for _, c := range []struct{ name, body, why string }{
		{"empty", ``, "the input ends where an object"},
		{"cut", `{"events":[{"type":4,`, "in event 0: the input ends"},
		{"no events", `{"secret":"x"}`, `there is no "events"`},
		{"events twice", `{"events":[],"events":[]}`, "stands twice"},
		{"events twice, one escaped", `{"events":[],"ev\u0065nts":[]}`, "stands twice"},
		{"deep", `{"meta":` + deep + `,"events":[]}`, "deeper than 4096"},
		{"deep event", `{"events":[{"type":2,"timestamp":1,"data":{"node":` + deep + `}}]}`, "event 0: nested deeper"},
		{"invalid UTF-8", "{\"events\":[{\"type\":2,\"timestamp\":1,\"data\":\"\xff\"}]}", "invalid UTF-8"},
		{"no type", `{"events":[{"timestamp":1}]}`, "no type"},
		{"no timestamp", `{"events":[{"type":1}]}`, "no timestamp"},
		{"type twice", `{"events":[{"type":1,"type":2,"timestamp":1}]}`, "type stands twice"},
		{"text timestamp", `{"events":[{"type":1,"timestamp":"1"}]}`, "a number must come here"},
		{"huge timestamp", `{"events":[{"type":1,"timestamp":1e300}]}`, "out of range"},
		{"event is a number", `{"events":[7]}`, "an object must come here"},
		{"trailing", `{"events":[]}x`, "more after the end"},
		{"NaN", `{"sentAt":NaN,"events":[]}`, "a number must come here"},
		{"leading zero", `{"meta":01,"events":[]}`, "a comma or a closing brace"},
		{"control character", "{\"meta\":\"a\nb\",\"events\":[]}", "control character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ScanEnvelope([]byte(c.body), func(Event) error { return nil })
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(err.Error(), c.why) {
				t.Fatalf("got %v, want %q", err, c.why)
			}
		})
	}
}

func TestScanLines(t *testing.T) {
	var evs []Event
	n, err := ScanLines([]byte("{\"type\":0,\n\"timestamp\":1}\n{\"type\":1,\"timestamp\":2}\n"), collect(&evs))
	if n != 2 || err != nil || evs[1].Timestamp != 2 {
		t.Fatal(n, err, evs)
	}
	if _, err := ScanLines([]byte(`{"type":0,"timestamp":1}{`), collect(&evs)); err == nil {
		t.Fatal("cut lines are accepted")
	}
}

// FuzzValue holds the scanner against encoding/json: whatever it accepts is valid JSON
// and valid UTF-8, and whatever both checks accept is accepted, but for the depth limit.
func FuzzValue(f *testing.F) {
	for _, s := range []string{`{"a":[1,2,{"b":null}],"c":"\ud800é결제"}`, `[]`, `[[],{}]`, `-0.1e+5`, `"\x"`, "\"\x80\"", `{"a":1,}`, `[1 2]`, `{"":{}}`, `01`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := scanner{b: b, event: -1}
		s.space()
		err := s.value()
		if err == nil {
			err = s.end()
		}
		valid := json.Valid(b) && validStrings(b)
		if valid != (err == nil) && !strings.Contains(fmt.Sprint(err), "nested deeper") {
			t.Fatalf("valid is %v, the scanner says %v", valid, err)
		}
	})
}

// validStrings reports whether b is UTF-8; encoding/json replaces what is not.
func validStrings(b []byte) bool { return utf8.Valid(b) }

func FuzzScanEnvelope(f *testing.F) {
	f.Add([]byte(`{"secret":"s","sentAt":1,"meta":{},"events":[{"type":3,"data":{"source":1},"timestamp":1}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		env, err := ScanEnvelope(b, func(ev Event) error {
			n++
			var check struct {
				Type      *float64
				Timestamp *float64
			}
			if json.Unmarshal(ev.Raw, &check) != nil {
				t.Fatal("an event is not JSON")
			}
			return nil
		})
		if err == nil && (n != env.Events || !json.Valid(b)) {
			t.Fatal("accepted what is not JSON, or miscounted")
		}
	})
}

func benchBody() []byte {
	var sb strings.Builder
	sb.WriteString(`{"secret":"0123456789abcdef","sentAt":1,"events":[`)
	for i := range 400 {
		if i > 0 {
			sb.WriteByte(',')
		}
		fmt.Fprintf(&sb, `{"type":3,"timestamp":%d,"data":{"source":0,"texts":[],"attributes":[{"id":%d,"attributes":{"class":"row selected highlighted","style":"width: %dpx; transform: translate(3px)"}}],"removes":[],"adds":[{"parentId":12,"nextId":null,"node":{"type":2,"tagName":"div","attributes":{"class":"cell price"},"childNodes":[],"id":%d}},{"parentId":13,"nextId":null,"node":{"type":3,"textContent":"주문 금액 %d원","id":9}}]}}`, 1700000000000+i, i, i*3, i+1000, i*1000)
	}
	sb.WriteString(`]}`)
	return []byte(sb.String())
}

func BenchmarkScanEnvelope(b *testing.B) {
	body := benchBody()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ScanEnvelope(body, func(Event) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
