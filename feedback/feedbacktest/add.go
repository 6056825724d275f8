package feedbacktest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/storetest"
)

func testAdd(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"nothing":                       func(h *harness) { storetest.Equal(h, "new", h.add(), 0) },
		"a response is kept as it came": keptAsItCame,
		"the same answer twice is one": func(h *harness) {
			storetest.Equal(h, "first", h.add(text("a", "first")), 1)
			storetest.Equal(h, "again, and a new one", h.add(text("a", "second"), text("b", ""), text("b", "twice")), 1)
			storetest.Equal(h, "the first one stays", h.get("a"), show(text("a", "first")))
			storetest.Equal(h, "within one list too", h.get("b"), show(text("b", "")))
		},
		"ids are each project's own": func(h *harness) {
			other := with(text("a", "of q"), func(r *feedback.Response) { r.ProjectID = "q" })
			storetest.Equal(h, "new", h.add(text("a", "of p"), other), 2)
			storetest.Equal(h, "of p", h.get("a"), show(text("a", "of p")))
			_, err := h.Store.Response(h.Ctx, "r", "a")
			h.Wants(err, feedback.ErrNotFound)
			_, err = h.Store.Response(h.Ctx, "", "a")
			h.Wants(err, feedback.ErrNotFound)
		},
		"a status and a time are filled in": func(h *harness) {
			h.add(with(text("a", ""), func(r *feedback.Response) { r.Status, r.CreatedAt = "", 0 }))
			r, err := h.Store.Response(h.Ctx, "p", "a")
			if err != nil || r.Status != feedback.StatusOpen || r.CreatedAt == 0 {
				h.Fatalf("%+v, %v", r, err)
			}
		},
		"what cannot be kept is refused, with all of its list": refused,
		"an unknown one is not found": func(h *harness) {
			for _, id := range []string{"nobody", "", "a\x00b", "\xff"} {
				_, err := h.Store.Response(h.Ctx, "p", id)
				h.Wants(err, feedback.ErrNotFound)
			}
		},
		"many at once": func(h *harness) {
			var many []feedback.Response
			for n := range 333 {
				many = append(many, text(fmt.Sprintf("r%03d", n), "text"))
			}
			storetest.Equal(h, "new", h.add(many...), 333)
			storetest.Equal(h, "again", h.add(many...), 0)
			storetest.Equal(h, "listed", len(h.list(feedback.Filter{ProjectID: "p", Limit: 500})), 333)
		},
		"the same one from many callers is new once": newOnce,
		"an ended context": func(h *harness) {
			ctx, cancel := context.WithCancel(h.Ctx)
			cancel()
			_, err := h.Store.Add(ctx, []feedback.Response{text("a", "")})
			h.Wants(err, context.Canceled)
			_, err = h.Store.Response(h.Ctx, "p", "a")
			h.Wants(err, feedback.ErrNotFound)
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
		_, err := h.Store.Add(h.Ctx, []feedback.Response{text("good", ""), bad})
		if err == nil {
			h.Fatalf("%s: it was stored", what)
		}
		h.Wants(err, feedback.ErrInvalid)
		_, err = h.Store.Response(h.Ctx, "p", "good")
		h.Wants(err, feedback.ErrNotFound)
	}
}

func keptAsItCame(h *harness) {
	full := feedback.Response{
		ID: "r", ProjectID: "p", SessionID: "s", TabID: "t", At: base, Kind: feedback.KindNPS, Survey: "after checkout",
		Score: new(0), Text: "결제가 안 돼요; 'quoted' \\ %_", Category: "problem", URL: "https://shop/?a=<b>", UserID: "u",
		Status: feedback.StatusResolved, CreatedAt: base + 7,
	}
	bare := text("bare", "")
	storetest.Equal(h, "new", h.add(full, bare), 2)
	storetest.Equal(h, "full", h.get("r"), show(full))
	storetest.Equal(h, "bare", h.get("bare"), show(bare))
}

func newOnce(h *harness) {
	var added atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			n, err := h.Store.Add(h.Ctx, []feedback.Response{text("a", ""), text("b", "")})
			if err != nil {
				h.Error(err)
			}
			added.Add(int64(n))
		})
	}
	wg.Wait()
	storetest.Equal(h, "new", added.Load(), 2)
}
