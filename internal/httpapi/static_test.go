package httpapi_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/afterimage/afterimage/internal/httpapi"
)

func TestApp(t *testing.T) {
	w := newWorld(t)
	const html = "text/html; charset=utf-8"
	for _, path := range []string{"/player.html", "/.gitkeep", "/metrics", "/debug/pprof/", "/version", "/nothing"} {
		etag := w.do(call{method: "GET", path: "/"}).header.Get("ETag")
		a := w.do(call{method: "GET", path: path, header: map[string]string{"If-None-Match": etag}})
		if a.status != 404 || a.header.Get("Content-Type") != html || !strings.Contains(string(a.body), "app") {
			t.Errorf("%s: %d %q, want the app's page for what is not there", path, a.status, a.header.Get("Content-Type"))
		}
	}
	for path, want := range map[string]struct{ kind, cache, part string }{
		"/":                      {html, "no-cache", "app"},
		"/p/shop/sessions":       {html, "no-cache", "app"},
		"/login?token=x":         {html, "no-cache", "app"},
		"/assets/app-abc12.js":   {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "console.log"},
		"/favicon.svg":           {"image/svg+xml", "no-cache", "<svg/>"},
		"/assets/../player.html": {html, "no-cache", "app"},
	} {
		a := w.do(call{method: "GET", path: path})
		if strings.Contains(path, "..") {
			if strings.Contains(string(a.body), "player") {
				t.Errorf("%s gives %.60q", path, a.body)
			}
			continue
		}
		if a.status != 200 || a.header.Get("Content-Type") != want.kind || a.header.Get("Cache-Control") != want.cache || !strings.Contains(string(a.body), want.part) {
			t.Errorf("%s: %d %q %q %.60q", path, a.status, a.header.Get("Content-Type"), a.header.Get("Cache-Control"), a.body)
		}
	}
	w.refused(404, "not-found", call{method: "GET", path: "/assets/app-old00.js"})
	plain := w.do(call{method: "GET", path: "/assets/app-abc12.js", header: map[string]string{"Accept-Encoding": "identity"}})
	packed := w.do(call{method: "GET", path: "/assets/app-abc12.js", header: map[string]string{"Accept-Encoding": "gzip, br, zstd"}})
	if packed.header.Get("Content-Encoding") != "gzip" || gunzip(t, packed.body) != string(plain.body) || len(packed.body) >= len(plain.body) {
		t.Errorf("encoding %q, %d of %d bytes", packed.header.Get("Content-Encoding"), len(packed.body), len(plain.body))
	}
	a := w.do(call{method: "GET", path: "/", header: map[string]string{"If-None-Match": w.do(call{method: "GET", path: "/"}).header.Get("ETag")}})
	if a.status != 304 || len(a.body) != 0 {
		t.Errorf("asked again: %d with %d bytes", a.status, len(a.body))
	}
}

func TestNotBuilt(t *testing.T) {
	w := newWorld(t, func(d *httpapi.Deps) { d.UI, d.Recorder = fstest.MapFS{".gitkeep": {}}, httpapi.Recorder{} })
	a := w.want(200, call{method: "GET", path: "/"}, nil)
	if !strings.Contains(string(a.body), "make build") {
		t.Errorf("/ says %s", a.body)
	}
	w.refused(404, "not-built", call{method: "GET", path: "/afterimage.js"})
	w.refused(404, "not-built", call{method: "GET", path: "/player", as: "shop/viewer"})
}

func TestRecorderScript(t *testing.T) {
	w := newWorld(t)
	a := w.want(200, call{method: "GET", path: "/afterimage.js", header: map[string]string{"Accept-Encoding": "gzip"}}, nil)
	if a.header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(gunzip(t, a.body), "// recorder") || a.header.Get("Cache-Control") != "public, max-age=600" ||
		a.header.Get("ETag") == "" || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("headers %v", a.header)
	}
	a = w.want(200, call{method: "GET", path: "/afterimage-0123456789abcdef.js"}, nil)
	if a.header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("headers %v", a.header)
	}
	w.refused(404, "not-found", call{method: "GET", path: "/afterimage-0000000000000000.js"})
}

// badOrigins must never get into a content security policy.
var badOrigins = []string{"", "*", "https://*", "https://*.example.com", "example.com", "//example.com", "https://", "https://a.com/", "https://a.com/path", "https://a.com?x",
	"https://a.com#x", "https://a.com#", "https://user@a.com", "ftp://a.com", "javascript:alert(1)", "data:", "'self'", "'unsafe-inline'", "https://a.com; script-src *",
	"https://a.com;script-src", "https://a.com 'unsafe-inline'", "https://a.com,https://b.com", "https://a.com\r\nSet-Cookie: x=1", "https://a.com:", "https://a.com:99999999",
	"https://a.com:x", "https://[::1]", "https://a_b\".com", "https://%65xample.com", "https://-a.com", "https://.", "https://a.com\\@b.com", "blob:https://a.com", "https://ä.com"}

func TestPlayerPolicy(t *testing.T) {
	w := newWorld(t)
	w.refused(401, "unauthenticated", call{method: "GET", path: "/player?project=shop"})
	get := func() answer {
		return w.want(200, call{method: "GET", path: "/player?project=shop", as: "shop/viewer"}, nil)
	}
	host := strings.TrimPrefix(w.url, "http://")
	a := get()
	want := "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob: " + host + "/assets/ " + host + "/demo/; font-src data: " +
		host + "/assets/ " + host + "/demo/; connect-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	if got := a.header.Get("Content-Security-Policy"); got != want {
		t.Errorf("policy %s\nwant %s", got, want)
	}
	if a.header.Get("X-Frame-Options") != "SAMEORIGIN" || a.header.Get("Referrer-Policy") != "no-referrer" || a.header.Get("Cache-Control") != "no-store" ||
		!strings.Contains(string(a.body), "player") {
		t.Errorf("headers %v", a.header)
	}
	w.want(200, call{method: "PATCH", path: "/api/v1/projects/shop", as: "shop/admin", body: map[string]any{"siteOrigins": []string{"https://shop.example.com", "http://cdn.example.com:8080"}}}, nil)
	policy := get().header.Get("Content-Security-Policy")
	const sites = " https://shop.example.com http://cdn.example.com:8080"
	for _, part := range []string{"style-src 'self' 'unsafe-inline'" + sites + ";", "img-src data: blob:" + sites + " ", "font-src data:" + sites + " ", "script-src 'self';", "connect-src 'none';"} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy lacks %q: %s", part, policy)
		}
	}
	// Our own origin is not opened as a whole: the recorded page could ask the API with the viewer's cookie.
	w.want(200, call{method: "PATCH", path: "/api/v1/projects/shop", as: "shop/admin", body: map[string]any{"siteOrigins": []string{w.url}}}, nil)
	if got := get().header.Get("Content-Security-Policy"); got != want {
		t.Errorf("policy %s\nwant %s", got, want)
	}
	// However a bad origin came into the store, it does not come into a policy.
	p, err := w.store.Project(t.Context(), "shop")
	w.check(err)
	for _, origin := range badOrigins {
		p.SiteOrigins = []string{origin}
		w.check(w.store.UpdateProject(t.Context(), p))
		w.refused(400, "invalid", call{method: "GET", path: "/player?project=shop", as: "shop/viewer"})
	}
}

// A Host header that is no host name is left out of the policy.
func TestPlayerPolicyOfStrangeHost(t *testing.T) {
	w := newWorld(t)
	for _, host := range []string{"a;script-src *", "a b", "'self'", "a,b"} {
		_, header := w.raw("GET /player HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + w.tokens["shop/viewer"] + "\r\nConnection: close\r\n\r\n")
		if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "/assets/") || strings.Contains(policy, "script-src *") {
			t.Errorf("host %q: policy %s", host, policy)
		}
	}
}

func TestDemo(t *testing.T) {
	demo := &httpapi.Demo{
		Page: func(path string) ([]byte, string, bool) {
			return []byte("page " + path), "text/html", path != "missing"
		},
		API: func(method, path string) (int, []byte, string) {
			return 418, []byte(method + " " + path), "application/json"
		},
	}
	w := newWorld(t, func(d *httpapi.Deps) { d.Demo = demo })
	if a := w.want(200, call{method: "GET", path: "/demo/cart"}, nil); string(a.body) != "page cart" || a.header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("%s %v", a.body, a.header)
	}
	if a := w.want(200, call{method: "GET", path: "/demo"}, nil); string(a.body) != "page " {
		t.Errorf("%s", a.body)
	}
	if a := w.want(418, call{method: "POST", path: "/demo/api/pay"}, nil); string(a.body) != "POST pay" {
		t.Errorf("%s", a.body)
	}
	w.refused(404, "not-found", call{method: "GET", path: "/demo/missing"})
	var who meAnswer
	w.want(200, call{method: "GET", path: "/api/v1/me", as: "shop/viewer"}, &who)
	if who.DemoURL != "/demo/" {
		t.Errorf("demo is at %q", who.DemoURL)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	w := newWorld(t)
	w.want(200, call{method: "GET", path: "/healthz"}, nil)
	w.want(200, call{method: "GET", path: "/readyz"}, nil)
	r := w.record("shop")
	w.do(call{method: "POST", path: r.path(1), body: "x"})
	for line, want := range map[string]string{
		`afterimage_ingest_batches_total{result="stored"}`: "1", `afterimage_ingest_batches_total{result="refused"}`: "1",
		`afterimage_outbox_pending`: "1", `afterimage_http_requests_total{code="200",route="/healthz"}`: "1", `go_goroutines`: "",
	} {
		if got := w.metric(line); got == "" || want != "" && got != want {
			t.Errorf("%s is %q, want %q", line, got, want)
		}
	}
	if text := w.metrics(); strings.Contains(text, r.session) || strings.Contains(text, w.keys["shop"]) {
		t.Error("the metrics hold an id")
	}
	w.want(404, call{method: "GET", path: "/api/metrics"}, nil) // never on the public listener
	w.check(w.store.Close())
	w.clock.add(2e9)
	a := w.do(call{method: "GET", path: "/readyz"})
	if a.status != 503 || !strings.Contains(string(a.body), `"database":"unavailable"`) || strings.Contains(string(a.body), "sql") {
		t.Errorf("without a database: %d %s", a.status, a.body)
	}
	w.want(200, call{method: "GET", path: "/healthz"}, nil)
}

func (w *world) metrics() string {
	rec := httptest.NewRecorder()
	w.server.MetricsHandler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	return rec.Body.String()
}

// metric returns the value of one line of the metrics, empty if there is none.
func (w *world) metric(name string) string {
	for line := range strings.SplitSeq(w.metrics(), "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return value
		}
	}
	return ""
}
