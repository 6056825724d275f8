// Package storetest is what the conformance suites of the stores have in common: named
// subtests, each on a store of its own, and the few checks that they make.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
)

// Base is the time at which the suites' data begins: unix ms.
const Base = 1_760_000_000_000

// Harness is a store and what tests do with it.
type Harness[S any] struct {
	testing.TB
	Store S
	Ctx   context.Context // of the test
}

// New makes a harness around an empty store, which open makes and which ends with the test.
func New[S any](t *testing.T, open func(testing.TB) S) Harness[S] {
	return Harness[S]{TB: t, Store: open(t), Ctx: t.Context()}
}

// Each runs named subtests in the order of their names.
func Each[F any](t *testing.T, named map[string]F, run func(t *testing.T, test F)) {
	for _, name := range slices.Sorted(maps.Keys(named)) {
		t.Run(name, func(t *testing.T) { run(t, named[name]) })
	}
}

// OK fails the test on an error.
func (h *Harness[S]) OK(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// Wants fails the test unless err wraps the sentinel.
func (h *Harness[S]) Wants(err, sentinel error) {
	h.Helper()
	if !errors.Is(err, sentinel) {
		h.Fatalf("error is %v, want %v", err, sentinel)
	}
}

// Equal fails the test unless both values look the same.
func Equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Fatalf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// Must returns a function that gives back a value that came without an error, and fails the test if it
// came with one.
func Must[T any](t testing.TB) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
