package feedbacktest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/storetest"
)

func testLists(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"newest first, then by id": func(h *harness) {
			h.listed()
			storetest.Equal(h, "order", h.list(feedback.Filter{ProjectID: "p", Limit: 9}), []string{"z", "é", "b", "a", "Z", "B", "A"})
			storetest.Equal(h, "of nobody", len(h.list(feedback.Filter{ProjectID: "nobody", Limit: 9})), 0)
		},
		"pages meet whatever their size": func(h *harness) {
			h.listed()
			whole := h.list(feedback.Filter{ProjectID: "p", Limit: 9})
			for size := 1; size <= len(whole); size++ {
				storetest.Equal(h, fmt.Sprint("pages of ", size), h.pages(feedback.Filter{ProjectID: "p"}, size), whole)
			}
		},
		"from is inclusive, to is not": func(h *harness) {
			h.listed()
			storetest.Equal(h, "from", h.list(feedback.Filter{ProjectID: "p", From: base + 1, Limit: 9}), []string{"z", "é", "b", "a", "Z", "B"})
			storetest.Equal(h, "to", h.list(feedback.Filter{ProjectID: "p", To: base + 1, Limit: 9}), []string{"A"})
			storetest.Equal(h, "both", len(h.list(feedback.Filter{ProjectID: "p", From: base + 1, To: base + 2, Limit: 9})), 5)
		},
		"a limit out of range is refused": func(h *harness) {
			for _, limit := range []int{0, -1, 1_000_000} {
				_, err := h.Store.Responses(h.Ctx, feedback.Filter{ProjectID: "p", Limit: limit})
				h.Wants(err, feedback.ErrInvalid)
			}
		},
		"of a session, in the order given": func(h *harness) {
			for id, at := range map[string]int64{"c": 1, "a": 2, "b": 2, "B": 2, "other": 0} {
				h.add(with(text(id, ""), func(r *feedback.Response) {
					r.At += at
					if id != "other" {
						r.SessionID = "s"
					}
				}))
			}
			of := func(session string) []string {
				all, err := h.Store.OfSession(h.Ctx, session)
				if err != nil {
					h.Fatal(err)
				}
				return idsOf(all)
			}
			storetest.Equal(h, "order", of("s"), []string{"c", "B", "a", "b"})
			storetest.Equal(h, "of nobody", len(of("nobody")), 0)
			storetest.Equal(h, "of none", len(of("")), 0)
		},
	})
}

// listed adds responses of the project "p" of which five were given at the same time,
// whose ids only compare right byte by byte, and one of the project "q".
func (h *harness) listed() {
	h.Helper()
	for id, at := range map[string]int64{"A": 0, "b": 1, "a": 1, "B": 1, "Z": 1, "é": 1, "z": 2} {
		h.add(with(text(id, ""), func(r *feedback.Response) { r.At += at }))
	}
	h.add(with(text("0", ""), func(r *feedback.Response) { r.ProjectID = "q" }))
}

// pages reads a whole listing page by page.
func (h *harness) pages(f feedback.Filter, size int) []string {
	h.Helper()
	f.Limit = size
	var all []string
	for {
		page, err := h.Store.Responses(h.Ctx, f)
		if err != nil {
			h.Fatal(err)
		}
		all = slices.Concat(all, idsOf(page))
		if len(page) < size {
			return all
		}
		f.AfterAt, f.AfterID = page[len(page)-1].At, page[len(page)-1].ID
	}
}

func testFilters(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"text": func(h *harness) {
			h.add(text("1", "The Checkout is BROKEN"), text("2", "100% fine"), text("3", "a_b!c"), text("4", "결제가 안 돼요"),
				text("5", "ÉCOLE"), text("6", "e\u0301cole"), text("7", `back\slash`), text("8", ""))
			for query, want := range map[string][]string{
				"checkout is": {"1"}, "BROken": {"1"}, "%": {"2"}, "0% f": {"2"}, "a_b": {"3"}, "axb": {}, "!": {"3"},
				"결제": {"4"}, "école": {"6", "5"}, `\`: {"7"}, "nothing": {}, "": {"8", "7", "6", "5", "4", "3", "2", "1"},
			} {
				storetest.Equal(h, "text "+query, h.list(feedback.Filter{ProjectID: "p", Text: query, Limit: 9}), want)
			}
			_, err := h.Store.Responses(h.Ctx, feedback.Filter{ProjectID: "p", Text: "a\x00b", Limit: 9})
			h.Wants(err, feedback.ErrInvalid)
		},
		"complaints": func(h *harness) {
			want := []string{}
			add := func(r feedback.Response) {
				h.add(r)
				if r.Complaint() {
					want = append([]string{r.ID}, want...)
				}
			}
			for score := range 11 {
				add(answer(fmt.Sprintf("a%02d", score), feedback.KindNPS, new(score)))
			}
			for score := 1; score <= 5; score++ {
				add(answer(fmt.Sprintf("b%02d", score), feedback.KindCSAT, new(score)))
			}
			for score := 1; score <= 7; score++ {
				add(answer(fmt.Sprintf("c%02d", score), feedback.KindCES, new(score)))
			}
			add(text("d", "hello"))
			add(with(text("e", "it broke"), func(r *feedback.Response) { r.Category = "problem" }))
			add(answer("f", feedback.KindNPS, nil))
			storetest.Equal(h, "complaints", h.list(feedback.Filter{ProjectID: "p", Complaint: true, Limit: 99}), want)
			storetest.Equal(h, "all", len(h.list(feedback.Filter{ProjectID: "p", Limit: 99})), 26)
		},
		"status": func(h *harness) {
			for _, status := range []feedback.Status{feedback.StatusOpen, feedback.StatusResolved, feedback.StatusSpam} {
				h.add(with(text(string(status), ""), func(r *feedback.Response) { r.Status = status }))
			}
			storetest.Equal(h, "any is all but spam", h.list(feedback.Filter{ProjectID: "p", Limit: 9}), []string{"resolved", "open"})
			for _, status := range []feedback.Status{feedback.StatusOpen, feedback.StatusResolved, feedback.StatusSpam} {
				storetest.Equal(h, "one", h.list(feedback.Filter{ProjectID: "p", Status: status, Limit: 9}), []string{string(status)})
			}
		},
		"all together, page by page": func(h *harness) {
			for n := range 9 {
				h.add(with(answer(fmt.Sprint(n), feedback.KindNPS, new(n)), func(r *feedback.Response) {
					r.At, r.Text, r.SessionID = base+int64(n/3), []string{"slow", "SLOW page"}[n%2], "s"
				}))
			}
			f := feedback.Filter{ProjectID: "p", Complaint: true, Text: "page", From: base, To: base + 2, Status: feedback.StatusOpen}
			storetest.Equal(h, "pages", h.pages(f, 1), []string{"5", "3", "1"})
		},
	})
}

func testTriage(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"a status": func(h *harness) {
			before := with(text("a", "words"), func(r *feedback.Response) { r.SessionID, r.TabID = "s", "t" })
			h.add(before)
			for _, status := range []feedback.Status{feedback.StatusResolved, feedback.StatusResolved, feedback.StatusSpam, feedback.StatusOpen} {
				r, err := h.Store.Triage(h.Ctx, "p", "a", feedback.Patch{Status: &status})
				if err != nil {
					h.Fatal(err)
				}
				before.Status = status
				storetest.Equal(h, "returned", show(r), show(before))
				storetest.Equal(h, "kept", h.get("a"), show(before))
			}
		},
		"nothing": func(h *harness) {
			h.add(text("a", ""))
			r, err := h.Store.Triage(h.Ctx, "p", "a", feedback.Patch{})
			if err != nil {
				h.Fatal(err)
			}
			storetest.Equal(h, "response", show(r), show(text("a", "")))
		},
		"an unknown status": func(h *harness) {
			h.add(text("a", ""))
			_, err := h.Store.Triage(h.Ctx, "p", "a", feedback.Patch{Status: new(feedback.Status("closed"))})
			h.Wants(err, feedback.ErrInvalid)
			storetest.Equal(h, "response", h.get("a"), show(text("a", "")))
		},
		"unknown, or another project's": func(h *harness) {
			h.add(text("a", ""))
			for _, patch := range []feedback.Patch{{}, {Status: new(feedback.StatusSpam)}} {
				_, err := h.Store.Triage(h.Ctx, "p", "b", patch)
				h.Wants(err, feedback.ErrNotFound)
				_, err = h.Store.Triage(h.Ctx, "q", "a", patch)
				h.Wants(err, feedback.ErrNotFound)
				_, err = h.Store.Triage(h.Ctx, "p", "\x00", patch)
				h.Wants(err, feedback.ErrNotFound)
			}
			storetest.Equal(h, "response", h.get("a"), show(text("a", "")))
		},
	})
}
