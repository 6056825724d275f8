package httpapi_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/httpapi"
)

// Every route refuses those who are not signed in, and each role gets through exactly
// where it may. What lies behind is missing here, so whoever gets through sees
// anything but 401 and 403.
func TestRolesOnRoutes(t *testing.T) {
	w := newWorld(t)
	id := uuid.NewString()
	fill := strings.NewReplacer(":project", "shop", ":session", id, ":tab", id, ":token", "tok_x", ":response", id, ":seq", "0", ":key", "nokey", ":hash", "x")
	closed := 0
	for _, r := range httpapi.RoutesForTest(w.server) {
		c := call{method: r.Method, path: fill.Replace(r.Path)}
		if r.Method != "GET" && r.Method != "OPTIONS" {
			c.body = "{}"
		}
		if r.Need == "" {
			continue
		}
		closed++
		w.refused(401, "unauthenticated", c)
		c.header = map[string]string{"Authorization": "Bearer ait_wrong"}
		w.refused(401, "unauthenticated", c)
		c.header = map[string]string{"Authorization": "Basic YTpi"}
		w.refused(401, "unauthenticated", c)
		c.header = nil
		for _, role := range []account.Role{account.RoleViewer, account.RoleMember, account.RoleAdmin} {
			c.as = "shop/" + string(role)
			status := w.do(c).status
			denied := status == 401 || status == 403
			// These two are for people only, whatever the token's role.
			peopleOnly := r.Path == "/api/v1/me" && r.Method == "PUT" || r.Path == "/api/v1/projects" && r.Method == "POST"
			if want := !role.Allows(account.Role(r.Need)) || peopleOnly; denied != want {
				t.Errorf("%s %s as %s: status %d, refused should be %v", r.Method, r.Path, role, status, want)
			}
		}
	}
	if closed < 15 {
		t.Errorf("only %d routes need somebody signed in", closed)
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/api/v1/nothing", "/api", "/api/", "/api/v2/sessions", "/ingest", "/ingest/v1/a/b", "/api/v1/sessions/",
		"/demo/", "/api/v1/Sessions"} {
		w.refused(404, "not-found", call{method: "GET", path: path})
		w.refused(404, "not-found", call{method: "POST", path: path, body: "{}"})
	}
	for path, allow := range map[string]string{"/api/v1/sessions": "GET", "/api/v1/auth/login": "POST", "/api/v1/me": "GET, PUT",
		"/ingest/v1/k/s/t/0": "POST, OPTIONS", "/healthz": "GET"} {
		a := w.want(405, call{method: "DELETE", path: path}, nil)
		if got := a.header.Get("Allow"); got != allow {
			t.Errorf("%s: Allow %q, want %q", path, got, allow)
		}
	}
	w.refused(405, "method-not-allowed", call{method: "POST", path: "/p/shop/sessions"})
	w.refused(501, "method-unknown", call{method: "BREW", path: "/api/v1/sessions"})
	w.want(200, call{method: "HEAD", path: "/healthz"}, nil)
}

func TestSecurityHeaders(t *testing.T) {
	w := newWorld(t)
	r := w.recording("shop")
	for _, c := range []call{{method: "GET", path: "/"}, {method: "GET", path: "/api/v1/sessions"}, {method: "GET", path: "/healthz"},
		{method: "GET", path: "/api/v1/nothing"}, {method: "GET", path: "/afterimage.js"}, {method: "GET", path: "/assets/app-abc12.js"},
		{method: "GET", path: "/player", as: "shop/viewer"}, {method: "POST", path: r.path(0), body: "x"}, {method: "BREW", path: "/"}} {
		h := w.do(c).header
		if h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: no nosniff", c.method, c.path)
		}
		if c.method == "BREW" {
			continue // answered before there is a route
		}
		if h.Get("Content-Security-Policy") == "" || h.Get("X-Frame-Options") == "" || h.Get("Referrer-Policy") == "" ||
			h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("Server") != "" {
			t.Errorf("%s %s: headers %v", c.method, c.path, h)
		}
		resources := h.Get("Cross-Origin-Resource-Policy")
		if open := c.path == "/afterimage.js" || strings.HasPrefix(c.path, "/ingest/"); open != (resources == "cross-origin") {
			t.Errorf("%s %s: Cross-Origin-Resource-Policy %q", c.method, c.path, resources)
		}
		if strings.HasPrefix(c.path, "/api/") && (h.Get("Cache-Control") != "no-store" || h.Get("Access-Control-Allow-Origin") != "") {
			t.Errorf("%s %s: headers %v", c.method, c.path, h)
		}
	}
	app := w.do(call{method: "GET", path: "/"}).header.Get("Content-Security-Policy")
	for _, part := range []string{"script-src 'self';", "connect-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(app, part) {
			t.Errorf("the app's policy lacks %q: %s", part, app)
		}
	}
}

// raw sends bytes as they are and returns the status of the first answer; 0 if the
// server only closed the connection.
func (w *world) raw(request string) (status int, header http.Header) {
	w.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	w.check(err)
	defer c.Close()
	if _, err := c.Write([]byte(request)); err != nil {
		return 0, nil
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	return res.StatusCode, res.Header
}

func TestBadHTTP(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		request string
		status  int
	}{
		"header over 16 KiB":        {"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: " + strings.Repeat("x", 17<<10) + "\r\n\r\n", 431},
		"header of 12 KiB":          {"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: " + strings.Repeat("x", 12<<10) + "\r\n\r\n", 200},
		"no host":                   {"GET /healthz HTTP/1.1\r\n\r\n", 400},
		"two content lengths":       {"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		"unknown transfer coding":   {"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n{}", 400},
		"API body over 1 MiB":       {fmt.Sprintf("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", 1<<20+1), 413},
		"ingest body over 8 MiB":    {fmt.Sprintf("POST /ingest/v1/a/b/c/0 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", 8<<20+1), 413},
		"chunks and a length":       {"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400},
		"a length and chunks":       {"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\ncontent-length: 4\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400},
		"chunks in HTTP/1.0":        {"POST /api/v1/auth/login HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400},
		"chunks and another header": {"POST /api/v1/auth/logout HTTP/1.1\r\nHost: x\r\nX-Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 204},
		"chunks":                    {"POST /api/v1/auth/logout HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 204},
		"not HTTP":                  {"HELO there\r\n\r\n", 400},
	} {
		status, header := w.raw(tc.request)
		if status != tc.status {
			t.Errorf("%s: status %d, want %d", name, status, tc.status)
		}
		if status >= 400 && header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: content type %q", name, header.Get("Content-Type"))
		}
	}
	w.want(200, call{method: "GET", path: "/healthz"}, nil)
}

// The log names routes, not paths: neither ids nor queries nor bodies.
func TestLogHoldsNoContent(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	w.want(200, call{method: "GET", path: "/api/v1/sessions?q=canary1", as: "shop/viewer"}, nil)
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session + "/events", as: "shop/viewer"}, nil)
	w.do(call{method: "POST", path: "/api/v1/auth/login", body: map[string]string{"email": "canary2@x", "password": "canary3"}})
	log := w.log.String()
	if !strings.Contains(log, "/api/v1/sessions/:session/events") {
		t.Fatalf("no access log: %s", log)
	}
	for _, canary := range []string{"canary", r.session, r.key, w.tokens["shop/viewer"], "is null in"} {
		if strings.Contains(log, canary) {
			t.Errorf("the log holds %q: %s", canary, log)
		}
	}
}
