package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// freshWithin is the promise: whoever searches finds a session this long after its batch was acked.
const freshWithin = 2 * time.Second

// upload stores one batch of a session; its recording is of now.
func upload(t *testing.T, s *service, key, session string, seq int, events ...string) {
	t.Helper()
	body := fmt.Sprintf(`{"secret":"0123456789abcdef0123456789abcdef","sentAt":%d,"events":[%s]}`, time.Now().UnixMilli(), strings.Join(events, ","))
	answer, err := http.Post(fmt.Sprintf("%s/ingest/v1/%s/%s/%s/%d", s.url, key, session, session, seq), "text/plain", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if said, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		t.Fatalf("batch %d: %d %s", seq, answer.StatusCode, said)
	}
}

// finds waits until a search finds a session, and tells how long that took. It fails over freshWithin.
func finds(t *testing.T, s *service, token, query, session string) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		status, body := get(t, s.url+"/api/v1/sessions?q="+url.QueryEscape(query), token)
		var list struct{ Items []struct{ ID string } }
		if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %s", query, status, body)
		}
		for _, found := range list.Items {
			if found.ID == session {
				return time.Since(began)
			}
		}
		if time.Since(began) > freshWithin {
			t.Fatalf("%s does not find the session %v after the ack", query, freshWithin)
		}
	}
}

// TestASessionIsFoundSoonAfterTheAck looks for what each batch brought: a complaint, an error, and clicks that only together
// with those of the batch before are a rage click.
func TestASessionIsFoundSoonAfterTheAck(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		key, token := strings.TrimSpace(p.do("project", "key")), strings.TrimSpace(p.do("token", "create"))
		s := p.serve()
		session := uuid.Must(uuid.NewV7()).String()
		now := time.Now().UnixMilli()
		custom := func(tag, payload string) string {
			return fmt.Sprintf(`{"type":5,"timestamp":%d,"data":{"tag":%q,"payload":%s}}`, now, tag, payload)
		}
		click := func(at int64) string {
			return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":2,"id":9,"x":5,"y":5}}`, now+at)
		}
		worst := time.Duration(0)
		for seq, c := range []struct{ query, events string }{
			{"url:/cart", fmt.Sprintf(`{"type":4,"timestamp":%d,"data":{"href":"https://x.kr/cart","width":1,"height":1}}`, now)},
			{"complaint:결제 nps:<=6", custom("afterimage.response", `{"id":"r1","kind":"nps","score":2,"text":"카드결제가 안돼요"}`)},
			{"error:TypeError error.type:TypeError", custom("afterimage.error", `{"type":"TypeError","message":"x is null"}`)},
			{"clicks:2", click(10) + "," + click(300)},
			{"rage:>0 complaint:결제 error.type:TypeError url:/cart", click(600) + "," + click(900)},
		} {
			upload(t, s, key, session, seq, c.events)
			worst = max(worst, finds(t, s, token, c.query, session))
		}
		t.Logf("found after at most %v", worst)
		_, body := get(t, s.url+"/api/v1/sessions/"+session, token)
		if !strings.Contains(body, `"rage":1`) {
			t.Errorf("the session counts no rage click: %s", body)
		}
		if code := s.stop(t, syscall.SIGTERM); code != 0 {
			t.Errorf("exit %d: %s", code, s.stderr)
		}
	})
}
