package sqlstore_test

import (
	"fmt"
	"testing"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/replay"
)

// What the domains promise each other: responses and sessions meet in the outbox, and
// links end with their session.

func TestResponsesAndSessions(t *testing.T) {
	testResponsesAndSessions(t, sqliteFactory(t))
}

func TestPostgresResponsesAndSessions(t *testing.T) {
	testResponsesAndSessions(t, postgresFactory(t, testenv.Postgres(t)))
}

func testResponsesAndSessions(t *testing.T, open func(testing.TB) *sqlstore.Store) {
	for name, run := range map[string]func(*testing.T, *sqlstore.Store){
		"a new response puts its session into the outbox":        newResponseTouches,
		"triage puts its session into the outbox":                triageTouches,
		"erasing cuts the links":                                 erasingCuts,
		"a response to an erased session is kept without a link": lateResponse,
		"a link to another project's session is cut":             foreignLink,
		"a link to a session that is not known yet stays":        earlyResponse,
		"adding while erasing leaves no link":                    addingWhileErasing,
	} {
		t.Run(name, func(t *testing.T) { run(t, open(t)) })
	}
}

const at = 1_760_000_000_000

// storeSession makes a session of the project "p" with one batch and an empty outbox.
func storeSession(t *testing.T, s *sqlstore.Store, id string) {
	t.Helper()
	if _, err := s.Claim(t.Context(), replay.Claim{SessionID: id, ProjectID: "p", WrappedKey: []byte{1}, ClaimedAt: at}); err != nil {
		t.Fatal(err)
	}
	verdicts, err := s.Commit(t.Context(), []replay.Commit{{Batch: replay.Batch{
		SessionID: id, TabID: "t", Pack: "packs/a", Length: 10, Events: 1, FirstAt: at, LastAt: at, ReceivedAt: at,
	}}})
	if err != nil || verdicts[0] != replay.Stored {
		t.Fatal(verdicts, err)
	}
	waiting(t, s)
}

// waiting empties the outbox and returns how many sessions waited.
func waiting(t *testing.T, s *sqlstore.Store) int {
	t.Helper()
	pending, err := s.Lease(t.Context(), at, 1_000, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Done(t.Context(), pending); err != nil {
		t.Fatal(err)
	}
	return len(pending)
}

func response(id, session string) feedback.Response {
	return feedback.Response{ID: id, ProjectID: "p", SessionID: session, TabID: "t", At: at, Kind: feedback.KindText, Text: "words"}
}

func addResponse(t *testing.T, s *sqlstore.Store, r feedback.Response) {
	t.Helper()
	if n, err := s.Add(t.Context(), []feedback.Response{r}); err != nil || n != 1 {
		t.Fatal(n, err)
	}
}

// wantLink checks which session a response is linked to.
func wantLink(t *testing.T, s *sqlstore.Store, id, session string) {
	t.Helper()
	r, err := s.Response(t.Context(), "p", id)
	if err != nil {
		t.Fatal(err)
	}
	if r.SessionID != session || (r.TabID == "") != (session == "") {
		t.Fatalf("linked to %q, tab %q, want session %q", r.SessionID, r.TabID, session)
	}
	if r.Text != "words" {
		t.Fatalf("text is %q", r.Text)
	}
}

func newResponseTouches(t *testing.T, s *sqlstore.Store) {
	storeSession(t, s, "s")
	addResponse(t, s, response("r", "s"))
	if n := waiting(t, s); n != 1 {
		t.Fatalf("%d sessions wait, want 1", n)
	}
	if n, err := s.Add(t.Context(), []feedback.Response{response("r", "s")}); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	if n := waiting(t, s); n != 0 {
		t.Fatalf("%d sessions wait after a repeated response, want none", n)
	}
}

func triageTouches(t *testing.T, s *sqlstore.Store) {
	storeSession(t, s, "s")
	addResponse(t, s, response("r", "s"))
	waiting(t, s)
	for _, want := range []int{1, 0} { // the second time nothing changes
		if _, err := s.Triage(t.Context(), "p", "r", feedback.Patch{Status: new(feedback.StatusSpam)}); err != nil {
			t.Fatal(err)
		}
		if n := waiting(t, s); n != want {
			t.Fatalf("%d sessions wait, want %d", n, want)
		}
	}
}

func erasingCuts(t *testing.T, s *sqlstore.Store) {
	storeSession(t, s, "s")
	storeSession(t, s, "other")
	addResponse(t, s, response("r", "s"))
	addResponse(t, s, response("o", "other"))
	if err := s.Erase(t.Context(), "p", "s", at); err != nil {
		t.Fatal(err)
	}
	wantLink(t, s, "r", "")
	wantLink(t, s, "o", "other")
	if all, err := s.OfSession(t.Context(), "s"); err != nil || len(all) != 0 {
		t.Fatal(all, err)
	}
}

func lateResponse(t *testing.T, s *sqlstore.Store) {
	storeSession(t, s, "s")
	if err := s.Erase(t.Context(), "p", "s", at); err != nil {
		t.Fatal(err)
	}
	waiting(t, s)
	addResponse(t, s, response("r", "s"))
	wantLink(t, s, "r", "")
	if n := waiting(t, s); n != 0 {
		t.Fatalf("%d sessions wait, want none", n)
	}
}

func foreignLink(t *testing.T, s *sqlstore.Store) {
	storeSession(t, s, "s")
	r := response("r", "s")
	r.ProjectID = "q"
	addResponse(t, s, r)
	got, err := s.Response(t.Context(), "q", "r")
	if err != nil || got.SessionID != "" || got.TabID != "" {
		t.Fatal(got, err)
	}
	if n := waiting(t, s); n != 0 {
		t.Fatalf("%d sessions wait, want none", n)
	}
}

func earlyResponse(t *testing.T, s *sqlstore.Store) {
	addResponse(t, s, response("r", "s"))
	storeSession(t, s, "s")
	wantLink(t, s, "r", "s")
	all, err := s.OfSession(t.Context(), "s")
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
}

func addingWhileErasing(t *testing.T, s *sqlstore.Store) {
	for n := range 10 {
		id := fmt.Sprint("s", n)
		storeSession(t, s, id)
		erased := make(chan error, 1)
		go func() { erased <- s.Erase(t.Context(), "p", id, at) }()
		addResponse(t, s, response(id, id))
		if err := <-erased; err != nil {
			t.Fatal(err)
		}
		wantLink(t, s, id, "")
	}
}
