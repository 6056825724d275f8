package httpapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/replay"
)

// faultyReplay is the real service but for the method under test, which panics or waits.
type faultyReplay struct {
	httpapi.Replay
	events func(ctx context.Context, yield func([]byte) error) error
}

func (f *faultyReplay) Play(context.Context, *replay.Session, replay.EventQuery) (*replay.Playback, error) {
	return &replay.Playback{Events: f.events}, nil
}

// A panic ends one answer, not the process: neither in a handler nor in a stream.
func TestPanics(t *testing.T) {
	fault := &faultyReplay{}
	demo := &httpapi.Demo{Page: func(string) ([]byte, string, bool) { panic("canary in a panic") }}
	w := newWorld(t, func(d *httpapi.Deps) { fault.Replay, d.Replay, d.Demo = d.Replay, fault, demo })
	w.refused(500, "internal", call{method: "GET", path: "/demo/"})
	r := w.record("shop")
	events := call{method: "GET", path: "/api/v1/sessions/" + r.session + "/events", as: "shop/viewer"}
	fault.events = func(context.Context, func([]byte) error) error { panic("canary in a panic") }
	w.refused(500, "internal", events)
	fault.events = func(_ context.Context, yield func([]byte) error) error {
		for range 100_000 {
			if err := yield([]byte(`{"type":3,"timestamp":1,"data":{}}`)); err != nil {
				return err
			}
		}
		panic("canary in a panic")
	}
	if a, err := w.try(events); err == nil {
		t.Errorf("an answer cut off by a panic reads as whole: %d, %d bytes", a.status, len(a.body))
	}
	if log := w.log.String(); strings.Contains(log, "canary") || !strings.Contains(log, "panicked") {
		t.Errorf("the log tells what the panic held, or nothing: %.500s", log)
	}
	w.want(200, call{method: "GET", path: "/healthz"}, nil)
}

// A client that leaves stops the reading that was done for it.
func TestClientGoneStopsEvents(t *testing.T) {
	fault, stopped := &faultyReplay{}, make(chan error, 1)
	w := newWorld(t, func(d *httpapi.Deps) { fault.Replay, d.Replay = d.Replay, fault })
	fault.events = func(_ context.Context, yield func([]byte) error) error {
		for {
			if err := yield([]byte(`{"type":3,"timestamp":1,"data":{}}`)); err != nil {
				stopped <- err
				return err
			}
		}
	}
	r := w.record("shop")
	req, err := w.request(call{method: "GET", path: "/api/v1/sessions/" + r.session + "/events", as: "shop/viewer", header: map[string]string{"Accept-Encoding": "identity"}})
	w.check(err)
	res, err := http.DefaultTransport.RoundTrip(req)
	w.check(err)
	if _, err := io.ReadFull(res.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if n := httpapi.EventStreamsForTest(w.server); n != 1 {
		t.Errorf("%d streams are open, want 1", n)
	}
	res.Body.Close()
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		t.Fatal("the server goes on reading for a client that is gone")
	}
	deadline, tick := time.After(10*time.Second), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for httpapi.EventStreamsForTest(w.server) != 0 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the slot is held")
		}
	}
	if log := w.log.String(); strings.Contains(log, "stream failed") {
		t.Errorf("a client that leaves is logged as our failure: %s", log)
	}
}

// There are only so many streams; one more is told to come back.
func TestStreamsAreBounded(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	release := httpapi.FillStreamsForTest(w.server)
	for _, path := range []string{"/events", "/stream?tab=" + r.tab} {
		c := call{method: "GET", path: "/api/v1/sessions/" + r.session + path, as: "shop/viewer"}
		w.refused(503, "busy", c)
		if w.do(c).header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	release()
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session + "/events", as: "shop/viewer"}, nil)
}

// While storage refuses, uploads are told to come back and nothing is lost.
func TestIngestBusy(t *testing.T) {
	w := newWorld(t)
	r := w.recording("shop")
	ctx, cancel := timeout(10 * time.Second)
	defer cancel()
	w.check(w.service.Close(ctx))
	a := w.want(503, call{method: "POST", path: r.path(0), body: r.body(snapshot(time.Now().UnixMilli())...)}, nil)
	if a.header.Get("Retry-After") == "" || a.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(string(a.body), "/busy") {
		t.Errorf("%v %s", a.header, a.body)
	}
}

// Failed sign-ins are counted by where they come from, as a trusted proxy tells; what a
// client writes into the header itself does not help it.
func TestThrottleSeesThroughProxies(t *testing.T) {
	w := newWorld(t, func(d *httpapi.Deps) { d.Config.TrustedProxies = []string{"127.0.0.1", "10.0.0.0/8"} })
	try := func(forwarded string) int {
		return w.do(call{method: "POST", path: "/api/v1/auth/login", header: map[string]string{"X-Forwarded-For": forwarded},
			body: map[string]string{"email": "nobody@example.com", "password": "wrong password"}}).status
	}
	for i := range 10 {
		if status := try(fmt.Sprintf("198.51.100.%d, 203.0.113.7, 10.1.2.3", i)); status != 401 {
			t.Fatalf("try %d: status %d", i, status)
		}
	}
	if status := try("198.51.100.99, 203.0.113.7, 10.1.2.3"); status != 429 {
		t.Errorf("made-up hops evade the throttle: status %d", status)
	}
	if status := try("203.0.113.8, 10.1.2.3"); status != 401 {
		t.Errorf("another client is throttled: status %d", status)
	}
}

// An upload that is too large is refused in a way that the page's script can read.
func TestTooLargeUploadIsReadable(t *testing.T) {
	w := newWorld(t)
	status, header := w.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example.com\r\nContent-Length: %d\r\n\r\n", w.recording("shop").path(0), 9<<20))
	if status != 413 || header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", status, header)
	}
}

// What a request held is not seen by the next one: Fiber reuses its buffers.
func TestNothingLeaksBetweenRequests(t *testing.T) {
	w := newWorld(t)
	a, b := w.record("shop"), w.record("other")
	done := make(chan error, 2)
	for _, side := range []struct {
		as, own, foreign string
	}{{"shop/viewer", a.session, b.session}, {"other/viewer", b.session, a.session}} {
		go func() {
			for range 300 {
				own, err := w.try(call{method: "GET", path: "/api/v1/sessions/" + side.own, as: side.as})
				if err != nil || own.status != 200 || !strings.Contains(string(own.body), side.own) || strings.Contains(string(own.body), side.foreign) {
					done <- fmt.Errorf("%w: %d %s", err, own.status, own.body)
					return
				}
				foreign, err := w.try(call{method: "GET", path: "/api/v1/sessions/" + side.foreign, as: side.as})
				if err != nil || foreign.status != 404 {
					done <- fmt.Errorf("%w: %d %s", err, foreign.status, foreign.body)
					return
				}
			}
			done <- nil
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
