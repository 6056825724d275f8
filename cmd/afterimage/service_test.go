package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// get asks the API and returns status and body.
func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestServeIsReadyTellsWhereAndEndsWithZero(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		s := p.serve()
		if status, body := get(t, s.url+"/readyz", ""); status != http.StatusOK {
			t.Errorf("readyz: %d %s", status, body)
		}
		if out := inProcess(nil, "healthcheck", "--addr", strings.TrimPrefix(s.url, "http://")); out.code != 0 {
			t.Errorf("healthcheck: %+v", out)
		}
		if code := s.stop(t, syscall.SIGTERM); code != 0 {
			t.Errorf("SIGTERM: exit %d: %s", code, s.stderr)
		}
		said := s.stderr.String()
		for _, want := range []string{"is ready at " + s.url, s.url + "/login?token=", "Kept in", "/metrics"} {
			if !strings.Contains(said, want) {
				t.Errorf("serve does not say %q: %s", want, said)
			}
		}
		if out := inProcess(nil, "healthcheck", "--addr", strings.TrimPrefix(s.url, "http://")); out.code != 1 {
			t.Errorf("healthcheck of nothing: %+v", out)
		}
	})
}

func TestMetricsAreServedOnTheirOwnAddress(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	s := embedded(t).serve("--metrics-addr", address)
	for path, want := range map[string]string{"/metrics": "go_goroutines", "/debug/pprof/": "goroutine"} {
		if status, body := get(t, "http://"+address+path, ""); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d", path, status)
		}
		if status, _ := get(t, s.url+path, ""); status == http.StatusOK && path == "/debug/pprof/" {
			_, body := get(t, s.url+path, "")
			if strings.Contains(body, "goroutine") {
				t.Errorf("%s is served to the public", path)
			}
		}
	}
	if code := s.stop(t, syscall.SIGINT); code != 0 {
		t.Errorf("SIGINT: exit %d: %s", code, s.stderr)
	}
}

func TestASecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	file := writeFile(t, filepath.Join(t.TempDir(), "r.json"), array(recording(1_700_000_000_000, 8, "x")))
	s := p.serve()
	for _, args := range [][]string{{"verify"}, {"import", file}, {"serve", "--addr", "127.0.0.1:0"}, {"project", "key"}, {"export", "x"}} {
		out := p.fails(1, fmt.Sprintf("is in use by process %d (afterimage serve)", s.cmd.Process.Pid), args...)
		if !strings.Contains(out.stderr, "stop that process") {
			t.Errorf("%v does not say what to do: %s", args, out.stderr)
		}
	}
	s.stop(t, syscall.SIGKILL)
	p.do("verify") // the kernel let go of the lock
}

func TestCommandsWorkThroughARunningService(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	events := recording(1_700_000_000_000, 30, "remote")
	session := p.imported(writeFile(t, filepath.Join(t.TempDir(), "r.json"), array(events)))[0].Session
	admin := strings.TrimSpace(p.do("token", "create", "--role", "admin", "--name", "test"))
	viewer := strings.TrimSpace(p.do("token", "create"))
	s := p.serve()
	remote := func(token string, args ...string) outcome {
		return inProcess(nil, append(args, "--server", s.url, "--token", token)...)
	}
	out := remote(viewer, "export", session)
	if out.code != 0 {
		t.Fatal(out.stderr)
	}
	sameEvents(t, out.stdout, events)
	if out := remote(viewer, "erase", session); out.code != 1 || !strings.Contains(out.stderr, "403") {
		t.Errorf("a viewer erases: %+v", out)
	}
	if out := remote(admin, "erase", session); out.code != 0 {
		t.Errorf("an admin erases: %+v", out)
	}
	if out := remote(admin, "export", session); out.code != 1 || !strings.Contains(out.stderr, "410") || out.stdout != "" {
		t.Errorf("export of what was erased: %+v", out)
	}
	if out := inProcess(nil, "export", session, "--server", s.url); out.code != 2 || !strings.Contains(out.stderr, "--token") {
		t.Errorf("without a token: %+v", out)
	}
}

func TestANewSessionIsFoundWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	key, token := strings.TrimSpace(p.do("project", "key")), strings.TrimSpace(p.do("token", "create"))
	s := p.serve()
	now := time.Now().UnixMilli()
	body := fmt.Sprintf(`{"secret":"%s","sentAt":%d,"events":%s}`, strings.Repeat("0f", 16), now, array(recording(now-5000, 4, "fresh")))
	const id = "0192f3a0-7c4e-7b1a-9d3e-2f6c8a51b7d4"
	answer, err := http.Post(s.url+"/ingest/v1/"+key+"/"+id+"/"+id+"/0", "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("ingest: %s", answer.Status)
	}
	acked := time.Now()
	for {
		_, body := get(t, s.url+"/api/v1/sessions?q=shop.example", token)
		if strings.Contains(body, id) {
			break
		}
		if time.Since(acked) > 2*time.Second {
			t.Fatalf("not found 2 s after the ack: %s", body)
		}
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d: %s", code, s.stderr)
	}
}

// A killed service loses nothing that it acknowledged; and what would be wrong is seen.
func TestNothingAcknowledgedIsLostByKill(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		key := strings.TrimSpace(p.do("project", "key"))
		ledger := filepath.Join(t.TempDir(), "ledger")
		s := p.serve()
		load := exec.Command(binary, "bench", "ingest", "--target", s.url, "--key", key, "--rate", "100", "--duration", "60s", "--sessions", "10",
			"--batch-bytes", "4096", "--ledger", ledger, "--json")
		var summary, said bytes.Buffer
		load.Stdout, load.Stderr = &summary, &said
		if err := load.Start(); err != nil {
			t.Fatal(err)
		}
		waitForLines(t, ledger, 30)
		s.stop(t, syscall.SIGKILL)
		if err := load.Wait(); err == nil || !strings.Contains(said.String(), "does not answer any more") {
			t.Errorf("the driver did not tell that its target is gone: %v: %s", err, said.String())
		}
		text, err := os.ReadFile(ledger)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(string(text), "\n")
		var sum struct{ Acked int }
		if err := json.Unmarshal(summary.Bytes(), &sum); err != nil || sum.Acked != lines {
			t.Errorf("%d lines in the ledger, the summary says %d (%v)", lines, sum.Acked, err)
		}
		p.do("bench", "verify", ledger)
		p.do("verify")

		digest := regexp.MustCompile(`"sha256":"[0-9a-f]{64}"`)
		altered := digest.ReplaceAllString(string(text), `"sha256":"`+strings.Repeat("0", 64)+`"`)
		p.fails(1, "altered", "bench", "verify", writeFile(t, ledger+".altered", altered))
		missing := strings.ReplaceAll(string(text), `"seq":`, `"seq":9`)
		p.fails(1, "missing", "bench", "verify", writeFile(t, ledger+".missing", missing))
		p.do("seal", "--all")
		p.do("bench", "verify", ledger)
	})
}

func waitForLines(t *testing.T, path string, lines int) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-look.C {
		text, err := os.ReadFile(path)
		if err == nil && bytes.Count(text, []byte("\n")) >= lines {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has %d lines, %v", path, bytes.Count(text, []byte("\n")), err)
		}
	}
}

func TestAccessCommands(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	key := p.do("project", "key")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+\n$`).MatchString(key) {
		t.Errorf("project key printed %q", key)
	}
	if again := p.do("project", "key"); again != key {
		t.Errorf("the key changed from %q to %q", key, again)
	}
	other := p.do("project", "create", "shop", "--name", "My shop")
	if other == key {
		t.Error("two projects have one key")
	}
	p.fails(1, `there is a project "shop" already`, "project", "create", "shop")
	p.fails(1, `did you mean "shop"?`, "project", "key", "--project", "shpo")
	p.do("project", "set", "--project", "shop", "--site-origins", "https://a.example, https://b.example:8443", "--retention-days", "30")
	var list struct {
		Projects []struct {
			ID            string
			SiteOrigins   []string
			RetentionDays int
		}
	}
	if err := json.Unmarshal([]byte(p.do("project", "list", "--json")), &list); err != nil || len(list.Projects) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if got := list.Projects[1]; got.ID != "shop" || fmt.Sprint(got.SiteOrigins) != "[https://a.example https://b.example:8443]" || got.RetentionDays != 30 {
		t.Errorf("project: %+v", got)
	}
	p.fails(2, "is not an origin", "project", "set", "--site-origins", "https://a.example/path")

	token := p.do("token", "create", "--project", "shop", "--role", "member", "--name", "ci")
	if strings.Count(token, "\n") != 1 || strings.Contains(token, " ") {
		t.Errorf("token create printed %q", token)
	}
	var tokens struct{ Tokens []struct{ ID, Name string } }
	if err := json.Unmarshal([]byte(p.do("token", "list", "--project", "shop", "--json")), &tokens); err != nil || len(tokens.Tokens) != 1 || tokens.Tokens[0].Name != "ci" {
		t.Fatalf("%+v, %v", tokens, err)
	}
	p.do("token", "revoke", "--project", "shop", tokens.Tokens[0].ID)
	p.fails(1, "no token with the id", "token", "revoke", "--project", "shop", tokens.Tokens[0].ID)

	link := p.do("user", "add", "ann@example.com", "--role", "admin", "--public-url", "https://replay.example/")
	if !strings.HasPrefix(link, "https://replay.example/login?token=") {
		t.Errorf("user add printed %q", link)
	}
	p.fails(1, "is there already", "user", "add", "ann@example.com")
	p.fails(1, "there is nobody", "user", "link", "bob@example.com")
	if out := p.do("user", "list"); !strings.Contains(out, "ann@example.com") {
		t.Errorf("user list printed %q", out)
	}
}

func TestTheMasterKeyIsGuarded(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	p.imported(writeFile(t, filepath.Join(t.TempDir(), "r.json"), array(recording(1_700_000_000_000, 8, "x"))))
	path := filepath.Join(p.folder, keyFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	p.fails(1, "not the master key", "verify", "--master-key", strings.Repeat("00", 32))
	p.fails(1, "32 bytes", "verify", "--master-key", "short")
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	p.fails(1, "put the file back", "verify")
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	p.do("verify")
	p.env = []string{"AFTERIMAGE_S3_ACCESS_KEY=x", "AFTERIMAGE_S3_SECRET_KEY=y"}
	p.fails(1, "the master key must be given", "verify", "--object-store", "s3://bucket?endpoint=127.0.0.1:1")
}

func TestTheDemoHasRecentSessionsOnce(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	count := func() int {
		var v verdict
		if err := json.Unmarshal([]byte(p.do("verify", "--json")), &v); err != nil {
			t.Fatal(err)
		}
		return int(v.Sessions)
	}
	s := p.serve("--demo")
	if status, body := get(t, s.url+"/demo/", ""); status != http.StatusOK || strings.Contains(body, "{{") {
		t.Errorf("the shop: %d", status)
	}
	if status, _ := get(t, s.url+"/demo/api/nothing", ""); status != http.StatusNotFound {
		t.Errorf("an unknown call of the shop: %d", status)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("exit %d: %s", code, s.stderr)
	}
	first := count()
	if first < 5 {
		t.Fatalf("%d sessions", first)
	}
	token := strings.TrimSpace(p.do("token", "create", "--project", demoProject))
	s = p.serve("--demo")
	_, body := get(t, s.url+"/api/v1/sessions?limit=100", token)
	var list struct {
		Items []struct{ StartedAt, EndedAt, DurationMs int64 }
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Items) != first {
		t.Fatalf("%d sessions listed, %d are there: %v", len(list.Items), first, err)
	}
	for _, one := range list.Items {
		if age := time.Since(time.UnixMilli(one.EndedAt)); age < 30*time.Minute || age > 48*time.Hour || one.DurationMs <= 0 {
			t.Errorf("a session ended %s ago and lasted %d ms", age, one.DurationMs)
		}
	}
	s.stop(t, syscall.SIGTERM)
	if again := count(); again != first {
		t.Errorf("%d sessions after the second start, %d after the first", again, first)
	}
}
