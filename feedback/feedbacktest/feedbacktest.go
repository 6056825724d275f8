// Package feedbacktest is the conformance suite of feedback.Store: every promise that
// the interface makes, as a test that any implementation must pass.
package feedbacktest

import (
	"fmt"
	"testing"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/storetest"
)

// Factory makes an empty store that ends with the test.
type Factory func(t testing.TB) feedback.Store

// Run runs the whole suite. Every subtest gets a store of its own from open.
func Run(t *testing.T, open Factory) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Factory)
	}{
		{"Add", testAdd},
		{"List", testLists},
		{"Filter", testFilters},
		{"Triage", testTriage},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

const base = storetest.Base

// harness is a store and what tests do with it.
type harness struct {
	storetest.Harness[feedback.Store]
}

// tests runs named subtests, each on a store of its own.
func tests(t *testing.T, open Factory, named map[string]func(h *harness)) {
	storetest.Each(t, named, func(t *testing.T, test func(h *harness)) {
		test(&harness{storetest.New(t, open)})
	})
}

// answer is a response with a score, which may be nil.
func answer(id string, kind feedback.Kind, score *int) feedback.Response {
	return feedback.Response{
		ID: id, ProjectID: "p", At: base, Kind: kind, Score: score,
		Status: feedback.StatusOpen, CreatedAt: base + 1,
	}
}

// text is a response without a score.
func text(id, words string) feedback.Response {
	r := answer(id, feedback.KindText, nil)
	r.Text = words
	return r
}

func with(r feedback.Response, f func(r *feedback.Response)) feedback.Response {
	f(&r)
	return r
}

// add stores responses and returns how many were new.
func (h *harness) add(responses ...feedback.Response) int {
	h.Helper()
	n, err := h.Store.Add(h.Ctx, responses)
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// get reads a response of the project "p", its score as a text since pointers differ.
func (h *harness) get(id string) string {
	h.Helper()
	r, err := h.Store.Response(h.Ctx, "p", id)
	if err != nil {
		h.Fatal(err)
	}
	return show(r)
}

// show is a response as text.
func show(r feedback.Response) string {
	score := "none"
	if r.Score != nil {
		score = fmt.Sprint(*r.Score)
	}
	r.Score = nil
	return fmt.Sprintf("%+v score %s", r, score)
}

func (h *harness) list(f feedback.Filter) []string {
	h.Helper()
	all, err := h.Store.Responses(h.Ctx, f)
	if err != nil {
		h.Fatal(err)
	}
	return idsOf(all)
}

func idsOf(all []feedback.Response) []string {
	ids := make([]string, 0, len(all))
	for i := range all {
		ids = append(ids, all[i].ID)
	}
	return ids
}
