package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/testenv"
)

// binary is the program that the black-box tests run, built once by TestMain.
var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "afterimage-cmd")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(folder, "afterimage")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// A place is a set of stores that commands are run on.
type place struct {
	t      *testing.T
	flags  []string // say where the stores are
	env    []string
	folder string // of the data
}

// embedded is an empty data folder.
func embedded(t *testing.T) *place {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	return &place{t: t, flags: []string{"--data", folder}, folder: folder}
}

// scaled is an empty database and bucket, with the search index in a folder.
func scaled(t *testing.T) *place {
	t.Helper()
	p := embedded(t)
	p.flags = append(p.flags, "--database-url", testenv.Postgres(t), "--object-store", testenv.S3(t))
	p.env = []string{"AFTERIMAGE_MASTER_KEY=" + strings.Repeat("4f", 32)}
	return p
}

// everywhere runs a test on each kind of stores.
func everywhere(t *testing.T, test func(t *testing.T, p *place)) {
	t.Run("embedded", func(t *testing.T) { t.Parallel(); test(t, embedded(t)) })
	t.Run("postgres and s3", func(t *testing.T) { t.Parallel(); test(t, scaled(t)) })
}

// command makes a command on these stores.
func (p *place) command(args ...string) *exec.Cmd {
	c := exec.Command(binary, append(args, p.flags...)...)
	c.Env = append(os.Environ(), p.env...)
	return c
}

type outcome struct {
	stdout, stderr string
	code           int
}

func execute(t *testing.T, c *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), c.ProcessState.ExitCode()}
}

// do runs a command that must succeed and returns its standard output.
func (p *place) do(args ...string) string {
	p.t.Helper()
	out := execute(p.t, p.command(args...))
	if out.code != 0 {
		p.t.Fatalf("%s: exit %d: %s%s", strings.Join(args, " "), out.code, out.stdout, out.stderr)
	}
	return out.stdout
}

// fails runs a command that must exit with the status and say what is wanted.
func (p *place) fails(code int, want string, args ...string) outcome {
	p.t.Helper()
	out := execute(p.t, p.command(args...))
	if out.code != code || !strings.Contains(out.stderr, want) {
		p.t.Fatalf("%s: exit %d, want %d and %q; said: %s%s", strings.Join(args, " "), out.code, code, want, out.stdout, out.stderr)
	}
	return out
}

// imported runs import --json and returns a line per session.
func (p *place) imported(args ...string) []imported {
	p.t.Helper()
	return sessionLines(p.t, p.do(append([]string{"import", "--json"}, args...)...))
}

func sessionLines(t *testing.T, text string) []imported {
	t.Helper()
	var all []imported
	for line := range strings.Lines(text) {
		var one imported
		if err := json.Unmarshal([]byte(line), &one); err != nil || one.Session == "" {
			t.Fatalf("import printed %q: %v", line, err)
		}
		all = append(all, one)
	}
	return all
}

// exports checks that a session's export is the events given, byte for byte.
func (p *place) exports(session string, want []string) {
	p.t.Helper()
	sameEvents(p.t, p.do("export", session), want)
}

func sameEvents(t *testing.T, array string, want []string) {
	t.Helper()
	var got []json.RawMessage
	if err := json.Unmarshal([]byte(array), &got); err != nil {
		t.Fatalf("the export is no JSON array: %v", err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d events in, %d out", len(want), len(got))
	}
	for i := range got {
		if string(got[i]) != want[i] {
			t.Fatalf("event %d:\n in %s\nout %s", i+1, want[i], got[i])
		}
	}
}

// A service is a running serve.
type service struct {
	url    string
	cmd    *exec.Cmd
	stderr *bytes.Buffer
	ended  chan error
}

// serve starts the service and waits until it is ready.
func (p *place) serve(args ...string) *service {
	p.t.Helper()
	s := &service{stderr: &bytes.Buffer{}, ended: make(chan error, 1)}
	address := freeAddress(p.t)
	s.url = "http://" + address
	s.cmd = p.command(append([]string{"serve", "--addr", address}, args...)...)
	s.cmd.Stderr = s.stderr
	if err := s.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	p.t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	deadline := time.Now().Add(20 * time.Second)
	for {
		answer, err := http.Get(s.url + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return s
			}
		}
		select {
		case err := <-s.ended:
			p.t.Fatalf("serve ended: %v: %s", err, s.stderr)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("serve is not ready: %v: %s", err, s.stderr)
		}
	}
}

// stop ends the service with a signal and returns its exit status.
func (s *service) stop(t *testing.T, signal syscall.Signal) int {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.ended:
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(30 * time.Second):
		t.Fatalf("the service does not end: %s", s.stderr)
		return -1
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// inProcess runs the program inside of the test, for what needs no stores.
func inProcess(env map[string]string, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), args, environment{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(name string) string { return env[name] },
	})
	return outcome{stdout.String(), stderr.String(), code}
}

// recording makes a recording of so many events after the snapshot. Its events are
// spelled in ways that a careless program would change.
func recording(start int64, events int, mark string) []string {
	all := []string{
		fmt.Sprintf(`{"type":4,"data":{"href":"https://shop.example/%s","width":800,"height":600},"timestamp":%d}`, mark, start),
		fmt.Sprintf(`{ "data" : {"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[{"type":3,"textContent":"결제 \u00e9 \/ <&> %s","id":3}],"id":2}],"id":1},"initialOffset":{"left":0,"top":0}},"type":2,"timestamp":%d }`, mark, start+1),
	}
	for i := range events {
		at := start + 2 + int64(i)*700
		switch i % 4 {
		case 0:
			all = append(all, fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":2,"id":3,"x":1.50,"y":2e1}}`, at))
		case 1:
			all = append(all, fmt.Sprintf(`{"type":3,"data":{"source":0,"texts":[{"id":3,"value":"\ud83d\ude00 %d"}],"attributes":[],"removes":[],"adds":[]},"timestamp":%d.25}`, i, at))
		case 2:
			all = append(all, fmt.Sprintf(`{"type":5,"timestamp":%d,"data":{"tag":"note","payload":{"text":"%s","n":12345678901234567890}}}`, at, mark))
		default:
			all = append(all, fmt.Sprintf(`{"timestamp":%d,"type":3,"data":{"source":3,"id":1,"x":-0,"y":1E2},"extra":null}`, at))
		}
	}
	return all
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func array(events []string) string { return "[" + strings.Join(events, ",") + "]" }
