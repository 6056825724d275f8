package accounttest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/account"
)

func testProjects(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			p := project("shop")
			p.Name, p.SiteOrigins, p.RetentionDays = "가게 'quoted'", []string{"https://b.example", "https://a.example"}, 30
			h.ok(h.store.CreateProject(h.ctx, p))
			equal(h, "by id", must[account.Project](h)(h.store.Project(h.ctx, "shop")), p)
			equal(h, "by key", must[account.Project](h)(h.store.ProjectByKey(h.ctx, "key-shop")), p)
		},
		"no origins are an empty list": func(h *harness) {
			p := project("a")
			p.SiteOrigins = nil
			h.ok(h.store.CreateProject(h.ctx, p))
			if got := must[account.Project](h)(h.store.Project(h.ctx, "a")); got.SiteOrigins == nil {
				h.Fatal("the list is nil")
			}
		},
		"unknown": func(h *harness) {
			for _, id := range []string{"nobody", "", "a\x00", "\xff"} {
				_, err := h.store.Project(h.ctx, id)
				h.wants(err, account.ErrNotFound)
				_, err = h.store.ProjectByKey(h.ctx, id)
				h.wants(err, account.ErrNotFound)
			}
			h.wants(h.store.UpdateProject(h.ctx, project("nobody")), account.ErrNotFound)
			equal(h, "projects", len(must[[]account.Project](h)(h.store.Projects(h.ctx))), 0)
		},
		"an id or key that is taken": func(h *harness) {
			h.ok(h.store.CreateProject(h.ctx, project("a")))
			sameID := project("a")
			sameID.PublicKey = "another"
			h.wants(h.store.CreateProject(h.ctx, sameID), account.ErrExists)
			sameKey := project("b")
			sameKey.PublicKey = "key-a"
			h.wants(h.store.CreateProject(h.ctx, sameKey), account.ErrExists)
			equal(h, "the first one stays", must[[]account.Project](h)(h.store.Projects(h.ctx)), []account.Project{project("a")})
		},
		"an update replaces what may change": projectUpdate,
		"oldest first, then by id":           orderedProjects,
		"what cannot be kept":                refusedProjects,
		"an ended context": func(h *harness) {
			ctx, cancel := context.WithCancel(h.ctx)
			cancel()
			h.wants(h.store.CreateProject(ctx, project("a")), context.Canceled)
			_, err := h.store.Project(h.ctx, "a")
			h.wants(err, account.ErrNotFound)
		},
	})
}

func testDefaults(t *testing.T, open Factory) {
	at := time.UnixMilli(base)
	tests(t, open, map[string]func(*harness){
		"the first start makes a project": func(h *harness) {
			p := must[account.Project](h)(account.EnsureDefaults(h.ctx, h.store, at))
			equal(h, "project", []any{p.ID, p.Name, p.CreatedAt, len(p.PublicKey)}, []any{"default", "My site", int64(base), 35})
			equal(h, "stored", must[[]account.Project](h)(h.store.Projects(h.ctx)), []account.Project{p})
			equal(h, "the second start makes none", must[account.Project](h)(account.EnsureDefaults(h.ctx, h.store, at.Add(time.Hour))), p)
		},
		"where there is one it is left": func(h *harness) {
			h.ok(h.store.CreateProject(h.ctx, project("a")))
			equal(h, "project", must[account.Project](h)(account.EnsureDefaults(h.ctx, h.store, at)), project("a"))
			equal(h, "projects", len(must[[]account.Project](h)(h.store.Projects(h.ctx))), 1)
		},
		"processes that start together make one": func(h *harness) {
			keys := make([]string, 6)
			var wg sync.WaitGroup
			for n := range keys {
				wg.Go(func() {
					p, err := account.EnsureDefaults(h.ctx, h.store, at)
					if err != nil {
						h.Error(err)
					}
					keys[n] = p.PublicKey
				})
			}
			wg.Wait()
			for _, key := range keys {
				equal(h, "key", key, keys[0])
			}
		},
		"keys are random": func(h *harness) {
			if a, b := account.NewPublicKey(), account.NewPublicKey(); a == b {
				h.Fatalf("two keys are %s", a)
			}
		},
	})
}

func projectUpdate(h *harness) {
	h.ok(h.store.CreateProject(h.ctx, project("a")))
	h.ok(h.store.CreateProject(h.ctx, project("b")))
	h.ok(h.store.UpdateProject(h.ctx, account.Project{ID: "a", Name: "new", PublicKey: "ignored", SiteOrigins: []string{"https://x"}, RetentionDays: 7, CreatedAt: 1}))
	want := project("a")
	want.Name, want.SiteOrigins, want.RetentionDays = "new", []string{"https://x"}, 7
	equal(h, "updated", must[account.Project](h)(h.store.Project(h.ctx, "a")), want)
	equal(h, "the other", must[account.Project](h)(h.store.Project(h.ctx, "b")), project("b"))
}

func refusedProjects(h *harness) {
	for _, change := range []func(p *account.Project){
		func(p *account.Project) { p.ID = "" },
		func(p *account.Project) { p.PublicKey = "" },
		func(p *account.Project) { p.Name = "a\x00b" },
		func(p *account.Project) { p.Name = "\xff" },
	} {
		p := project("a")
		change(&p)
		h.wants(h.store.CreateProject(h.ctx, p), account.ErrInvalid)
	}
	h.ok(h.store.CreateProject(h.ctx, project("a")))
	bad := project("a")
	bad.Name = "\x00"
	h.wants(h.store.UpdateProject(h.ctx, bad), account.ErrInvalid)
	equal(h, "project", must[account.Project](h)(h.store.Project(h.ctx, "a")), project("a"))
}

func orderedProjects(h *harness) {
	for id, at := range map[string]int64{"z": 0, "b": 1, "B": 1, "a": 1, "0": 2} {
		p := project(id)
		p.CreatedAt += at
		h.ok(h.store.CreateProject(h.ctx, p))
	}
	var ids []string
	for _, p := range must[[]account.Project](h)(h.store.Projects(h.ctx)) {
		ids = append(ids, p.ID)
	}
	equal(h, "order", ids, []string{"z", "B", "a", "b", "0"})
}
