package feedbacktest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/afterimage/afterimage/feedback"
)

func testAdd(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"nothing":                       func(h *harness) { equal(h, "new", h.add(), 0) },
		"a response is kept as it came": keptAsItCame,
		"the same answer twice is one": func(h *harness) {
			equal(h, "first", h.add(text("a", "first")), 1)
			equal(h, "again, and a new one", h.add(text("a", "second"), text("b", ""), text("b", "twice")), 1)
			equal(h, "the first one stays", h.get("a"), show(text("a", "first")))
			equal(h, "within one list too", h.get("b"), show(text("b", "")))
		},
		"ids are each project's own": func(h *harness) {
			other := with(text("a", "of q"), func(r *feedback.Response) { r.ProjectID = "q" })
			equal(h, "new", h.add(text("a", "of p"), other), 2)
			equal(h, "of p", h.get("a"), show(text("a", "of p")))
			_, err := h.store.Response(h.ctx, "r", "a")
			h.wants(err, feedback.ErrNotFound)
			_, err = h.store.Response(h.ctx, "", "a")
			h.wants(err, feedback.ErrNotFound)
		},
		"a status and a time are filled in": func(h *harness) {
			h.add(with(text("a", ""), func(r *feedback.Response) { r.Status, r.CreatedAt = "", 0 }))
			r, err := h.store.Response(h.ctx, "p", "a")
			if err != nil || r.Status != feedback.StatusOpen || r.CreatedAt == 0 {
				h.Fatalf("%+v, %v", r, err)
			}
		},
		"what cannot be kept is refused, with all of its list": refused,
		"an unknown one is not found": func(h *harness) {
			for _, id := range []string{"nobody", "", "a\x00b", "\xff"} {
				_, err := h.store.Response(h.ctx, "p", id)
				h.wants(err, feedback.ErrNotFound)
			}
		},
		"many at once": func(h *harness) {
			var many []feedback.Response
			for n := range 333 {
				many = append(many, text(fmt.Sprintf("r%03d", n), "text"))
			}
			equal(h, "new", h.add(many...), 333)
			equal(h, "again", h.add(many...), 0)
			equal(h, "listed", len(h.list(feedback.Filter{ProjectID: "p", Limit: 500})), 333)
		},
		"the same one from many callers is new once": newOnce,
		"an ended context": func(h *harness) {
			ctx, cancel := context.WithCancel(h.ctx)
			cancel()
			_, err := h.store.Add(ctx, []feedback.Response{text("a", "")})
			h.wants(err, context.Canceled)
			_, err = h.store.Response(h.ctx, "p", "a")
			h.wants(err, feedback.ErrNotFound)
		},
	})
}

func refused(h *harness) {
	for what, change := range map[string]func(r *feedback.Response){
		"no id":              func(r *feedback.Response) { r.ID = "" },
		"no project":         func(r *feedback.Response) { r.ProjectID = "" },
		"unknown kind":       func(r *feedback.Response) { r.Kind = "stars" },
		"unknown status":     func(r *feedback.Response) { r.Status = "closed" },
		"NPS of 11":          func(r *feedback.Response) { r.Kind, r.Score = feedback.KindNPS, new(11) },
		"NPS of -1":          func(r *feedback.Response) { r.Kind, r.Score = feedback.KindNPS, new(-1) },
		"CSAT of 0":          func(r *feedback.Response) { r.Kind, r.Score = feedback.KindCSAT, new(0) },
		"CSAT of 6":          func(r *feedback.Response) { r.Kind, r.Score = feedback.KindCSAT, new(6) },
		"CES of 8":           func(r *feedback.Response) { r.Kind, r.Score = feedback.KindCES, new(8) },
		"a text with score":  func(r *feedback.Response) { r.Score = new(1) },
		"a NUL byte":         func(r *feedback.Response) { r.Text = "a\x00b" },
		"text not in UTF-8":  func(r *feedback.Response) { r.Survey = "\xff" },
		"a NUL in a link":    func(r *feedback.Response) { r.SessionID = "\x00" },
		"a NUL in the page":  func(r *feedback.Response) { r.URL = "\x00" },
		"a NUL in the group": func(r *feedback.Response) { r.Category = "\x00" },
	} {
		bad := text("bad", "")
		change(&bad)
		_, err := h.store.Add(h.ctx, []feedback.Response{text("good", ""), bad})
		if err == nil {
			h.Fatalf("%s: it was stored", what)
		}
		h.wants(err, feedback.ErrInvalid)
		_, err = h.store.Response(h.ctx, "p", "good")
		h.wants(err, feedback.ErrNotFound)
	}
}

func keptAsItCame(h *harness) {
	full := feedback.Response{
		ID: "r", ProjectID: "p", SessionID: "s", TabID: "t", At: base, Kind: feedback.KindNPS, Survey: "after checkout",
		Score: new(0), Text: "결제가 안 돼요; 'quoted' \\ %_", Category: "problem", URL: "https://shop/?a=<b>", UserID: "u",
		Status: feedback.StatusResolved, CreatedAt: base + 7,
	}
	bare := text("bare", "")
	equal(h, "new", h.add(full, bare), 2)
	equal(h, "full", h.get("r"), show(full))
	equal(h, "bare", h.get("bare"), show(bare))
}

func newOnce(h *harness) {
	var added atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			n, err := h.store.Add(h.ctx, []feedback.Response{text("a", ""), text("b", "")})
			if err != nil {
				h.Error(err)
			}
			added.Add(int64(n))
		})
	}
	wg.Wait()
	equal(h, "new", added.Load(), 2)
}
