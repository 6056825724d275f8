package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/afterimage/afterimage/internal/httpapi"
)

type receipt struct {
	Session, Tab string
	Seq          int64
	Duplicate    bool
	Events       int
}

func TestIngestStoresOnce(t *testing.T) {
	w := newWorld(t)
	r := w.recording("shop")
	body := r.body(snapshot(time.Now().UnixMilli())...)
	var got receipt
	a := w.want(200, call{method: "POST", path: r.path(0), body: body, header: map[string]string{"Content-Type": "text/plain"}}, &got)
	if want := (receipt{r.session, r.tab, 0, false, 2}); got != want {
		t.Errorf("answer %+v, want %+v", got, want)
	}
	if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Access-Control-Allow-Credentials") != "" || a.header.Get("Set-Cookie") != "" {
		t.Errorf("headers %v", a.header)
	}
	w.want(200, call{method: "POST", path: r.path(0), body: body}, &got)
	if !got.Duplicate {
		t.Error("the same batch again is not told to be a duplicate")
	}
	other := r.body(snapshot(time.Now().UnixMilli() + 7)...)
	w.refused(409, "conflict", call{method: "POST", path: r.path(0), body: other})
}

func TestIngestEncodings(t *testing.T) {
	w := newWorld(t)
	r := w.recording("shop")
	plain, err := json.Marshal(r.body(snapshot(time.Now().UnixMilli())...))
	w.check(err)
	zw, err := zstd.NewWriter(nil)
	w.check(err)
	for seq, tc := range []struct {
		body   []byte
		header string
	}{{plain, ""}, {gzipped(t, plain), ""}, {gzipped(t, plain), "gzip"}, {zw.EncodeAll(plain, nil), ""}, {zw.EncodeAll(plain, nil), "zstd"}, {plain, "identity"}} {
		c := call{method: "POST", path: r.path(seq), body: tc.body}
		if tc.header != "" {
			c.header = map[string]string{"Content-Encoding": tc.header}
		}
		w.want(200, c, nil)
	}
	for _, header := range []string{"gzip, gzip", "br", "deflate", "gzip,zstd"} {
		w.refused(415, "unsupported-encoding", call{method: "POST", path: r.path(9), body: plain, header: map[string]string{"Content-Encoding": header}})
	}
}

func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestIngestRefusals(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	now := time.Now().UnixMilli()
	good := r.body(snapshot(now)...)
	j, err := json.Marshal(good)
	w.check(err)
	text := string(j)
	deep := fmt.Sprintf(`{"secret":%q,"sentAt":%d,"events":[{"type":5,"timestamp":%d,"data":%s}]}`, r.secret, now, now,
		strings.Repeat("[", 20000)+strings.Repeat("]", 20000))
	invalid := map[string]any{
		"empty": "", "not JSON": "hello", "HTML": "<html>", "array": "[]", "number": "1", "cut off": text[:len(text)/2],
		"truncated gzip": gzipped(t, j)[:40], "garbage after gzip's magic": "\x1f\x8b garbage", "20,000 deep": deep,
		"invalid UTF-8": strings.Replace(text, "https://shop", "https://\xff\xfe", 1), "NaN": strings.Replace(text, `"type":4`, `"type":NaN`, 1),
		"no secret": `{"events":[]}`, "short secret": `{"secret":"x","events":[]}`, "two values": text + text,
		"event is no object": fmt.Sprintf(`{"secret":%q,"events":[1]}`, r.secret), "no timestamp": fmt.Sprintf(`{"secret":%q,"events":[{"type":4}]}`, r.secret),
		"gzip in gzip": gzipped(t, gzipped(t, j)), "binary": []byte{0, 1, 2, 3},
	}
	for name, body := range invalid {
		t.Run(name, func(t *testing.T) {
			p := w.refused(400, "invalid-upload", call{method: "POST", path: r.path(1), body: body})
			if p.Detail == "" || len(p.Detail) > 500 {
				t.Errorf("detail %q", p.Detail)
			}
		})
	}
	for _, path := range []string{"/-1", "/1.5", "/2147483648", "/99999999999999999999", "/+1", "/01", "/x", "/0x1", "/%31"} {
		w.refused(400, "invalid-upload", call{method: "POST", path: strings.TrimSuffix(r.path(0), "/0") + path, body: good})
	}
	for _, id := range []string{strings.ToUpper(r.session), "x", strings.ReplaceAll(r.session, "-", ""), r.session + "0"} {
		w.refused(400, "invalid-upload", call{method: "POST", path: fmt.Sprintf("/ingest/v1/%s/%s/%s/1", r.key, id, r.tab), body: good})
		w.refused(400, "invalid-upload", call{method: "POST", path: fmt.Sprintf("/ingest/v1/%s/%s/%s/1", r.key, r.session, id), body: good})
	}
	for _, key := range []string{"nokey", "ai_00000000000000000000000000000000", strings.Repeat("k", 300), "a%00b", "%ff"} {
		w.refused(401, "unknown-key", call{method: "POST", path: fmt.Sprintf("/ingest/v1/%s/%s/%s/1", key, r.session, r.tab), body: good})
	}
	// Nothing of all that was stored.
	var detail struct{ Tabs []struct{ Events int } }
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session, as: "shop/viewer"}, &detail)
	if len(detail.Tabs) != 1 || detail.Tabs[0].Events != 4 {
		t.Errorf("after the refusals: %+v", detail)
	}
}

func TestIngestOwnership(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	thief := r
	thief.secret = strings.Repeat("f", 32)
	w.refused(403, "wrong-secret", call{method: "POST", path: thief.path(1), body: thief.body(snapshot(time.Now().UnixMilli())...)})
	foreign := r
	foreign.key = w.keys["other"]
	w.refused(403, "wrong-secret", call{method: "POST", path: foreign.path(1), body: foreign.body(snapshot(time.Now().UnixMilli())...)})
	w.want(204, call{method: "DELETE", path: "/api/v1/sessions/" + r.session, as: "shop/admin"}, nil)
	w.refused(410, "erased", call{method: "POST", path: r.path(1), body: r.body(snapshot(time.Now().UnixMilli())...)})
}

// A small body that unpacks to a gigabyte is refused quickly and without the memory.
func TestIngestGzipBomb(t *testing.T) {
	w := newWorld(t)
	r := w.recording("shop")
	// Members of a gzip file follow one another: 1,024 of a MiB each are a GiB.
	bomb := bytes.Repeat(gzipped(t, make([]byte, 1<<20)), 1024)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	w.refused(413, "too-large", call{method: "POST", path: r.path(0), body: bomb, header: map[string]string{"Content-Encoding": "gzip"}})
	runtime.ReadMemStats(&after)
	if took, used := time.Since(began), after.TotalAlloc-before.TotalAlloc; took > 5*time.Second || used > 300<<20 {
		t.Errorf("took %v and allocated %d MiB", took, used>>20)
	}
}

func TestIngestParallelDuplicates(t *testing.T) {
	w := newWorld(t)
	r := w.recording("shop")
	body := r.body(snapshot(time.Now().UnixMilli())...)
	var wg sync.WaitGroup
	stored := make(chan bool, 20)
	for range 20 {
		wg.Go(func() {
			a, err := w.try(call{method: "POST", path: r.path(0), body: body})
			var got receipt
			if err != nil || a.status != 200 || json.Unmarshal(a.body, &got) != nil {
				t.Errorf("%v, %d %s", err, a.status, a.body)
			}
			stored <- !got.Duplicate
		})
	}
	wg.Wait()
	close(stored)
	first := 0
	for s := range stored {
		if s {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d of 20 equal uploads were told to be the first, want 1", first)
	}
}

// Site origins are for the player. A project that lists only where its images lie must go on recording.
func TestIngestFromAnyOrigin(t *testing.T) {
	w := newWorld(t)
	w.want(200, call{method: "PATCH", path: "/api/v1/projects/shop", as: "shop/admin", body: map[string]any{"siteOrigins": []string{"https://images.example.com"}}}, nil)
	r := w.recording("shop")
	for seq, origin := range []string{"https://shop.example.com", "https://staging.example.com", "null"} {
		got := w.want(200, call{method: "POST", path: r.path(seq), body: r.body(snapshot(time.Now().UnixMilli())...), header: map[string]string{"Origin": origin}}, nil)
		if allowed := got.header.Get("Access-Control-Allow-Origin"); allowed != "*" {
			t.Errorf("origin %s: Access-Control-Allow-Origin is %q", origin, allowed)
		}
	}
}

func TestIngestPreflight(t *testing.T) {
	w := newWorld(t)
	h := w.want(204, call{method: "OPTIONS", path: w.recording("shop").path(0), header: map[string]string{
		"Origin": "https://shop.example.com", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}}, nil).header
	if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Methods") != "POST" ||
		!strings.Contains(h.Get("Access-Control-Allow-Headers"), "Content-Type") || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("headers %v", h)
	}
}

func TestIngestClient(t *testing.T) {
	const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	type client struct{ Browser, OS, Device, Country, Language string }
	see := func(trusted []string, header map[string]string) client {
		w := newWorld(t, func(d *httpapi.Deps) { d.Config.CountryHeader, d.Config.TrustedProxies = "CF-IPCountry", trusted })
		r := w.recording("shop")
		w.want(200, call{method: "POST", path: r.path(0), body: r.body(snapshot(time.Now().UnixMilli())...), header: header}, nil)
		var got client
		w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session, as: "shop/viewer"}, &got)
		return got
	}
	phone := map[string]string{"User-Agent": iphone, "CF-IPCountry": "kr", "Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
	if got, want := see([]string{"127.0.0.0/8"}, phone), (client{"Safari", "iOS", "mobile", "KR", "ko-KR"}); got != want {
		t.Errorf("behind a trusted proxy: %+v, want %+v", got, want)
	}
	if got := see([]string{"192.0.2.1"}, phone); got.Country != "" {
		t.Errorf("a country was believed that no trusted proxy told: %+v", got)
	}
	if got := see(nil, map[string]string{"User-Agent": "x" + strings.Repeat("y", 3000), "CF-IPCountry": "<b>", "Accept-Language": "<script>"}); got.Country != "" || got.Language != "" || len(got.Browser) > 60 {
		t.Errorf("nonsense headers were kept: %+v", got)
	}
}
