package signal

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/afterimage/afterimage/replay/rrweb"
)

func gather(t *testing.T, events ...string) *Batch {
	t.Helper()
	b := new(Batch)
	if _, err := rrweb.ScanArray([]byte("["+strings.Join(events, ",")+"]"), func(ev rrweb.Event) error {
		b.Add(ev)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return b
}

func custom(at int64, tag, payload string) string {
	return fmt.Sprintf(`{"type":5,"timestamp":%d,"data":{"tag":%q,"payload":%s}}`, at, tag, payload)
}

func plugin(at int64, name, payload string) string {
	return fmt.Sprintf(`{"type":6,"timestamp":%d,"data":{"plugin":%q,"payload":%s}}`, at, name, payload)
}

// anyFingerprint stands in the details of errors; what it is has tests of its own.
var anyFingerprint = regexp.MustCompile(`"fingerprint":"[0-9a-f]{16}"`)

func TestMoments(t *testing.T) {
	for _, c := range []struct{ name, event, want string }{
		{"page", `{"type":4,"timestamp":1,"data":{"href":"https://x.kr/a"}}`, `1 page https://x.kr/a {"url":"https://x.kr/a"}`},
		{"click", `{"type":3,"timestamp":2,"data":{"source":2,"type":2,"id":7,"x":1.5,"y":2}}`, `2 click  {"node":7,"x":1.5,"y":2}`},
		{"named click", `{"type":3,"timestamp":2,"data":{"source":2,"type":2,"id":7,"x":1,"y":2,"label":"결제","selector":"#pay"}}`, `2 click 결제#pay {"node":7,"x":1,"y":2}`},
		{"mouse down is none", `{"type":3,"timestamp":2,"data":{"source":2,"type":1,"id":7}}`, ``},
		{"error", custom(3, "afterimage.error", `{"kind":"error","type":"TypeError","message":"x is null","stack":"a\nb","line":3}`),
			`3 error TypeError: x is null {"kind":"error","type":"TypeError","message":"x is null","stack":"a\nb","line":3,"fingerprint":"*"}`},
		{"error that names itself", custom(3, "afterimage.error", `{"type":"TypeError","message":"TypeError: y"}`),
			`3 error TypeError: y {"kind":"","type":"TypeError","message":"TypeError: y","fingerprint":"*"}`},
		{"console", plugin(4, "rrweb/console@1", `{"level":"error","payload":["\"결제 실패\"","{\"code\":1}"],"trace":[]}`), `4 console 결제 실패 {"code":1} {"level":"error"}`},
		{"console.log is none", plugin(4, "rrweb/console@1", `{"level":"log","payload":["\"x\""]}`), ``},
		{"request", plugin(5, "rrweb/network@1", `{"requests":[{"url":"/pay","method":"POST","status":500,"duration":12.7},{"url":"/ok","status":200},{"url":"/open"}]}`),
			`5 request POST /pay 500 {"method":"POST","url":"/pay","status":500,"durationMs":12}`},
		{"request without answer", plugin(5, "rrweb/network@1", `{"requests":[{"url":"/pay","status":0}]}`), `5 request GET /pay failed {"method":"GET","url":"/pay","status":0,"durationMs":0}`},
		{"PostHog's request", plugin(5, "rrweb/network@1", `{"requests":[{"name":"/pay","responseStatus":404}]}`), `5 request GET /pay 404 {"method":"GET","url":"/pay","status":404,"durationMs":0}`},
		{"response", custom(6, "afterimage.response", `{"id":"r1","kind":"nps","score":2,"text":"결제가\n안돼요"}`), `6 response 결제가` + "\n" + `안돼요 {"id":"r1","kind":"nps","score":2,"text":"결제가\n안돼요"}`},
		{"track", custom(7, "afterimage.track", `{"name":"bought","props":{"won":100}}`), `7 custom bought {"name":"bought","props":{"won":100}}`},
		{"identify", custom(8, "afterimage.identify", `{"id":"u1","email":"a@b.kr","traits":{"plan":"pro"}}`), `8 identify u1 {"id":"u1"}`},
		{"Sentry's click", custom(9, "breadcrumb", `{"category":"ui.click","message":"button#pay"}`), `9 click button#pay `},
		{"Sentry's console", custom(9, "breadcrumb", `{"category":"console","level":"warning","message":"old"}`), `9 console old {"level":"warn"}`},
		{"Sentry's request", custom(9, "performanceSpan", `{"op":"resource.fetch","description":"/x","startTimestamp":1.5,"endTimestamp":2,"data":{"method":"PUT","statusCode":503}}`),
			`9 request PUT /x 503 {"method":"PUT","url":"/x","status":503,"durationMs":500}`},
		{"wrong shapes", custom(9, "afterimage.error", `[1]`), ``},
		{"wrong console", plugin(9, "rrweb/console@1", `"x"`), ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range gather(t, c.event).Moments {
				label := m.Label
				if m.Kind == KindResponse {
					label = strings.ReplaceAll(label, " ", "\n") // labels are one line
				}
				data := anyFingerprint.ReplaceAllString(string(m.Data), `"fingerprint":"*"`)
				got = append(got, fmt.Sprintf("%d %s %s %s", m.At, m.Kind, label+m.Selector, data))
			}
			if s := strings.Join(got, "; "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

// TestPageTitle: a load is told by rrweb and by the recorder, and is one page.
func TestPageTitle(t *testing.T) {
	b := gather(t, `{"type":4,"timestamp":1,"data":{"href":"/a"}}`, custom(2, "afterimage.page", `{"url":"/a","title":"A","referrer":"/from"}`),
		custom(3, "afterimage.page", `{"url":"/b","title":"B"}`), custom(4, "afterimage.page", `{"url":"/a","title":"A"}`))
	var got []string
	for _, m := range b.Moments {
		got = append(got, fmt.Sprintf("%d %s", m.At, m.Data))
	}
	want := `1 {"title":"A","url":"/a"}; 3 {"title":"B","url":"/b"}; 4 {"title":"A","url":"/a"}`
	if s := strings.Join(got, "; "); s != want || b.Referrer != "/from" {
		t.Errorf("got %s, referrer %q", s, b.Referrer)
	}
}

func TestTimes(t *testing.T) {
	move := func(at int) string { return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":1}}`, at) }
	mutation := `{"type":3,"timestamp":99000,"data":{"source":0}}`
	b := gather(t, move(5000), move(1000), mutation, move(9000), move(30_000), `{"type":2,"timestamp":7,"data":{}}`, `{"type":2,"timestamp":8,"data":{}}`)
	if b.FirstAt != 7 || b.LastAt != 99_000 || b.SnapshotAt != 7 || b.Events != 7 {
		t.Errorf("%+v", b)
	}
	// 5000 → 9000 counts; the move told late and the pause of 21 s do not.
	if b.ActiveMs != 4000 || b.FirstActiveAt != 5000 || b.LastActiveAt != 30_000 {
		t.Errorf("active %d ms, %d to %d", b.ActiveMs, b.FirstActiveAt, b.LastActiveAt)
	}
}

func TestPerson(t *testing.T) {
	b := gather(t, custom(1, "afterimage.identify", `{"id":"a\u0000b","traits":[1]}`))
	if b.Person == nil || b.Person.ID != "ab" || b.Person.Traits != nil {
		t.Errorf("%+v", b.Person)
	}
	if b := gather(t, custom(1, "afterimage.identify", `{"traits":{}}`)); b.Person != nil {
		t.Error("nobody is somebody")
	}
}

func TestVitals(t *testing.T) {
	b := gather(t, custom(1, "afterimage.vital", `{"name":"LCP","value":900.5}`), custom(2, "afterimage.vital", `{"name":"LCP","value":2400}`),
		custom(3, "afterimage.vital", `{"name":"CLS","value":0.02}`), custom(4, "afterimage.vital", `{"name":"LCP","value":3}`),
		custom(5, "afterimage.vital", `{"name":"INP","value":-1}`), custom(6, "afterimage.vital", `{"name":"anything","value":1}`))
	if got := fmt.Sprint(b.Vitals); got != "map[CLS:0.02 LCP:2400]" {
		t.Error(got)
	}
}

func TestLimits(t *testing.T) {
	var events []string
	for i := range momentsPerBatchMax + 5 {
		events = append(events, custom(int64(i), "afterimage.track", `{"name":"x"}`))
	}
	if b := gather(t, events...); len(b.Moments) != momentsPerBatchMax || b.Dropped != 5 {
		t.Errorf("%d moments, %d dropped", len(b.Moments), b.Dropped)
	}
	long := strings.Repeat("가", 5000)
	b := gather(t, custom(1, "afterimage.error", fmt.Sprintf(`{"type":"E","message":%q}`, long)))
	if n := utf8.RuneCountInString(b.Moments[0].Label); n > labelRunesMax {
		t.Errorf("label of %d runes", n)
	}
	b = gather(t, custom(1, "afterimage.track", fmt.Sprintf(`{"name":"x","props":{"a":%q}}`, long)))
	if b.Moments[0].Data != nil {
		t.Error("details over the limit are kept")
	}
}

func TestLine(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"a\nb\tc\x00", 9, "a b c"}, {"가나다라", 3, "가나…"}, {"a\xffb", 9, "a\uFFFDb"}, {"", 1, ""}} {
		if got := Line(c.in, c.n); got != c.want {
			t.Errorf("Line(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}
