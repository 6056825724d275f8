package replaytest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

func testSummaries(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"a new session": newSession,
		"client times become the server's": func(h *harness) {
			c := claimOf("p", "s")
			c.ClockOffsetMs = -60_000
			storetest.Must[replay.Claim](h)(h.Store.Claim(h.Ctx, c))
			first := commitOf("s", 0)
			first.Summary.Pages = []replay.Page{{At: base + 1, Tab: "t", URL: "/"}}
			h.commit(first, commitOf("s", 1))
			s := h.session("s")
			storetest.Equal(h, "offset", s.ClockOffsetMs, -60_000)
			storetest.Equal(h, "times", []int64{s.StartedAt, s.EndedAt, s.ReceivedAt}, []int64{base - 60_000, base - 51_000, base + 9_500})
			storetest.Equal(h, "pages", s.Pages, []replay.Page{{At: base - 59_999, Tab: "t", URL: "/"}})
			b := storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 0))
			storetest.Equal(h, "a batch keeps the client's", b.FirstAt, int64(base))
		},
		"counts and bytes add up": func(h *harness) {
			h.claim("s")
			counts := replay.Counts{Pages: 1, Clicks: 2, Errors: 3, ConsoleErrors: 4, FailedRequests: 5, Responses: 6, Custom: 7}
			for seq := range int64(3) {
				h.commit(with(commitOf("s", seq), func(c *replay.Commit) { c.Summary.Counts = counts }))
			}
			s := h.session("s")
			storetest.Equal(h, "counts", s.Counts, replay.Counts{Pages: 3, Clicks: 6, Errors: 9, ConsoleErrors: 12, FailedRequests: 15, Responses: 18, Custom: 21})
			storetest.Equal(h, "sums", []int64{s.Events, s.RawBytes, s.StoredBytes}, []int64{30, 3_000, 300})
		},
		"the worst of each vital holds": func(h *harness) {
			h.claim("s")
			for seq, v := range []replay.Vitals{{"LCP": 900, "CLS": 0.25}, nil, {"LCP": 2400.5, "CLS": 0.1, "INP": 80}} {
				h.commit(with(commitOf("s", int64(seq)), func(c *replay.Commit) { c.Summary.Vitals = v }))
			}
			storetest.Equal(h, "vitals", h.session("s").Vitals, replay.Vitals{"LCP": 2400.5, "CLS": 0.25, "INP": 80})
		},
		"the site's tags add up": func(h *harness) {
			h.claim("s")
			storetest.Equal(h, "none", h.tell(0, replay.Summary{}).SiteTags, []string(nil))
			storetest.Equal(h, "first", h.tell(1, replay.Summary{Tags: []string{"베타", "a"}}).SiteTags, []string{"베타", "a"})
			many := []string{"a"}
			for i := range 2 * replay.TagsMax {
				many = append(many, fmt.Sprint("t", i))
			}
			got := h.tell(2, replay.Summary{Tags: many}).SiteTags
			storetest.Equal(h, "bounded", len(got), replay.TagsMax)
			storetest.Equal(h, "kept", got[:3], []string{"베타", "a", "t0"})
			storetest.Equal(h, "nothing new", h.tell(3, replay.Summary{}).SiteTags, got)
		},
		"what is told last holds":         lastTold,
		"the first referrer holds":        firstReferrer,
		"pages":                           mergedPages,
		"pages are bounded":               boundedPages,
		"activity across batches":         activity,
		"activity with nothing done":      noActivity,
		"nonsense does not stop a commit": nonsense,
	})
}

func newSession(h *harness) {
	h.claim("s")
	c := commitOf("s", 0)
	c.Summary = replay.Summary{
		User:    replay.User{ID: "u", Email: "u@example.com", Traits: json.RawMessage(`{"plan":"<pro>","n":1.50}`)},
		Release: "1.2.3", Referrer: "https://example.com/", ActiveMs: 5, FirstActiveAt: base + 1, LastActiveAt: base + 6,
		Pages: []replay.Page{{At: base, Tab: "t", URL: "https://shop/", Title: "가게"}}, Counts: replay.Counts{Pages: 1},
	}
	h.commit(c)
	storetest.Equal(h, "session", h.session("s"), replay.Session{
		ID: "s", ProjectID: "p", State: replay.StateLive, StartedAt: base, EndedAt: base + 4_000, ReceivedAt: base + 4_500,
		ActiveMs: 5, LastActiveAt: base + 6, User: c.Summary.User, Client: claimOf("p", "s").Client,
		Release: "1.2.3", Referrer: "https://example.com/", Pages: c.Summary.Pages, Counts: c.Summary.Counts,
		Events: 10, RawBytes: 1_000, StoredBytes: 100,
	})
}

// tell commits one more batch with a summary.
func (h *harness) tell(seq int64, sum replay.Summary) replay.Session {
	h.Helper()
	c := commitOf("s", seq)
	c.Summary = sum
	storetest.Equal(h, "verdict", h.commit(c), []replay.Verdict{replay.Stored})
	return h.session("s")
}

func lastTold(h *harness) {
	h.claim("s")
	traits := json.RawMessage(`{"a":1}`)
	h.tell(0, replay.Summary{Release: "1"})
	s := h.tell(1, replay.Summary{User: replay.User{ID: "u", Email: "u@x", Traits: traits}})
	storetest.Equal(h, "release stays", s.Release, "1")
	s = h.tell(2, replay.Summary{User: replay.User{ID: "u"}, Release: "2"})
	storetest.Equal(h, "the same user keeps what was told", s.User, replay.User{ID: "u", Email: "u@x", Traits: traits})
	storetest.Equal(h, "release changes", s.Release, "2")
	s = h.tell(3, replay.Summary{})
	storetest.Equal(h, "nothing told, nothing changed", s.User, replay.User{ID: "u", Email: "u@x", Traits: traits})
	s = h.tell(4, replay.Summary{User: replay.User{ID: "v"}})
	storetest.Equal(h, "another user starts empty", s.User, replay.User{ID: "v"})
}

func firstReferrer(h *harness) {
	h.claim("s")
	h.tell(0, replay.Summary{})
	storetest.Equal(h, "first", h.tell(1, replay.Summary{Referrer: "https://a/"}).Referrer, "https://a/")
	storetest.Equal(h, "second", h.tell(2, replay.Summary{Referrer: "https://b/"}).Referrer, "https://a/")
}

func mergedPages(h *harness) {
	h.claim("s")
	a := replay.Page{At: base + 1, Tab: "t", URL: "/a"}
	b := replay.Page{At: base + 2, Tab: "t", URL: "/b", Title: "B"}
	c := replay.Page{At: base + 3, Tab: "u", URL: "/a"}
	h.tell(0, replay.Summary{Pages: []replay.Page{c, a}})
	s := h.tell(1, replay.Summary{Pages: []replay.Page{b, a, c, b}})
	storetest.Equal(h, "pages", s.Pages, []replay.Page{a, b, c})
	storetest.Equal(h, "they stay without more", h.tell(2, replay.Summary{}).Pages, []replay.Page{a, b, c})
}

func boundedPages(h *harness) {
	h.claim("s")
	var pages []replay.Page
	for n := range int64(600) {
		pages = append(pages, replay.Page{At: base + n, Tab: "t", URL: fmt.Sprint("/", n)})
	}
	h.tell(0, replay.Summary{Pages: pages[300:]})
	s := h.tell(1, replay.Summary{Pages: pages[:300]})
	storetest.Equal(h, "pages", s.Pages, pages[:500])
}

func activity(h *harness) {
	h.claim("s")
	part := func(from, to int64) replay.Summary {
		return replay.Summary{ActiveMs: to - from, FirstActiveAt: base + from, LastActiveAt: base + to}
	}
	storetest.Equal(h, "first", h.tell(0, part(1_000, 3_000)).ActiveMs, 2_000)
	storetest.Equal(h, "a gap of 10 s counts", h.tell(1, part(13_000, 14_000)).ActiveMs, 13_000)
	storetest.Equal(h, "one of more does not", h.tell(2, part(24_001, 25_001)).ActiveMs, 14_000)
	s := h.tell(3, part(20_000, 21_000))
	storetest.Equal(h, "nor does one backwards", s.ActiveMs, 15_000)
	storetest.Equal(h, "the last one stays the latest", s.LastActiveAt, int64(base+25_001))

	h.claim("r")
	var group []replay.Commit
	for seq, sum := range slices.All([]replay.Summary{part(0, 1_000), {}, part(2_000, 3_000)}) {
		group = append(group, with(commitOf("r", int64(seq)), func(c *replay.Commit) { c.Summary = sum }))
	}
	h.commit(group...)
	storetest.Equal(h, "within one commit", h.session("r").ActiveMs, 3_000)
}

func noActivity(h *harness) {
	h.claim("s")
	h.tell(0, replay.Summary{})
	s := h.tell(1, replay.Summary{ActiveMs: 0, FirstActiveAt: base + 5_000, LastActiveAt: base + 5_000})
	storetest.Equal(h, "active", s.ActiveMs, 0)
	storetest.Equal(h, "last", h.tell(2, replay.Summary{}).LastActiveAt, int64(base+5_000))
}

// nonsense is told by pages; it must neither be stored as it is nor keep other batches out.
func nonsense(h *harness) {
	h.claim("s")
	s := h.tell(0, replay.Summary{
		Release: "1\x00.2", Referrer: "\xff", User: replay.User{ID: "u\x00", Email: "\xc3\x28", Traits: json.RawMessage("{\x00")},
		Pages: []replay.Page{{At: base, Tab: "t", URL: "/a\x00b"}},
	})
	storetest.Equal(h, "release", s.Release, "1.2")
	storetest.Equal(h, "referrer", s.Referrer, "\uFFFD")
	storetest.Equal(h, "user", s.User, replay.User{ID: "u", Email: "\uFFFD("})
	storetest.Equal(h, "url", s.Pages[0].URL, "/a\x00b") // JSON can hold it

	c := commitOf("s", 1)
	c.Batch.Moments = []replay.Moment{
		{At: 1, Kind: "a", Data: json.RawMessage("{")}, {At: 2, Kind: "b", Data: json.RawMessage("\"\xff\"")}, {At: 3, Kind: "c\xff", Data: json.RawMessage("[1]")},
	}
	storetest.Equal(h, "verdict", h.commit(c), []replay.Verdict{replay.Stored})
	c.Batch.Moments[0].Data, c.Batch.Moments[1].Data, c.Batch.Moments[2].Kind = nil, json.RawMessage("\"\uFFFD\""), "c\uFFFD"
	storetest.Equal(h, "moments", storetest.Must[replay.Batch](h)(h.Store.Batch(h.Ctx, "s", "t", 1)).Moments, c.Batch.Moments)
}
