package httpapi_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/segment"
	"github.com/afterimage/afterimage/replay/signal"
)

// filled is a session as a test wants it; what is empty is filled in.
type filled struct {
	id, project string
	at          int64 // unix ms, of its first event
	client      replay.Client
	summary     replay.Summary
	moments     []replay.Moment
}

// Filled sessions have keys like others, all the same one.
var (
	ring    = segment.NewKeyring([32]byte{1})
	dataKey = segment.NewDataKey()
)

// fill stores sessions as uploads would, without their bytes: some thousand in a second.
func (w *world) fill(sessions ...filled) {
	w.t.Helper()
	for part := range slices.Chunk(sessions, 500) {
		commits := make([]replay.Commit, 0, len(part))
		for i := range part {
			commits = append(commits, w.claimed(&part[i]))
		}
		verdicts, err := w.store.Commit(w.t.Context(), commits)
		w.check(err)
		for _, v := range verdicts {
			if v != replay.Stored {
				w.t.Fatalf("verdict %v", v)
			}
		}
	}
}

func (w *world) claimed(f *filled) replay.Commit {
	w.t.Helper()
	if f.project == "" {
		f.project = "shop"
	}
	if f.id == "" {
		f.id = uuid.NewString()
	}
	_, err := w.store.Claim(w.t.Context(), replay.Claim{SessionID: f.id, ProjectID: f.project, WrappedKey: ring.Wrap(dataKey, f.id), Client: f.client, ClaimedAt: f.at})
	w.check(err)
	return replay.Commit{Summary: f.summary, Batch: replay.Batch{SessionID: f.id, TabID: "tab", Pack: "packs/none", Length: 1, RawBytes: 1000, Events: 3,
		FirstAt: f.at, LastAt: f.at + 60_000, SnapshotAt: f.at, ReceivedAt: f.at + 60_500, Moments: f.moments,
		Facts: signal.AppendFacts(nil, []signal.Fact{{At: f.at}})}} // so that nobody looks for them in its bytes
}

// crowd is n sessions of many people, a minute apart, the newest last.
func crowd(n int, until int64) []filled {
	browsers, systems, countries := []string{"Chrome", "Safari", "Firefox"}, []string{"Windows", "macOS", "iOS", "Android"}, []string{"KR", "US", "JP", "DE", "FR"}
	errors := []string{"x is null", "결제를 처리하지 못했습니다", "fetch failed", "quota exceeded"}
	all := make([]filled, n)
	for i := range all {
		at := until - int64(n-i)*60_000
		path := fmt.Sprintf("https://shop.example.com/item/%d", i%97)
		f := filled{id: idOf(i), at: at, client: replay.Client{Browser: browsers[i%3], OS: systems[i%4], Device: "desktop", Country: countries[i%5], Language: "ko-KR"}}
		f.summary = replay.Summary{User: replay.User{ID: fmt.Sprintf("user-%d", i%500), Email: fmt.Sprintf("user%d@example.com", i%500), Traits: json.RawMessage(`{"plan":"pro"}`)},
			Release: "1.2.3", Counts: replay.Counts{Pages: 3, Clicks: i % 40, Errors: i % 2}, ActiveMs: 30_000, Vitals: replay.Vitals{"LCP": 1800, "CLS": 0.02},
			Pages: []replay.Page{{At: at, Tab: "tab", URL: "https://shop.example.com/"}, {At: at + 20_000, Tab: "tab", URL: path, Title: fmt.Sprintf("Item %d", i%97)},
				{At: at + 40_000, Tab: "tab", URL: "https://shop.example.com/checkout"}}}
		if i%2 == 1 {
			data, _ := json.Marshal(map[string]string{"type": "TypeError", "message": errors[i%4]})
			f.moments = []replay.Moment{{At: at + 30_000, Kind: "error", Label: errors[i%4], Data: data}}
		}
		all[i] = f
	}
	return all
}

// idOf is a session's id that differs from its neighbours' all over, as real ones do.
func idOf(i int) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(i)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(b[8:], uint64(i))
	return uuid.UUID(b).String()
}
