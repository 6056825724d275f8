package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

func TestReindexThroughAService(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	p.imported(writeFile(t, filepath.Join(t.TempDir(), "r.json"), array(recording(1_700_000_000_000, 8, "x"))))
	admin := strings.TrimSpace(p.do("token", "create", "--role", "admin"))
	member := strings.TrimSpace(p.do("token", "create", "--role", "member"))
	s := p.serve()
	if out := inProcess(nil, "reindex", "--server", s.url, "--token", admin, "--json"); out.code != 0 || out.stdout != `{"sessions":1}`+"\n" {
		t.Errorf("%+v", out)
	}
	if out := inProcess(nil, "reindex", "--server", s.url, "--token", admin); out.code != 0 || out.stdout != "" || out.stderr != "1 session indexed\n" {
		t.Errorf("%+v", out)
	}
	if out := inProcess(nil, "reindex", "--server", s.url, "--token", member); out.code != 1 || !strings.Contains(out.stderr, "role does not allow") {
		t.Errorf("as a member: %+v", out)
	}
	if out := inProcess(nil, "reindex", "--server", s.url); out.code != 2 || !strings.Contains(out.stderr, "needs a token") {
		t.Errorf("without a token: %+v", out)
	}
	if _, body := get(t, s.url+"/api/v1/sessions?total=true", admin); !strings.Contains(body, `"total":1`) {
		t.Errorf("after the rebuild: %s", body)
	}
	s.stop(t, syscall.SIGTERM)
	if out := p.do("reindex", "--json"); out != `{"sessions":1}`+"\n" {
		t.Errorf("of the stores: %s", out)
	}
}

// TestReindexSaysHowItEnded plays a service whose rebuild fails, or is not known any more.
func TestReindexSaysHowItEnded(t *testing.T) {
	t.Parallel()
	state := map[string]any{}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rebuild := map[string]any{"running": true, "startedAt": 5}
		if r.Method == http.MethodGet {
			rebuild = state
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"rebuild": rebuild}); err != nil {
			t.Error(err)
		}
	}))
	defer service.Close()
	state["startedAt"], state["error"] = 5, "the disk is full"
	if out := inProcess(nil, "reindex", "--server", service.URL, "--token", "t"); out.code != 1 || !strings.Contains(out.stderr, "keeps the old one: the disk is full") {
		t.Errorf("%+v", out)
	}
	service.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") })
	if out := inProcess(nil, "reindex", "--server", service.URL, "--token", "t"); out.code != 1 || !strings.Contains(out.stderr, "cannot be read") {
		t.Errorf("%+v", out)
	}
}

func TestProgressOfAShare(t *testing.T) {
	var shown bytes.Buffer
	p := &progress{c: &call{environment: environment{stderr: &shown}}, shows: true}
	for _, s := range []struct {
		done, total int64
		took        time.Duration
		want        string
	}{
		{0, 200, 0, "0 of 200 sessions"}, {50, 200, 10 * time.Second, "50 of 200 sessions (25 %), 5/s, 30s left"},
		{210, 200, 10 * time.Second, "210 of 210 sessions (100 %), 21/s, 0s left"}, {3, 0, time.Minute, "3 of 3 sessions"},
	} {
		shown.Reset()
		p.last = time.Time{}
		p.share(s.done, s.total, s.took, "sessions")
		if got := strings.TrimPrefix(shown.String(), "\r\x1b[K"); got != s.want {
			t.Errorf("%d of %d: %q, want %q", s.done, s.total, got, s.want)
		}
	}
}

// TestCountryByFile: with a file of countries, a session has the country of the address that it is sent from.
func TestCountryByFile(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	p.fails(1, "--geoip-file: read countries: ", "serve", "--addr", freeAddress(t), "--geoip-file", filepath.Join(t.TempDir(), "nothing.mmdb"))
	path := filepath.Join(t.TempDir(), "countries.mmdb")
	tree, err := mmdbwriter.New(mmdbwriter.Options{IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	_, loopback, _ := net.ParseCIDR("127.0.0.0/8")
	if err := tree.Insert(loopback, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("KR")}}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := tree.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSpace(p.do("project", "key"))
	token := strings.TrimSpace(p.do("token", "create"))
	s := p.serve("--geoip-file", path, "--country-header", "CF-IPCountry")
	send := func(session, header string) string {
		t.Helper()
		now := time.Now().UnixMilli()
		body := fmt.Sprintf(`{"secret":"%s","sentAt":%d,"events":%s}`, strings.Repeat("ab", 16), now, array(recording(now, 3, "x")))
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/ingest/v1/"+key+"/"+session+"/"+session+"/0", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("CF-IPCountry", header)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var told struct{ Country string }
		_, text := get(t, s.url+"/api/v1/sessions/"+session, token)
		if err := json.Unmarshal([]byte(text), &told); err != nil {
			t.Fatalf("%d: %s: %v", answer.StatusCode, text, err)
		}
		return told.Country
	}
	for i, c := range []struct{ header, want string }{{"", "KR"}, {"jp", "JP"}, {"XX", "KR"}} {
		if got := send(fmt.Sprintf("0198f000-0000-7000-8000-00000000000%d", i), c.header); got != c.want {
			t.Errorf("with the header %q: %q, want %q", c.header, got, c.want)
		}
	}
}
