package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/afterimage/afterimage/internal/httpapi"
)

// probeApp signs in with the link in its address, then opens the player in a frame and
// writes down what it tells. All of it is same-origin script, as the policies want.
const probeApp = `
const say = text => { const p = document.createElement('p'); p.textContent = text; document.body.append(p); };
addEventListener('message', m => say('player: ' + m.data));
addEventListener('securitypolicyviolation', e => say('app violation: ' + e.effectiveDirective));
const answer = await fetch('/api/v1/auth/redeem', {method: 'POST', body: JSON.stringify({token: new URL(location).searchParams.get('token')})});
say('redeem: ' + answer.status);
const change = await fetch('/api/v1/projects/shop', {method: 'PATCH', body: JSON.stringify({name: 'from the browser'})});
say('patch: ' + change.status);
const frame = document.createElement('iframe');
frame.src = '/player?project=shop';
document.body.append(frame);
`

// probePlayer does what rrweb's player does: it builds a page from strangers inside of
// a sandboxed about:blank frame, which inherits the policy. CANARY is a server of
// another origin, SITE one that the project declares.
const probePlayer = `
const tell = text => parent.postMessage(text, '*');
const frame = document.createElement('iframe');
frame.setAttribute('sandbox', 'allow-same-origin');
document.body.append(frame);
const page = frame.contentDocument;
tell(page ? 'frame is open' : 'frame is closed');
page.open(); page.write('<!doctype html><body><h1>rebuilt</h1></body>'); page.close();
tell('rebuilt: ' + page.querySelector('h1').textContent);
const hostile = ['<img src="CANARY/img">', '<link rel=stylesheet href="CANARY/css">', '<link rel=prefetch href="CANARY/prefetch">', '<iframe src="CANARY/frame"></iframe>',
  '<iframe srcdoc="<script>parent.parent.__pwn=1</script>"></iframe>', '<object data="CANARY/object"></object>', '<embed src="CANARY/embed">', '<video src="CANARY/video" poster="CANARY/poster"></video>',
  '<audio src="CANARY/audio"></audio>', '<style>body{background:url(CANARY/background)} @import "CANARY/import"; @font-face{font-family:x;src:url(CANARY/font)} h1{font-family:x}</style>',
  '<svg><image href="CANARY/svg"/></svg>', '<img src=x onerror="parent.__pwn=1">', '<svg onload="parent.__pwn=1">', '<form action="CANARY/form"><input type=image src="CANARY/input"></form>',
  '<base href="CANARY/">', '<meta http-equiv=refresh content="0;url=CANARY/refresh">', '<img src="/api/v1/sessions?own-api">', '<iframe src="/api/v1/me?own-frame"></iframe>',
  '<img src="SITE/img">', '<link rel=stylesheet href="SITE/css">', '<style>@font-face{font-family:y;src:url(SITE/font)} body{font-family:y}</style>', '<img src="/assets/own.svg">'];
for (const html of hostile) { const d = page.createElement('div'); d.innerHTML = html; page.body.append(d); }
const script = page.createElement('script'); script.textContent = 'parent.__pwn = 1'; page.body.append(script);
const outer = page.createElement('script'); outer.src = 'CANARY/script'; page.body.append(outer);
try { await fetch('CANARY/fetch'); tell('fetch went out'); } catch { tell('fetch is refused'); }
try { await fetch('/api/v1/sessions'); tell('own fetch went out'); } catch { tell('own fetch is refused'); }
setTimeout(() => tell('pwned: ' + (window.__pwn === undefined ? 'no' : 'yes')), 1500);
setTimeout(() => tell('done'), 2500);
`

// hits is a server that notes what is asked of it.
func hits(t *testing.T) (url string, seen func() []string) {
	var mu sync.Mutex
	var paths []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths = append(paths, r.URL.Path)
		w.Header().Set("Access-Control-Allow-Origin", "*") // fonts are asked for with CORS
		if r.URL.Path == "/css" {
			w.Header().Set("Content-Type", "text/css")
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), paths...) }
}

// In a real browser: the sandboxed frame opens under frame-src 'none', nothing of a
// hostile page runs, nothing is asked of any origin but those that the project declares.
func TestPlayerPolicyInChromium(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs Chromium: apt-get install chromium")
	}
	canary, canaryHits := hits(t)
	site, siteHits := hits(t)
	fill := strings.NewReplacer("CANARY", canary, "SITE", site)
	w := newWorld(t, func(d *httpapi.Deps) {
		d.UI = fstest.MapFS{
			"index.html":       {Data: []byte(`<!doctype html><body><script type="module" src="/assets/app.js"></script></body>`)},
			"player.html":      {Data: []byte(`<!doctype html><body><script type="module" src="/assets/player.js"></script></body>`)},
			"assets/app.js":    {Data: []byte(probeApp)},
			"assets/player.js": {Data: []byte(fill.Replace(probePlayer))},
			"assets/own.svg":   {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
		}
	})
	w.want(200, call{method: "PATCH", path: "/api/v1/projects/shop", as: "shop/admin", body: map[string]any{"siteOrigins": []string{site}}}, nil)
	link, err := w.auth.FirstAdminLink(t.Context())
	w.check(err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=8000", "--dump-dom", w.url+"/login?token="+link).Output()
	w.check(err)
	for _, want := range []string{"redeem: 200", "patch: 200", "player: frame is open", "player: rebuilt: rebuilt", "player: fetch is refused", "player: own fetch is refused", "player: pwned: no", "player: done"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the browser did not say %q: %s", want, out)
		}
	}
	if got := canaryHits(); len(got) != 0 {
		t.Errorf("the recorded page reached a foreign origin: %v", got)
	}
	got := fmt.Sprint(siteHits())
	for _, want := range []string{"/img", "/css", "/font"} {
		if !strings.Contains(got, want) {
			t.Errorf("the site's own %s was not loaded: %s", want, got)
		}
	}
	// The API was asked by the app, three times with the cookie, and not by the recorded page.
	for line, want := range map[string]string{`afterimage_http_requests_total{code="200",route="/api/v1/sessions"}`: "", `afterimage_http_requests_total{code="200",route="/api/v1/me"}`: ""} {
		if n := w.metric(line); n != want {
			t.Errorf("the recorded page made the browser ask our API: %s %s", line, n)
		}
	}
}
