// Package feedbacktest is the conformance suite of feedback.Store: every promise that
// the interface makes, as a test that any implementation must pass.
package feedbacktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/feedback"
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

// base is the time of the tests' responses: unix ms.
const base = 1_760_000_000_000

// harness is a store and what tests do with it.
type harness struct {
	testing.TB
	store feedback.Store
	ctx   context.Context
}

func tests(t *testing.T, open Factory, named map[string]func(h *harness)) {
	names := make([]string, 0, len(named))
	for name := range named {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			named[name](&harness{TB: t, store: open(t), ctx: t.Context()})
		})
	}
}

func (h *harness) wants(err, sentinel error) {
	h.Helper()
	if !errors.Is(err, sentinel) {
		h.Fatalf("error is %v, want %v", err, sentinel)
	}
}

// equal fails the test unless both values look the same.
func equal[T any](h *harness, what string, got, want T) {
	h.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		h.Fatalf("%s:\n got %s\nwant %s", what, g, w)
	}
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
	n, err := h.store.Add(h.ctx, responses)
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// get reads a response of the project "p", its score as a text since pointers differ.
func (h *harness) get(id string) string {
	h.Helper()
	r, err := h.store.Response(h.ctx, "p", id)
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
	all, err := h.store.Responses(h.ctx, f)
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
