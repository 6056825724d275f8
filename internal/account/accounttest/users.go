package accounttest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/afterimage/afterimage/internal/account"
)

func testUsers(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			u := user("u")
			u.Email, u.PasswordHash, u.Role = "Ümit.Größe@Example.com", "$argon2id$v=19$…", account.RoleAdmin
			h.ok(h.store.CreateUser(h.ctx, u))
			equal(h, "by id", must[account.User](h)(h.store.User(h.ctx, "u")), u)
			equal(h, "by e-mail", must[account.User](h)(h.store.UserByEmail(h.ctx, u.Email)), u)
			equal(h, "in other case", must[account.User](h)(h.store.UserByEmail(h.ctx, "ÜMIT.GRößE@EXAMPLE.COM")), u)
		},
		"unknown": func(h *harness) {
			for _, id := range []string{"nobody", "", "a\x00", "\xff"} {
				_, err := h.store.User(h.ctx, id)
				h.wants(err, account.ErrNotFound)
				_, err = h.store.UserByEmail(h.ctx, id)
				h.wants(err, account.ErrNotFound)
			}
			h.wants(h.store.UpdateUser(h.ctx, user("nobody")), account.ErrNotFound)
			h.ok(h.store.DeleteUser(h.ctx, "nobody"))
		},
		"an e-mail that is taken": takenEmail,
		"an update replaces what may change": func(h *harness) {
			h.ok(h.store.CreateUser(h.ctx, user("a")))
			want := account.User{ID: "a", Email: "new@example.com", Role: account.RoleAdmin, PasswordHash: "hash", CreatedAt: base}
			change := want
			change.CreatedAt = 1
			h.ok(h.store.UpdateUser(h.ctx, change))
			equal(h, "user", must[account.User](h)(h.store.User(h.ctx, "a")), want)
			_, err := h.store.UserByEmail(h.ctx, "a@example.com")
			h.wants(err, account.ErrNotFound)
		},
		"oldest first, then by id": func(h *harness) {
			for id, at := range map[string]int64{"z": 0, "b": 1, "D": 1, "a": 1, "0": 2} {
				u := user(id)
				u.CreatedAt += at
				h.ok(h.store.CreateUser(h.ctx, u))
			}
			var ids []string
			for _, u := range must[[]account.User](h)(h.store.Users(h.ctx)) {
				ids = append(ids, u.ID)
			}
			equal(h, "order", ids, []string{"z", "D", "a", "b", "0"})
		},
		"deleting removes the logins too": deletedUser,
		"what cannot be kept": func(h *harness) {
			for _, change := range []func(u *account.User){
				func(u *account.User) { u.ID = "" },
				func(u *account.User) { u.Email = "" },
				func(u *account.User) { u.Email = "a\x00b" },
				func(u *account.User) { u.PasswordHash = "\xff" },
			} {
				u := user("a")
				change(&u)
				h.wants(h.store.CreateUser(h.ctx, u), account.ErrInvalid)
			}
		},
	})
}

func testLogins(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			h.ok(h.store.CreateUser(h.ctx, user("u")))
			for _, oneTime := range []bool{true, false} {
				l := login(map[bool]string{true: "link", false: "browser"}[oneTime], "u")
				l.OneTime = oneTime
				h.ok(h.store.CreateLogin(h.ctx, l))
				equal(h, "login", must[account.Login](h)(h.store.Login(h.ctx, l.TokenHash)), l)
			}
		},
		"unknown": func(h *harness) {
			for _, hash := range []string{"nobody", "", "\x00"} {
				_, err := h.store.Login(h.ctx, hash)
				h.wants(err, account.ErrNotFound)
				_, err = h.store.TakeLogin(h.ctx, hash)
				h.wants(err, account.ErrNotFound)
			}
			h.wants(h.store.CreateLogin(h.ctx, login("1", "nobody")), account.ErrNotFound)
		},
		"a secret that is taken": func(h *harness) {
			h.ok(h.store.CreateUser(h.ctx, user("u")))
			h.ok(h.store.CreateLogin(h.ctx, login("1", "u")))
			h.wants(h.store.CreateLogin(h.ctx, login("1", "u")), account.ErrExists)
		},
		"of two takers one gets it": rivalTakers,
		"dropping those of a user":  droppedLogins,
		"dropping those that ended": func(h *harness) {
			h.ok(h.store.CreateUser(h.ctx, user("u")))
			for hash, at := range map[string]int64{"old": -1, "now": 0, "new": 1} {
				l := login(hash, "u")
				l.ExpiresAt = base + at
				h.ok(h.store.CreateLogin(h.ctx, l))
			}
			h.ok(h.store.DropLogins(h.ctx, "", base))
			for hash, there := range map[string]bool{"old": false, "now": true, "new": true} {
				if _, err := h.store.Login(h.ctx, hash); (err == nil) != there {
					h.Fatalf("login %s: %v", hash, err)
				}
			}
		},
	})
}

func testTokens(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			h.ok(h.store.CreateProject(h.ctx, project("p")))
			h.ok(h.store.CreateToken(h.ctx, token("a", "p")))
			equal(h, "by hash", must[account.Token](h)(h.store.TokenByHash(h.ctx, "hash-a")), token("a", "p"))
		},
		"unknown": func(h *harness) {
			for _, hash := range []string{"nobody", "", "\x00"} {
				_, err := h.store.TokenByHash(h.ctx, hash)
				h.wants(err, account.ErrNotFound)
			}
			h.wants(h.store.CreateToken(h.ctx, token("a", "nobody")), account.ErrNotFound)
			equal(h, "tokens", len(must[[]account.Token](h)(h.store.Tokens(h.ctx, "nobody"))), 0)
			h.ok(h.store.DeleteToken(h.ctx, "p", "nobody"))
		},
		"an id or secret that is taken": func(h *harness) {
			h.ok(h.store.CreateProject(h.ctx, project("p")))
			h.ok(h.store.CreateToken(h.ctx, token("a", "p")))
			h.wants(h.store.CreateToken(h.ctx, token("a", "p")), account.ErrExists)
			sameHash := token("b", "p")
			sameHash.TokenHash = "hash-a"
			h.wants(h.store.CreateToken(h.ctx, sameHash), account.ErrExists)
		},
		"of a project, oldest first, then by id": func(h *harness) {
			h.ok(h.store.CreateProject(h.ctx, project("p")))
			h.ok(h.store.CreateProject(h.ctx, project("q")))
			for id, at := range map[string]int64{"z": 0, "b": 1, "B": 1, "a": 1, "0": 2} {
				x := token(id, "p")
				x.CreatedAt += at
				h.ok(h.store.CreateToken(h.ctx, x))
			}
			h.ok(h.store.CreateToken(h.ctx, token("other", "q")))
			var ids []string
			for _, x := range must[[]account.Token](h)(h.store.Tokens(h.ctx, "p")) {
				ids = append(ids, x.ID)
			}
			equal(h, "order", ids, []string{"z", "B", "a", "b", "0"})
		},
		"deleting, twice, and not another project's": func(h *harness) {
			h.ok(h.store.CreateProject(h.ctx, project("p")))
			h.ok(h.store.CreateToken(h.ctx, token("a", "p")))
			h.ok(h.store.DeleteToken(h.ctx, "q", "a"))
			must[account.Token](h)(h.store.TokenByHash(h.ctx, "hash-a"))
			h.ok(h.store.DeleteToken(h.ctx, "p", "a"))
			h.ok(h.store.DeleteToken(h.ctx, "p", "a"))
			_, err := h.store.TokenByHash(h.ctx, "hash-a")
			h.wants(err, account.ErrNotFound)
		},
	})
}

func takenEmail(h *harness) {
	h.ok(h.store.CreateUser(h.ctx, user("a")))
	h.ok(h.store.CreateUser(h.ctx, user("b")))
	other := user("c")
	other.Email = "A@Example.com"
	h.wants(h.store.CreateUser(h.ctx, other), account.ErrExists)
	h.wants(h.store.CreateUser(h.ctx, user("a")), account.ErrExists)
	change := user("b")
	change.Email = "A@EXAMPLE.com"
	h.wants(h.store.UpdateUser(h.ctx, change), account.ErrExists)
	own := user("a")
	own.Email = "A@EXAMPLE.com"
	h.ok(h.store.UpdateUser(h.ctx, own))
	equal(h, "users", must[[]account.User](h)(h.store.Users(h.ctx)), []account.User{own, user("b")})
}

func deletedUser(h *harness) {
	h.ok(h.store.CreateUser(h.ctx, user("a")))
	h.ok(h.store.CreateUser(h.ctx, user("b")))
	h.ok(h.store.CreateLogin(h.ctx, login("1", "a")))
	h.ok(h.store.CreateLogin(h.ctx, login("2", "b")))
	h.ok(h.store.DeleteUser(h.ctx, "a"))
	h.ok(h.store.DeleteUser(h.ctx, "a"))
	_, err := h.store.User(h.ctx, "a")
	h.wants(err, account.ErrNotFound)
	_, err = h.store.Login(h.ctx, "1")
	h.wants(err, account.ErrNotFound)
	must[account.Login](h)(h.store.Login(h.ctx, "2"))
}

func rivalTakers(h *harness) {
	h.ok(h.store.CreateUser(h.ctx, user("u")))
	h.ok(h.store.CreateLogin(h.ctx, login("1", "u")))
	var got, missed atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			switch l, err := h.store.TakeLogin(h.ctx, "1"); {
			case err == nil && l == login("1", "u"):
				got.Add(1)
			case errors.Is(err, account.ErrNotFound):
				missed.Add(1)
			default:
				h.Errorf("%+v, %v", l, err)
			}
		})
	}
	wg.Wait()
	equal(h, "taken and missed", []int64{got.Load(), missed.Load()}, []int64{1, 5})
}

func droppedLogins(h *harness) {
	for _, id := range []string{"a", "b"} {
		h.ok(h.store.CreateUser(h.ctx, user(id)))
		h.ok(h.store.CreateLogin(h.ctx, login(id+"1", id)))
		h.ok(h.store.CreateLogin(h.ctx, login(id+"2", id)))
	}
	h.ok(h.store.DropLogins(h.ctx, "a", 0))
	h.ok(h.store.DropLogins(h.ctx, "a", 0))
	for hash, there := range map[string]bool{"a1": false, "a2": false, "b1": true, "b2": true} {
		if _, err := h.store.Login(h.ctx, hash); (err == nil) != there {
			h.Fatalf("login %s: %v", hash, err)
		}
	}
}
