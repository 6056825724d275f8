package httpapi_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func gunzip(t *testing.T, body []byte) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// sse is one server-sent event.
type sse struct{ event, id, data string }

// follow opens a live stream and sends what comes on a channel, which closes with the stream.
func (w *world) follow(c call) (<-chan sse, *http.Response) {
	w.t.Helper()
	r, err := w.request(c)
	w.check(err)
	res, err := http.DefaultTransport.RoundTrip(r)
	w.check(err)
	w.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		w.t.Fatalf("status %d, content type %q", res.StatusCode, res.Header.Get("Content-Type"))
	}
	out := make(chan sse, 100)
	go func() {
		defer close(out)
		var e sse
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.event = value
			case "id":
				e.id = value
			case "data":
				e.data = value
			case "":
				if e.event != "" {
					out <- e
				}
				e = sse{}
			}
		}
	}()
	return out, res
}

// next waits for an event of that kind and skips those of others.
func next(t *testing.T, events <-chan sse, kind string) sse {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatalf("the stream ended before an event %q", kind)
			}
			if e.event == kind {
				return e
			}
		case <-deadline:
			t.Fatalf("no event %q in 20 s", kind)
		}
	}
}

func TestStreamFollowsASession(t *testing.T) {
	w := newWorld(t)
	r, now := w.recording("shop"), time.Now().UnixMilli()
	w.upload(r, 0, snapshot(now-5000)...)
	w.upload(r, 1, custom(now-4000, "track", map[string]any{"name": "one"}))
	path := "/api/v1/sessions/" + r.session + "/stream?tab=" + r.tab
	events, _ := w.follow(call{method: "GET", path: path + "&after=0", as: "shop/viewer"})
	var session struct {
		ID   string
		Tabs []struct{ Events int }
	}
	w.check(json.Unmarshal([]byte(next(t, events, "session").data), &session))
	if session.ID != r.session || len(session.Tabs) != 1 || session.Tabs[0].Events != 3 {
		t.Errorf("session %+v", session)
	}
	batch := next(t, events, "events")
	if batch.id != "1" || !strings.Contains(batch.data, `"one"`) || strings.Contains(batch.data, `"node"`) {
		t.Errorf("first batch %+v, want 1", batch)
	}
	w.upload(r, 2, custom(now-3000, "track", map[string]any{"name": "two"}))
	batch = next(t, events, "events")
	var data struct {
		Tab    string
		Seq    int
		Events []json.RawMessage
	}
	w.check(json.Unmarshal([]byte(batch.data), &data))
	if batch.id != "2" || data.Tab != r.tab || data.Seq != 2 || len(data.Events) != 1 {
		t.Errorf("next batch %+v", batch)
	}
	// Another client that lost the connection after batch 1.
	again, _ := w.follow(call{method: "GET", path: path + "&after=-1", as: "shop/viewer", header: map[string]string{"Last-Event-ID": "1"}})
	if e := next(t, again, "events"); e.id != "2" {
		t.Errorf("resumed at %+v, want 2", e)
	}
	w.check(w.service.Seal(t.Context(), r.session, true))
	for _, stream := range []<-chan sse{events, again} {
		next(t, stream, "end")
		if _, open := <-stream; open {
			t.Error("the stream goes on after its end")
		}
	}
	sealed, _ := w.follow(call{method: "GET", path: path, as: "shop/viewer"})
	if e := next(t, sealed, "events"); e.id != "0" {
		t.Errorf("a sealed session begins with %+v", e)
	}
	next(t, sealed, "end")
}

func TestStreamEndsWhenErased(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	events, _ := w.follow(call{method: "GET", path: "/api/v1/sessions/" + r.session + "/stream?tab=" + r.tab, as: "shop/viewer"})
	next(t, events, "events")
	w.want(204, call{method: "DELETE", path: "/api/v1/sessions/" + r.session, as: "shop/admin"}, nil)
	next(t, events, "end")
}

func TestStreamParameters(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	path := "/api/v1/sessions/" + r.session + "/stream"
	for _, q := range []string{"", "?tab=" + r.tab + "&after=x", "?tab=" + r.tab + "&after=-2"} {
		w.refused(400, "invalid", call{method: "GET", path: path + q, as: "shop/viewer"})
	}
	w.refused(400, "invalid", call{method: "GET", path: path + "?tab=" + r.tab, as: "shop/viewer", header: map[string]string{"Last-Event-ID": "x"}})
}

// A stopping server ends live streams at once and answers nobody any more.
func TestShutdownEndsStreams(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	events, _ := w.follow(call{method: "GET", path: "/api/v1/sessions/" + r.session + "/stream?tab=" + r.tab, as: "shop/viewer"})
	next(t, events, "events")
	ctx, cancel := timeout(10 * time.Second)
	defer cancel()
	w.check(w.server.Shutdown(ctx))
	for e := range events {
		if e.event == "end" {
			t.Error("the stream told that the session ended")
		}
	}
	if _, err := w.try(call{method: "GET", path: "/healthz"}); err == nil {
		t.Error("answers after shutdown")
	}
}

// A client that goes away frees its slot, without which later ones would be refused.
func TestStreamSlotsAreFreed(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	path := "/api/v1/sessions/" + r.session + "/stream?tab=" + r.tab
	events, res := w.follow(call{method: "GET", path: path, as: "shop/viewer"})
	next(t, events, "events")
	if got := w.metric("afterimage_live_streams"); got != "1" {
		t.Errorf("%s streams are counted, want 1", got)
	}
	res.Body.Close()
	deadline, tick := time.After(20*time.Second), time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for seq := 1; w.metric("afterimage_live_streams") != "0"; seq++ {
		// Each change of the session makes the server write, and so notice.
		w.upload(r, seq, custom(time.Now().UnixMilli(), "track", map[string]any{"name": fmt.Sprint(seq)}))
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the slot of a client that is gone is held")
		}
	}
}
