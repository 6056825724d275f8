package signal

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// FuzzMembers: what members finds in an object is what encoding/json finds, and nothing makes it fail.
func FuzzMembers(f *testing.F) {
	for _, seed := range []string{`{"id":7,"x":-1.5e3,"label":"결제 \"1\"","a":{"b":[1,{"c":"}"}]},"d":null}`, `{}`, ` { "a" : [ ] , "b":"\\" } `, `{"a":1`, `{"a`, `[1]`, `{"a":1,}`, "{\"\xff\":1}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		valid := utf8.Valid(object) && json.Valid(object)
		got := map[string]any{}
		members(object, func(key, value []byte) {
			var name string
			if json.Unmarshal(append(append([]byte{'"'}, key...), '"'), &name) != nil {
				return
			}
			var v any
			_ = json.Unmarshal(value, &v)
			if s, is := v.(string); valid && is && s != textOf(value) {
				t.Fatalf("%s is read %q", value, textOf(value))
			}
			if n, is := v.(float64); valid && is && n != numberOf(value) {
				t.Fatalf("%s is read %v", value, numberOf(value))
			}
			got[name] = v
		})
		var want map[string]any
		if valid && json.Unmarshal(object, &want) == nil && want != nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: got %v", object, got)
		}
		positions(object, func(int, int, int64) {})
	})
}

// FuzzBatch: no events make a batch, its facts or the detectors fail, and the facts come back as they were.
func FuzzBatch(f *testing.F) {
	f.Add([]byte(`[{"type":4,"timestamp":1,"data":{"href":"/a"}},{"type":3,"timestamp":2,"data":{"source":2,"type":2,"id":7,"x":1,"y":2}}]`))
	f.Add([]byte(`[{"type":3,"timestamp":-9223372036854775808,"data":{"source":1,"positions":[{"x":1e99,"y":2,"timeOffset":-9e18}]}},{"type":3,"timestamp":9223372036854775807,"data":{"source":1,"positions":[{"timeOffset":9}]}}]`))
	f.Add([]byte(`[{"type":5,"timestamp":1,"data":{"tag":"afterimage.vital","payload":{"name":"LCP","value":5000}}},{"type":6,"timestamp":2,"data":{"plugin":"rrweb/network@1","payload":{"requests":[{"name":"/","status":0,"method":"PUT","duration":1e300}]}}}]`))
	f.Fuzz(func(t *testing.T, events []byte) {
		b := new(Batch)
		if _, err := rrweb.ScanArray(events, func(ev rrweb.Event) error { b.Add(ev); return nil }); err != nil {
			return
		}
		b.End()
		facts, err := ParseFacts(AppendFacts(nil, b.Facts()))
		if err != nil || len(facts)+len(b.Facts()) > 0 && !reflect.DeepEqual(facts, b.Facts()) {
			t.Fatalf("%v: %+v, then %+v", err, b.Facts(), facts)
		}
		Detect(facts, true, shop.get)
		Visits(facts)
	})
}
