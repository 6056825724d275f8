package httpapi_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

type response struct {
	ID, ProjectID, SessionID, Kind, Text, Status string
	Score                                        *int
	At                                           int64
	Complaint                                    bool
}

type responseList struct {
	Items      []response
	NextCursor string
	Added      int
}

func TestResponses(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	var made responseList
	post := func(body any) call {
		return call{method: "POST", path: "/api/v1/responses", as: "shop/member", body: body}
	}
	w.want(201, post(map[string]any{"kind": "nps", "score": 2, "text": "결제 버튼이 안 눌려요", "sessionId": r.session, "tab": r.tab}), &made)
	if made.Added != 1 || len(made.Items) != 1 || !made.Items[0].Complaint || made.Items[0].Status != "open" || made.Items[0].At == 0 || made.Items[0].SessionID != r.session {
		t.Fatalf("made %+v", made)
	}
	first := made.Items[0]
	var many []map[string]any
	for i := range 5 {
		many = append(many, map[string]any{"id": fmt.Sprintf("import-%d", i), "at": 1000 + i, "kind": "csat", "score": i%5 + 1, "text": "imported"})
	}
	for _, want := range []int{5, 0} { // the same import again adds nothing
		w.want(201, post(map[string]any{"items": many}), &made)
		if made.Added != want || len(made.Items) != 5 {
			t.Errorf("added %d, want %d", made.Added, want)
		}
	}
	listed := func(query string) []string {
		var ids []string
		for cursor := ""; ; {
			var page responseList
			w.want(200, call{method: "GET", path: "/api/v1/responses?limit=2&" + query + "&cursor=" + cursor, as: "shop/viewer"}, &page)
			for _, item := range page.Items {
				ids = append(ids, item.ID)
			}
			if cursor = page.NextCursor; cursor == "" {
				return ids
			}
		}
	}
	for query, want := range map[string]string{
		"": first.ID + " import-4 import-3 import-2 import-1 import-0", "complaint=true": first.ID + " import-1 import-0",
		"q=" + url.QueryEscape("버튼이"): first.ID, "from=1002&to=1004": "import-3 import-2", "status=resolved": "",
	} {
		if got := strings.Join(listed(query), " "); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	w.want(200, call{method: "PATCH", path: "/api/v1/responses/import-4", as: "shop/member", body: `{"status":"spam"}`}, nil)
	w.want(200, call{method: "PATCH", path: "/api/v1/responses/import-3", as: "shop/member", body: `{"status":"resolved"}`}, nil)
	if got := strings.Join(listed("status=resolved"), " "); got != "import-3" {
		t.Errorf("resolved: %s", got)
	}
	if got := strings.Join(listed(""), " "); strings.Contains(got, "import-4") {
		t.Errorf("spam is listed: %s", got)
	}
	w.refused(404, "not-found", call{method: "PATCH", path: "/api/v1/responses/import-3", as: "other/member", body: `{"status":"open"}`})
	w.refused(404, "not-found", call{method: "PATCH", path: "/api/v1/responses/nothing", as: "shop/member", body: `{"status":"open"}`})
	for _, body := range []string{`{}`, `{"status":"done"}`, `{"status":null}`, `{"text":"x"}`, ``} {
		w.refused(400, "invalid", call{method: "PATCH", path: "/api/v1/responses/import-3", as: "shop/member", body: body})
	}
	for _, q := range []string{"cursor=x", "cursor=" + strings.Repeat("eA", 3), "limit=999", "status=done", "q=%ff"} {
		w.refused(400, "invalid", call{method: "GET", path: "/api/v1/responses?" + q, as: "shop/viewer"})
	}
}

func TestBadResponses(t *testing.T) {
	w := newWorld(t)
	foreign := w.record("other")
	for _, body := range []any{
		"", "[]", "{}", `{"items":[]}`, `{"items":null}`, `{"items":{}}`, `{"kind":"nps"}`, `{"kind":"nps","score":11}`, `{"kind":"nps","score":-1}`, `{"kind":"nps","score":2.5}`,
		`{"kind":"csat","score":0}`, `{"kind":"ces","score":8}`, `{"kind":"text"}`, `{"kind":"text","text":" "}`, `{"kind":"text","text":"x","score":1}`,
		`{"kind":"poll","text":"x"}`, `{"kind":"text","text":"x","id":"a b"}`, `{"kind":"text","text":"x","at":-1}`, `{"kind":"text","text":"x","status":"done"}`,
		`{"kind":"text","text":"a\u0000b"}`, "{\"kind\":\"text\",\"text\":\"\xff\"}", `{"kind":"text","text":"x","color":"red"}`,
		map[string]any{"kind": "text", "text": strings.Repeat("x", 20001)}, map[string]any{"kind": "text", "text": "x", "url": strings.Repeat("x", 2001)},
		map[string]any{"kind": "text", "text": "x", "sessionId": uuid.NewString()}, map[string]any{"kind": "text", "text": "x", "sessionId": foreign.session},
		fmt.Sprintf(`{"items":[%s{"kind":"text","text":"x"}]}`, strings.Repeat(`{"kind":"text","text":"x"},`, 1000)),
	} {
		w.refused(400, "invalid", call{method: "POST", path: "/api/v1/responses", as: "shop/member", body: body})
	}
	var got responseList
	w.want(200, call{method: "GET", path: "/api/v1/responses", as: "shop/viewer"}, &got)
	if len(got.Items) != 0 {
		t.Errorf("bad responses were kept: %+v", got.Items)
	}
	w.want(201, call{method: "POST", path: "/api/v1/responses", as: "shop/member", body: `{"kind":"text","text":"a\\u0000b"}`}, nil) // a backslash and letters
}

// What is answered inside of a recording comes up as a response.
func TestResponseFromRecording(t *testing.T) {
	w := newWorld(t)
	r, now := w.recording("shop"), time.Now().UnixMilli()
	id := uuid.NewString()
	w.upload(r, 0, append(snapshot(now-5000), custom(now-1000, "response", map[string]any{"id": id, "kind": "text", "text": "broken", "category": "problem"}))...)
	w.indexed()
	var got responseList
	w.want(200, call{method: "GET", path: "/api/v1/responses?complaint=true", as: "shop/viewer"}, &got)
	if len(got.Items) != 1 || got.Items[0].ID != id || got.Items[0].SessionID != r.session || !got.Items[0].Complaint {
		t.Errorf("responses %+v", got.Items)
	}
}
