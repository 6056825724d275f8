// Package accounttest is the conformance suite of account.Store: every promise that the
// interface makes, as a test that any implementation must pass.
package accounttest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/internal/account"
)

// Factory makes an empty store that ends with the test.
type Factory func(t testing.TB) account.Store

// Run runs the whole suite. Every subtest gets a store of its own from open.
func Run(t *testing.T, open Factory) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Factory)
	}{
		{"Project", testProjects},
		{"Defaults", testDefaults},
		{"User", testUsers},
		{"Login", testLogins},
		{"Token", testTokens},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

// base is the time the tests' rows are made: unix ms.
const base = 1_760_000_000_000

// harness is a store and what tests do with it.
type harness struct {
	testing.TB
	store account.Store
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

func (h *harness) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
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

// must returns a value that came without an error.
func must[T any](h *harness) func(v T, err error) T {
	h.Helper()
	return func(v T, err error) T {
		h.Helper()
		h.ok(err)
		return v
	}
}

func project(id string) account.Project {
	return account.Project{ID: id, Name: "Shop " + id, PublicKey: "key-" + id, SiteOrigins: []string{}, CreatedAt: base}
}

func user(id string) account.User {
	return account.User{ID: id, Email: id + "@example.com", Role: account.RoleMember, CreatedAt: base}
}

func login(hash, userID string) account.Login {
	return account.Login{TokenHash: hash, UserID: userID, CreatedAt: base, ExpiresAt: base + 1_000}
}

func token(id, projectID string) account.Token {
	return account.Token{ID: id, Name: "CI", ProjectID: projectID, Role: account.RoleViewer, TokenHash: "hash-" + id, CreatedAt: base}
}
