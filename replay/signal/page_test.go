package signal

import (
	"fmt"
	"reflect"
	"testing"
)

func vital(at int64, name string, value float64) string {
	return custom(at, "afterimage.vital", fmt.Sprintf(`{"name":%q,"value":%v}`, name, value))
}

func TestSlowRequest(t *testing.T) {
	slow := func(at int64, url string, ms int) string {
		return fmt.Sprintf(`%d GET %s %s {"method":"GET","url":%q,"status":200,"durationMs":%d}`, at, url, took(int64(ms)), url, ms)
	}
	expect(t, KindSlowRequest, []streamCase{
		{"2999 ms", []string{request(9000, "GET", "/a", 2999)}, ""},
		{"3000 ms, at its beginning", []string{request(9000, "GET", "/a", 3000)}, slow(6000, "/a", 3000)},
		{"once a page", []string{request(9000, "GET", "/a", 3000), request(20_000, "GET", "/a", 4000), request(20_000, "GET", "/b", 4200)},
			slow(6000, "/a", 3000) + "\n" + slow(15_800, "/b", 4200)},
		{"again on the next page", []string{request(9000, "GET", "/a", 3000), load(9500, "/p"), request(20_000, "GET", "/a", 3000)},
			slow(6000, "/a", 3000) + "\n" + `17000 GET /a 3.0 s {"method":"GET","url":"/a","status":200,"durationMs":3000,"page":"/p"}`},
		{"Sentry's", []string{custom(9000, "performanceSpan", `{"op":"resource.xhr","description":"/x","startTimestamp":1,"endTimestamp":4.5,"data":{"method":"PUT","statusCode":200}}`)},
			`5500 PUT /x 3.5 s {"method":"PUT","url":"/x","status":200,"durationMs":3500}`},
		{"PostHog's", []string{plugin(9000, "rrweb/network@1", `{"requests":[{"name":"/x","responseStatus":504,"duration":5000}]}`)},
			`4000 GET /x 5.0 s {"method":"GET","url":"/x","status":504,"durationMs":5000}`},
	})
}

func TestVital(t *testing.T) {
	poor := func(at int, label, name string, value float64, page string) string {
		return fmt.Sprintf(`%d %s {"name":%q,"value":%v,"page":%q}`, at, label, name, value, page)
	}
	expect(t, KindVital, []streamCase{
		{"at the limits", []string{load(1, "/a"), vital(9, "LCP", 4000), vital(9, "INP", 500), vital(9, "CLS", 0.25), vital(9, "FCP", 3000), vital(9, "TTFB", 1800)}, ""},
		{"beyond them", []string{load(1, "/a"), vital(9, "TTFB", 1801), vital(9, "LCP", 4001), vital(9, "INP", 501), vital(9, "CLS", 0.2501), vital(9, "FCP", 3001)},
			poor(1, "CLS 0.25", "CLS", 0.2501, "/a") + "\n" + poor(1, "FCP 3.0 s", "FCP", 3001, "/a") + "\n" + poor(1, "INP 501 ms", "INP", 501, "/a") + "\n" +
				poor(1, "LCP 4.0 s", "LCP", 4001, "/a") + "\n" + poor(1, "TTFB 1.8 s", "TTFB", 1801, "/a")},
		{"the last value counts", []string{load(1, "/a"), vital(9, "CLS", 0.1), vital(10, "CLS", 0.9), vital(11, "INP", 900), vital(12, "INP", 100)}, poor(1, "CLS 0.90", "CLS", 0.9, "/a")},
		{"of each load", []string{load(1, "/a"), vital(9, "LCP", 5000), load(10, "/b"), vital(19, "LCP", 6000)}, poor(1, "LCP 5.0 s", "LCP", 5000, "/a") + "\n" + poor(10, "LCP 6.0 s", "LCP", 6000, "/b")},
		{"of what was loaded", []string{load(1, "/a"), told(100, "/b"), vital(200, "LCP", 5000)}, poor(1, "LCP 5.0 s", "LCP", 5000, "/a")},
		{"of an unknown page", []string{vital(200, "LCP", 5000)}, `200 LCP 5.0 s {"name":"LCP","value":5000}`},
		{"Sentry's", []string{custom(5, "performanceSpan", `{"op":"web-vital","description":"cumulative-layout-shift","startTimestamp":1,"endTimestamp":1,"data":{"value":0.3}}`)},
			`5 CLS 0.30 {"name":"CLS","value":0.3}`},
		{"Sentry's paint", []string{custom(5, "performanceSpan", `{"op":"paint","description":"first-contentful-paint","startTimestamp":1,"endTimestamp":4.5}`)},
			`5 FCP 3.5 s {"name":"FCP","value":3500}`},
	})
	expect(t, KindSlowPage, []streamCase{
		{"4000 ms", []string{load(1, "/a"), vital(9, "LCP", 4000)}, ""},
		{"4001 ms", []string{load(1, "/a"), vital(9, "LCP", 4001)}, `1 4.0 s {"name":"LCP","value":4001,"page":"/a"}`},
		{"a long load where the LCP was good", []string{load(1, "/a"), plugin(2, "rrweb/network@1", `{"requests":[{"entryType":"navigation","name":"/a","duration":10001}]}`), vital(9, "LCP", 100)}, ""},
		{"a long load", []string{load(1, "/a"), plugin(2, "rrweb/network@1", `{"requests":[{"entryType":"navigation","name":"/a","duration":10001}]}`)}, `1 10.0 s {"name":"load","value":10001,"page":"/a"}`},
		{"Sentry's load", []string{load(1, "/a"), custom(2, "performanceSpan", `{"op":"navigation.navigate","description":"/a","startTimestamp":1,"endTimestamp":11}`)}, ""},
	})
}

func TestQuickBack(t *testing.T) {
	back := `20000 /b {"page":"/b","from":"/a","durationMs":6999}`
	expect(t, KindQuickBack, []streamCase{
		{"after 6999 ms", []string{load(1, "/a"), load(20_000, "/b"), load(26_999, "/a")}, back},
		{"after 7000 ms", []string{load(1, "/a"), load(20_000, "/b"), load(27_000, "/a")}, ""},
		{"by script", []string{load(1, "/a"), told(20_000, "/b"), told(26_999, "/a")}, back},
		{"a redirect, after 499 ms", []string{load(1, "/a"), load(20_000, "/b"), load(20_499, "/a")}, ""},
		{"after 500 ms", []string{load(1, "/a"), load(20_000, "/b"), load(20_500, "/a")}, `20000 /b {"page":"/b","from":"/a","durationMs":500}`},
		{"to another page", []string{load(1, "/a"), load(20_000, "/b"), load(21_000, "/c")}, ""},
		{"reloaded before", []string{load(1, "/a"), load(10, "/a"), load(20_000, "/b"), load(26_999, "/a")}, back},
		{"a reload is none", []string{load(1, "/a"), load(2000, "/a"), load(4000, "/a")}, ""},
		{"places of one page", []string{load(1, "/a"), told(2000, "/a#x"), told(4000, "/a")}, ""},
		{"the first page", []string{load(1, "/a"), load(1000, "")}, ""},
	})
}

// navigated is PostHog's event of a load.
func navigated(at int64) string {
	return plugin(at, "rrweb/network@1", `{"requests":[{"entryType":"navigation","name":"/a","duration":10}]}`)
}

func TestRefresh(t *testing.T) {
	expect(t, KindRefresh, []streamCase{
		{"three in a minute", []string{load(1, "/a"), load(1000, "/a"), load(2000, "/a"), load(61_000, "/a")}, `1000 /a {"page":"/a","count":3,"durationMs":60000}`},
		{"in 60,001 ms", []string{load(1, "/a"), load(1000, "/a"), load(2000, "/a"), load(61_001, "/a")}, ""},
		{"two", []string{load(1, "/a"), load(1000, "/a"), load(2000, "/a")}, ""},
		{"one run is one moment", []string{load(1, "/a"), load(1000, "/a"), load(2000, "/a"), load(3000, "/a"), load(63_000, "/a")}, `1000 /a {"page":"/a","count":4,"durationMs":62000}`},
		{"two runs", []string{load(1, "/a"), load(1000, "/a"), load(2000, "/a"), load(3000, "/a"), load(64_000, "/a"), load(65_000, "/a"), load(66_000, "/a")},
			`1000 /a {"page":"/a","count":3,"durationMs":2000}` + "\n" + `64000 /a {"page":"/a","count":3,"durationMs":2000}`},
		{"another page between", []string{load(1, "/a"), load(1000, "/a"), load(2000, "/a"), load(3000, "/b"), load(4000, "/a"), load(5000, "/a")}, ""},
		{"links to the page itself", []string{load(1, "/a"), click(900, 5, 1, 1), load(1000, "/a"), click(1900, 5, 1, 1), load(2000, "/a"), click(2900, 5, 1, 1), load(3000, "/a")}, ""},
		{"snapshots in between", []string{load(1, "/a"), meta(1000, "/a"), snapshot(1000), meta(2000, "/a"), snapshot(2000), meta(3000, "/a"), snapshot(3000)}, ""},
		{"after the events of loading", []string{load(1, "/a"), `{"type":1,"timestamp":900,"data":{}}`, meta(1000, "/a"), meta(2000, "/a"), meta(3000, "/a")}, ""},
		{"long after the events of loading", []string{meta(1, "/a"), `{"type":1,"timestamp":900,"data":{}}`, meta(1901, "/a"), meta(2000, "/a"), meta(3000, "/a")}, ""},
		{"known by how long they took", []string{meta(1, "/a"), meta(1000, "/a"), navigated(1010), meta(2000, "/a"), navigated(2010), meta(3000, "/a"), navigated(3010)},
			`1000 /a {"page":"/a","count":3,"durationMs":2000}`},
		{"known by the events of loading", []string{meta(1, "/a"),
			`{"type":0,"timestamp":999,"data":{}}`, meta(1000, "/a"), `{"type":0,"timestamp":1999,"data":{}}`, meta(2000, "/a"), `{"type":1,"timestamp":2999,"data":{}}`, meta(3000, "/a")},
			`1000 /a {"page":"/a","count":3,"durationMs":2000}`},
		{"known by our recorder alone", []string{load(1, "/a"), meta(1000, "/a"), told(1001, "/a"), meta(2000, "/a"), told(2001, "/a"), meta(3000, "/a"), told(3001, "/a")},
			`1000 /a {"page":"/a","count":3,"durationMs":2000}`},
	})
}

func TestVisits(t *testing.T) {
	b := gather(t, load(1000, "/a"), vital(1500, "LCP", 900), told(2000, "/b"), vital(2500, "CLS", 0.1234), meta(3000, "/b"), snapshot(3000),
		vital(3500, "LCP", 1000), load(4000, "/a"), load(5000, "/a"), vital(5500, "LCP", 7), event(9000, 1))
	b.End()
	want := []Visit{
		{At: 1000, URL: "/a", Title: "T", DurationMs: 1000, Vitals: map[string]float64{"LCP": 1000, "CLS": 0.1234}, loaded: true},
		{At: 2000, URL: "/b", Title: "T", DurationMs: 2000},
		{At: 4000, URL: "/a", Title: "T", DurationMs: 1000, loaded: true},
		{At: 5000, URL: "/a", Title: "T", DurationMs: 4000, Vitals: map[string]float64{"LCP": 7}, loaded: true, reloaded: true},
	}
	if got := Visits(b.Facts()); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if got := Visits(nil); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestUTM(t *testing.T) {
	for address, want := range map[string]map[string]string{
		"https://x.kr/?utm_source=news%20letter&q=1&UTM_Campaign=봄#utm_term=x": {"source": "news letter", "campaign": "봄"},
		"https://x.kr/?utm_source=a&utm_source=b":                              {"source": "a"},
		"https://x.kr/?utm_=a&utm_medium=&utm_term=%zz":                        nil,
		"https://x.kr/": nil,
		"/a?utm_id=7":   {"id": "7"},
	} {
		if got := UTM(address); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", address, got)
		}
	}
}
