package accounttest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/storetest"
)

func testProjects(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			p := project("shop")
			p.Name, p.SiteOrigins, p.RetentionDays = "가게 'quoted'", []string{"https://b.example", "https://a.example"}, 30
			h.OK(h.Store.CreateProject(h.Ctx, p))
			storetest.Equal(h, "by id", storetest.Must[account.Project](h)(h.Store.Project(h.Ctx, "shop")), p)
			storetest.Equal(h, "by key", storetest.Must[account.Project](h)(h.Store.ProjectByKey(h.Ctx, "key-shop")), p)
		},
		"no origins are an empty list": func(h *harness) {
			p := project("a")
			p.SiteOrigins = nil
			h.OK(h.Store.CreateProject(h.Ctx, p))
			if got := storetest.Must[account.Project](h)(h.Store.Project(h.Ctx, "a")); got.SiteOrigins == nil {
				h.Fatal("the list is nil")
			}
		},
		"unknown": func(h *harness) {
			for _, id := range []string{"nobody", "", "a\x00", "\xff"} {
				_, err := h.Store.Project(h.Ctx, id)
				h.Wants(err, account.ErrNotFound)
				_, err = h.Store.ProjectByKey(h.Ctx, id)
				h.Wants(err, account.ErrNotFound)
			}
			h.Wants(h.Store.UpdateProject(h.Ctx, project("nobody")), account.ErrNotFound)
			storetest.Equal(h, "projects", len(storetest.Must[[]account.Project](h)(h.Store.Projects(h.Ctx))), 0)
		},
		"an id or key that is taken": func(h *harness) {
			h.OK(h.Store.CreateProject(h.Ctx, project("a")))
			sameID := project("a")
			sameID.PublicKey = "another"
			h.Wants(h.Store.CreateProject(h.Ctx, sameID), account.ErrExists)
			sameKey := project("b")
			sameKey.PublicKey = "key-a"
			h.Wants(h.Store.CreateProject(h.Ctx, sameKey), account.ErrExists)
			storetest.Equal(h, "the first one stays", storetest.Must[[]account.Project](h)(h.Store.Projects(h.Ctx)), []account.Project{project("a")})
		},
		"an update replaces what may change": projectUpdate,
		"oldest first, then by id":           orderedProjects,
		"what cannot be kept":                refusedProjects,
		"an ended context": func(h *harness) {
			ctx, cancel := context.WithCancel(h.Ctx)
			cancel()
			h.Wants(h.Store.CreateProject(ctx, project("a")), context.Canceled)
			_, err := h.Store.Project(h.Ctx, "a")
			h.Wants(err, account.ErrNotFound)
		},
	})
}

func testDefaults(t *testing.T, open Factory) {
	at := time.UnixMilli(base)
	tests(t, open, map[string]func(*harness){
		"the first start makes a project": func(h *harness) {
			p := storetest.Must[account.Project](h)(account.EnsureDefaults(h.Ctx, h.Store, at))
			storetest.Equal(h, "project", []any{p.ID, p.Name, p.CreatedAt, len(p.PublicKey)}, []any{"default", "My site", int64(base), 35})
			storetest.Equal(h, "stored", storetest.Must[[]account.Project](h)(h.Store.Projects(h.Ctx)), []account.Project{p})
			storetest.Equal(h, "the second start makes none", storetest.Must[account.Project](h)(account.EnsureDefaults(h.Ctx, h.Store, at.Add(time.Hour))), p)
		},
		"where there is one it is left": func(h *harness) {
			h.OK(h.Store.CreateProject(h.Ctx, project("a")))
			storetest.Equal(h, "project", storetest.Must[account.Project](h)(account.EnsureDefaults(h.Ctx, h.Store, at)), project("a"))
			storetest.Equal(h, "projects", len(storetest.Must[[]account.Project](h)(h.Store.Projects(h.Ctx))), 1)
		},
		"processes that start together make one": func(h *harness) {
			keys := make([]string, 6)
			var wg sync.WaitGroup
			for n := range keys {
				wg.Go(func() {
					p, err := account.EnsureDefaults(h.Ctx, h.Store, at)
					if err != nil {
						h.Error(err)
					}
					keys[n] = p.PublicKey
				})
			}
			wg.Wait()
			for _, key := range keys {
				storetest.Equal(h, "key", key, keys[0])
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
	h.OK(h.Store.CreateProject(h.Ctx, project("a")))
	h.OK(h.Store.CreateProject(h.Ctx, project("b")))
	h.OK(h.Store.UpdateProject(h.Ctx, account.Project{ID: "a", Name: "new", PublicKey: "ignored", SiteOrigins: []string{"https://x"}, RetentionDays: 7, CreatedAt: 1}))
	want := project("a")
	want.Name, want.SiteOrigins, want.RetentionDays = "new", []string{"https://x"}, 7
	storetest.Equal(h, "updated", storetest.Must[account.Project](h)(h.Store.Project(h.Ctx, "a")), want)
	storetest.Equal(h, "the other", storetest.Must[account.Project](h)(h.Store.Project(h.Ctx, "b")), project("b"))
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
		h.Wants(h.Store.CreateProject(h.Ctx, p), account.ErrInvalid)
	}
	h.OK(h.Store.CreateProject(h.Ctx, project("a")))
	bad := project("a")
	bad.Name = "\x00"
	h.Wants(h.Store.UpdateProject(h.Ctx, bad), account.ErrInvalid)
	storetest.Equal(h, "project", storetest.Must[account.Project](h)(h.Store.Project(h.Ctx, "a")), project("a"))
}

func orderedProjects(h *harness) {
	for id, at := range map[string]int64{"z": 0, "b": 1, "B": 1, "a": 1, "0": 2} {
		p := project(id)
		p.CreatedAt += at
		h.OK(h.Store.CreateProject(h.Ctx, p))
	}
	var ids []string
	for _, p := range storetest.Must[[]account.Project](h)(h.Store.Projects(h.Ctx)) {
		ids = append(ids, p.ID)
	}
	storetest.Equal(h, "order", ids, []string{"z", "B", "a", "b", "0"})
}
