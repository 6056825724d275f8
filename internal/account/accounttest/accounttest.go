// Package accounttest is the conformance suite of account.Store: every promise that the
// interface makes, as a test that any implementation must pass.
package accounttest

import (
	"testing"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/storetest"
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

const base = storetest.Base

// harness is a store and what tests do with it.
type harness struct {
	storetest.Harness[account.Store]
}

// tests runs named subtests, each on a store of its own.
func tests(t *testing.T, open Factory, named map[string]func(h *harness)) {
	storetest.Each(t, named, func(t *testing.T, test func(h *harness)) {
		test(&harness{storetest.New(t, open)})
	})
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
