package httpapi

import (
	"encoding/json"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// RouteForTest is a route as the tests see it; Need is empty for those open to anybody.
type RouteForTest struct{ Method, Path, Need string }

// RoutesForTest lists the table, and panics if Fiber has another route than the table.
func RoutesForTest(s *Server) []RouteForTest {
	var out []RouteForTest
	known := map[string]bool{}
	for _, r := range s.routes {
		out = append(out, RouteForTest{r.method, r.path, string(r.need)})
		known[r.path] = true
	}
	for _, r := range s.app.GetRoutes(true) {
		if !known[r.Path] && !strings.HasPrefix(r.Path, "/demo") {
			panic("Fiber has a route that is not in the table: " + r.Path)
		}
	}
	return out
}

// EventStreamsForTest is how many recordings are being read.
func EventStreamsForTest(s *Server) int { return len(s.eventSlots) }

// FillStreamsForTest takes every slot that streams need, until release is called.
func FillStreamsForTest(s *Server) (release func()) {
	for _, slots := range []chan struct{}{s.eventSlots, s.liveSlots, s.exportSlots} {
		for range cap(slots) {
			slots <- struct{}{}
		}
	}
	return func() {
		for _, slots := range []chan struct{}{s.eventSlots, s.liveSlots, s.exportSlots} {
			for range cap(slots) {
				<-slots
			}
		}
	}
}

// ShowForTest reads into v what the API shows of a session.
func ShowForTest(s *replay.Session, v any) {
	text, err := json.Marshal(sessionOf(s))
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		panic(err)
	}
}
