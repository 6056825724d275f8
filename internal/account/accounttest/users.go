package accounttest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/storetest"
)

func testUsers(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			u := user("u")
			u.Email, u.PasswordHash, u.Role = "Ümit.Größe@Example.com", "$argon2id$v=19$…", account.RoleAdmin
			h.OK(h.Store.CreateUser(h.Ctx, u))
			storetest.Equal(h, "by id", storetest.Must[account.User](h)(h.Store.User(h.Ctx, "u")), u)
			storetest.Equal(h, "by e-mail", storetest.Must[account.User](h)(h.Store.UserByEmail(h.Ctx, u.Email)), u)
			storetest.Equal(h, "in other case", storetest.Must[account.User](h)(h.Store.UserByEmail(h.Ctx, "ÜMIT.GRößE@EXAMPLE.COM")), u)
		},
		"unknown": func(h *harness) {
			for _, id := range []string{"nobody", "", "a\x00", "\xff"} {
				_, err := h.Store.User(h.Ctx, id)
				h.Wants(err, account.ErrNotFound)
				_, err = h.Store.UserByEmail(h.Ctx, id)
				h.Wants(err, account.ErrNotFound)
			}
			h.Wants(h.Store.UpdateUser(h.Ctx, user("nobody")), account.ErrNotFound)
			h.OK(h.Store.DeleteUser(h.Ctx, "nobody"))
		},
		"an e-mail that is taken": takenEmail,
		"an update replaces what may change": func(h *harness) {
			h.OK(h.Store.CreateUser(h.Ctx, user("a")))
			want := account.User{ID: "a", Email: "new@example.com", Role: account.RoleAdmin, PasswordHash: "hash", CreatedAt: base}
			change := want
			change.CreatedAt = 1
			h.OK(h.Store.UpdateUser(h.Ctx, change))
			storetest.Equal(h, "user", storetest.Must[account.User](h)(h.Store.User(h.Ctx, "a")), want)
			_, err := h.Store.UserByEmail(h.Ctx, "a@example.com")
			h.Wants(err, account.ErrNotFound)
		},
		"oldest first, then by id": func(h *harness) {
			for id, at := range map[string]int64{"z": 0, "b": 1, "D": 1, "a": 1, "0": 2} {
				u := user(id)
				u.CreatedAt += at
				h.OK(h.Store.CreateUser(h.Ctx, u))
			}
			var ids []string
			for _, u := range storetest.Must[[]account.User](h)(h.Store.Users(h.Ctx)) {
				ids = append(ids, u.ID)
			}
			storetest.Equal(h, "order", ids, []string{"z", "D", "a", "b", "0"})
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
				h.Wants(h.Store.CreateUser(h.Ctx, u), account.ErrInvalid)
			}
		},
	})
}

func testLogins(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			h.OK(h.Store.CreateUser(h.Ctx, user("u")))
			for _, oneTime := range []bool{true, false} {
				l := login(map[bool]string{true: "link", false: "browser"}[oneTime], "u")
				l.OneTime = oneTime
				h.OK(h.Store.CreateLogin(h.Ctx, l))
				storetest.Equal(h, "login", storetest.Must[account.Login](h)(h.Store.Login(h.Ctx, l.TokenHash)), l)
			}
		},
		"unknown": func(h *harness) {
			for _, hash := range []string{"nobody", "", "\x00"} {
				_, err := h.Store.Login(h.Ctx, hash)
				h.Wants(err, account.ErrNotFound)
				_, err = h.Store.TakeLogin(h.Ctx, hash)
				h.Wants(err, account.ErrNotFound)
			}
			h.Wants(h.Store.CreateLogin(h.Ctx, login("1", "nobody")), account.ErrNotFound)
		},
		"a secret that is taken": func(h *harness) {
			h.OK(h.Store.CreateUser(h.Ctx, user("u")))
			h.OK(h.Store.CreateLogin(h.Ctx, login("1", "u")))
			h.Wants(h.Store.CreateLogin(h.Ctx, login("1", "u")), account.ErrExists)
		},
		"of two takers one gets it": rivalTakers,
		"dropping those of a user":  droppedLogins,
		"dropping those that ended": func(h *harness) {
			h.OK(h.Store.CreateUser(h.Ctx, user("u")))
			for hash, at := range map[string]int64{"old": -1, "now": 0, "new": 1} {
				l := login(hash, "u")
				l.ExpiresAt = base + at
				h.OK(h.Store.CreateLogin(h.Ctx, l))
			}
			h.OK(h.Store.DropLogins(h.Ctx, "", base))
			for hash, there := range map[string]bool{"old": false, "now": true, "new": true} {
				if _, err := h.Store.Login(h.Ctx, hash); (err == nil) != there {
					h.Fatalf("login %s: %v", hash, err)
				}
			}
		},
	})
}

func testTokens(t *testing.T, open Factory) {
	tests(t, open, map[string]func(*harness){
		"one is kept as it came": func(h *harness) {
			h.OK(h.Store.CreateProject(h.Ctx, project("p")))
			h.OK(h.Store.CreateToken(h.Ctx, token("a", "p")))
			storetest.Equal(h, "by hash", storetest.Must[account.Token](h)(h.Store.TokenByHash(h.Ctx, "hash-a")), token("a", "p"))
		},
		"unknown": func(h *harness) {
			for _, hash := range []string{"nobody", "", "\x00"} {
				_, err := h.Store.TokenByHash(h.Ctx, hash)
				h.Wants(err, account.ErrNotFound)
			}
			h.Wants(h.Store.CreateToken(h.Ctx, token("a", "nobody")), account.ErrNotFound)
			storetest.Equal(h, "tokens", len(storetest.Must[[]account.Token](h)(h.Store.Tokens(h.Ctx, "nobody"))), 0)
			h.OK(h.Store.DeleteToken(h.Ctx, "p", "nobody"))
		},
		"an id or secret that is taken": func(h *harness) {
			h.OK(h.Store.CreateProject(h.Ctx, project("p")))
			h.OK(h.Store.CreateToken(h.Ctx, token("a", "p")))
			h.Wants(h.Store.CreateToken(h.Ctx, token("a", "p")), account.ErrExists)
			sameHash := token("b", "p")
			sameHash.TokenHash = "hash-a"
			h.Wants(h.Store.CreateToken(h.Ctx, sameHash), account.ErrExists)
		},
		"of a project, oldest first, then by id": func(h *harness) {
			h.OK(h.Store.CreateProject(h.Ctx, project("p")))
			h.OK(h.Store.CreateProject(h.Ctx, project("q")))
			for id, at := range map[string]int64{"z": 0, "b": 1, "B": 1, "a": 1, "0": 2} {
				x := token(id, "p")
				x.CreatedAt += at
				h.OK(h.Store.CreateToken(h.Ctx, x))
			}
			h.OK(h.Store.CreateToken(h.Ctx, token("other", "q")))
			var ids []string
			for _, x := range storetest.Must[[]account.Token](h)(h.Store.Tokens(h.Ctx, "p")) {
				ids = append(ids, x.ID)
			}
			storetest.Equal(h, "order", ids, []string{"z", "B", "a", "b", "0"})
		},
		"deleting, twice, and not another project's": func(h *harness) {
			h.OK(h.Store.CreateProject(h.Ctx, project("p")))
			h.OK(h.Store.CreateToken(h.Ctx, token("a", "p")))
			h.OK(h.Store.DeleteToken(h.Ctx, "q", "a"))
			storetest.Must[account.Token](h)(h.Store.TokenByHash(h.Ctx, "hash-a"))
			h.OK(h.Store.DeleteToken(h.Ctx, "p", "a"))
			h.OK(h.Store.DeleteToken(h.Ctx, "p", "a"))
			_, err := h.Store.TokenByHash(h.Ctx, "hash-a")
			h.Wants(err, account.ErrNotFound)
		},
	})
}

func takenEmail(h *harness) {
	h.OK(h.Store.CreateUser(h.Ctx, user("a")))
	h.OK(h.Store.CreateUser(h.Ctx, user("b")))
	other := user("c")
	other.Email = "A@Example.com"
	h.Wants(h.Store.CreateUser(h.Ctx, other), account.ErrExists)
	h.Wants(h.Store.CreateUser(h.Ctx, user("a")), account.ErrExists)
	change := user("b")
	change.Email = "A@EXAMPLE.com"
	h.Wants(h.Store.UpdateUser(h.Ctx, change), account.ErrExists)
	own := user("a")
	own.Email = "A@EXAMPLE.com"
	h.OK(h.Store.UpdateUser(h.Ctx, own))
	storetest.Equal(h, "users", storetest.Must[[]account.User](h)(h.Store.Users(h.Ctx)), []account.User{own, user("b")})
}

func deletedUser(h *harness) {
	h.OK(h.Store.CreateUser(h.Ctx, user("a")))
	h.OK(h.Store.CreateUser(h.Ctx, user("b")))
	h.OK(h.Store.CreateLogin(h.Ctx, login("1", "a")))
	h.OK(h.Store.CreateLogin(h.Ctx, login("2", "b")))
	h.OK(h.Store.DeleteUser(h.Ctx, "a"))
	h.OK(h.Store.DeleteUser(h.Ctx, "a"))
	_, err := h.Store.User(h.Ctx, "a")
	h.Wants(err, account.ErrNotFound)
	_, err = h.Store.Login(h.Ctx, "1")
	h.Wants(err, account.ErrNotFound)
	storetest.Must[account.Login](h)(h.Store.Login(h.Ctx, "2"))
}

func rivalTakers(h *harness) {
	h.OK(h.Store.CreateUser(h.Ctx, user("u")))
	h.OK(h.Store.CreateLogin(h.Ctx, login("1", "u")))
	var got, missed atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			switch l, err := h.Store.TakeLogin(h.Ctx, "1"); {
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
	storetest.Equal(h, "taken and missed", []int64{got.Load(), missed.Load()}, []int64{1, 5})
}

func droppedLogins(h *harness) {
	for _, id := range []string{"a", "b"} {
		h.OK(h.Store.CreateUser(h.Ctx, user(id)))
		h.OK(h.Store.CreateLogin(h.Ctx, login(id+"1", id)))
		h.OK(h.Store.CreateLogin(h.Ctx, login(id+"2", id)))
	}
	h.OK(h.Store.DropLogins(h.Ctx, "a", 0))
	h.OK(h.Store.DropLogins(h.Ctx, "a", 0))
	for hash, there := range map[string]bool{"a1": false, "a2": false, "b1": true, "b2": true} {
		if _, err := h.Store.Login(h.Ctx, hash); (err == nil) != there {
			h.Fatalf("login %s: %v", hash, err)
		}
	}
}
