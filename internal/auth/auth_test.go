package auth_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
	"github.com/afterimage/afterimage/internal/sqlstore"
)

// clock is a time that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// service is an auth service over a real SQLite store.
func service(t *testing.T) (*auth.Service, *sqlstore.Store, *clock) {
	t.Helper()
	c := &clock{now: time.UnixMilli(1_800_000_000_000)}
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Folder: t.TempDir(), Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return auth.New(store, c.Now), store, c
}

// must returns v, or ends the test.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// admin signs the first admin in and gives them a password.
func admin(t *testing.T, s *auth.Service, email, password string) (secret string, user account.User) {
	t.Helper()
	link := must[string](t)(s.FirstAdminLink(t.Context()))
	_, user, err := s.Redeem(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	secret, user, err = s.UpdateSelf(t.Context(), user.ID, auth.Change{Email: &email, Password: &password}, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return secret, user
}

func TestFirstAdmin(t *testing.T) {
	s, store, _ := service(t)
	first := must[string](t)(s.FirstAdminLink(t.Context()))
	second := must[string](t)(s.FirstAdminLink(t.Context()))
	if first == "" || second == "" || first == second {
		t.Fatalf("links %q and %q: want two fresh ones while nobody has a password", first, second)
	}
	users := must[[]account.User](t)(store.Users(t.Context()))
	if len(users) != 1 || users[0].Role != account.RoleAdmin || users[0].PasswordHash != "" {
		t.Fatalf("after two starts there are %+v, want one admin without a password", users)
	}
	admin(t, s, "boss@example.com", "correct horse battery")
	if link := must[string](t)(s.FirstAdminLink(t.Context())); link != "" {
		t.Fatal("a link is given out although somebody has a password")
	}
}

func TestRedeemOnceAndInTime(t *testing.T) {
	s, _, clock := service(t)
	link := must[string](t)(s.FirstAdminLink(t.Context()))
	secret, user, err := s.Redeem(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	if got := must[account.User](t)(s.User(t.Context(), secret)); got.ID != user.ID {
		t.Fatalf("signed in as %q, want %q", got.ID, user.ID)
	}
	old := must[string](t)(s.Link(t.Context(), user.ID))
	unused := must[string](t)(s.Link(t.Context(), user.ID))
	clock.add(auth.LinkAge)
	refused := map[string]string{"used": link, "too old": old, "unknown": strings.Repeat("x", 43), "empty": "", "long": strings.Repeat("x", 5000),
		"a browser's secret": secret}
	words := ""
	for why, token := range refused {
		_, _, err := s.Redeem(t.Context(), token)
		if !errors.Is(err, account.ErrExpired) {
			t.Errorf("%s: %v, want ErrExpired", why, err)
			continue
		}
		if words == "" {
			words = err.Error()
		}
		if err.Error() != words {
			t.Errorf("%s: says %q, others say %q: it must not tell which it is", why, err, words)
		}
	}
	if _, err := s.User(t.Context(), secret); err != nil {
		t.Errorf("trying to redeem a browser's secret ended it: %v", err)
	}
	if _, err := s.User(t.Context(), unused); !errors.Is(err, account.ErrExpired) {
		t.Errorf("a link works as a cookie: %v", err)
	}
}

func TestRedeemRace(t *testing.T) {
	s, _, _ := service(t)
	link := must[string](t)(s.FirstAdminLink(t.Context()))
	var wg sync.WaitGroup
	won := make(chan string, 8)
	for range 8 {
		wg.Go(func() {
			if secret, _, err := s.Redeem(context.WithoutCancel(t.Context()), link); err == nil {
				won <- secret
			} else if !errors.Is(err, account.ErrExpired) {
				t.Errorf("redeem: %v", err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d of 8 redeemed the same link, want 1", len(won))
	}
}

func TestLogin(t *testing.T) {
	s, _, clock := service(t)
	const email, password = "boss@example.com", "correct horse battery"
	_, user := admin(t, s, email, password)
	secret, got, err := s.Login(t.Context(), " Boss@Example.com ", password, "192.0.2.1")
	if err != nil || got.ID != user.ID {
		t.Fatalf("login: %v, %v", got, err)
	}
	clock.add(auth.LoginAge - time.Second)
	if _, err := s.User(t.Context(), secret); err != nil {
		t.Fatalf("before the end: %v", err)
	}
	clock.add(time.Second)
	if _, err := s.User(t.Context(), secret); !errors.Is(err, account.ErrExpired) {
		t.Fatalf("after 30 days: %v, want ErrExpired", err)
	}
	must[account.User](t)(s.NewUser(t.Context(), "new@example.com", account.RoleViewer))
	words := map[string]bool{}
	for _, try := range [][2]string{{email, "wrong password"}, {"nobody@example.com", password}, {"new@example.com", ""},
		{"new@example.com", password}, {email, ""}, {"", ""}, {email + "\x00", password}, {email, strings.Repeat("x", 5000)}} {
		_, _, err := s.Login(t.Context(), try[0], try[1], "192.0.2.2")
		if !errors.Is(err, account.ErrDenied) {
			t.Errorf("%.30q: %v, want ErrDenied", try, err)
			continue
		}
		words[err.Error()] = true
	}
	if len(words) != 1 {
		t.Errorf("refusals differ: %v", words)
	}
}

func TestLoginIsThrottled(t *testing.T) {
	s, _, clock := service(t)
	const email, password = "boss@example.com", "correct horse battery"
	admin(t, s, email, password)
	var throttled *auth.ThrottledError
	tries := 0
	for ; tries < 100 && throttled == nil; tries++ {
		_, _, err := s.Login(t.Context(), email, "wrong password", "192.0.2.9")
		if !errors.Is(err, account.ErrDenied) && !errors.As(err, &throttled) {
			t.Fatal(err)
		}
	}
	if throttled == nil || tries != 11 {
		t.Fatalf("after %d wrong passwords: %v, want the 11th refused unseen", tries, throttled)
	}
	if _, _, err := s.Login(t.Context(), email, password, "192.0.2.9"); !errors.As(err, &throttled) {
		t.Errorf("the right password while throttled: %v", err)
	}
	if _, _, err := s.Login(t.Context(), email, password, "192.0.2.1"); err != nil {
		t.Errorf("from another address: %v", err)
	}
	clock.add(throttled.Wait)
	if _, _, err := s.Login(t.Context(), email, password, "192.0.2.9"); err != nil {
		t.Errorf("after waiting: %v", err)
	}
}

func TestLogout(t *testing.T) {
	s, _, _ := service(t)
	secret, _ := admin(t, s, "boss@example.com", "correct horse battery")
	for range 2 { // twice is no error
		if err := s.Logout(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.User(t.Context(), secret); !errors.Is(err, account.ErrExpired) {
		t.Fatalf("after signing out: %v", err)
	}
}

func TestUpdateSelfEndsOtherBrowsers(t *testing.T) {
	s, _, _ := service(t)
	const email, password = "boss@example.com", "correct horse battery"
	_, user := admin(t, s, email, password)
	other, _, err := s.Login(t.Context(), email, password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	link := must[string](t)(s.Link(t.Context(), user.ID))
	change := func(c auth.Change) error {
		_, _, err := s.UpdateSelf(t.Context(), user.ID, c, "192.0.2.1")
		return err
	}
	next, short, bad := "another long password", "short", "not an address"
	for want, c := range map[error]auth.Change{
		account.ErrDenied:  {Password: &next, CurrentPassword: "wrong"},
		account.ErrInvalid: {Password: &short, CurrentPassword: password},
	} {
		if err := change(c); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if err := change(auth.Change{Email: &bad, CurrentPassword: password}); !errors.Is(err, account.ErrInvalid) {
		t.Errorf("bad e-mail: %v", err)
	}
	if _, err := s.User(t.Context(), other); err != nil {
		t.Fatalf("a refused change ended a browser: %v", err)
	}
	mine, _, err := s.UpdateSelf(t.Context(), user.ID, auth.Change{Password: &next, CurrentPassword: password}, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.User(t.Context(), mine); err != nil {
		t.Errorf("the browser that changed the password is signed out: %v", err)
	}
	if _, err := s.User(t.Context(), other); !errors.Is(err, account.ErrExpired) {
		t.Errorf("another browser is still signed in: %v", err)
	}
	if _, _, err := s.Redeem(t.Context(), link); !errors.Is(err, account.ErrExpired) {
		t.Errorf("an older link still works: %v", err)
	}
	if _, _, err := s.Login(t.Context(), email, password, "192.0.2.1"); !errors.Is(err, account.ErrDenied) {
		t.Errorf("the old password still works: %v", err)
	}
}

func TestTokens(t *testing.T) {
	s, store, clock := service(t)
	p, err := auth.NewProject("shop", "", clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.CreateProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	secret, token, err := s.NewToken(t.Context(), "shop", "ci", account.RoleMember)
	if err != nil {
		t.Fatal(err)
	}
	if got := must[account.Token](t)(s.Token(t.Context(), secret)); got.ID != token.ID || got.ProjectID != "shop" || got.Role != account.RoleMember {
		t.Fatalf("token is %+v", got)
	}
	if !strings.HasPrefix(secret, "ait_") || len(secret) < 40 || strings.Contains(token.TokenHash, secret[4:]) {
		t.Errorf("secret %q, kept as %q", secret, token.TokenHash)
	}
	for _, bad := range []string{"", "ait_", "ait_" + strings.Repeat("x", 43), secret[4:], secret + "x", strings.ToUpper(secret)} {
		if _, err := s.Token(t.Context(), bad); !errors.Is(err, account.ErrExpired) {
			t.Errorf("%q: %v, want ErrExpired", bad, err)
		}
	}
	if err := store.DeleteToken(t.Context(), "shop", token.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Token(t.Context(), secret); !errors.Is(err, account.ErrExpired) {
		t.Errorf("a revoked token: %v", err)
	}
	for name, try := range map[string]func() error{
		"role":    func() error { _, _, err := s.NewToken(t.Context(), "shop", "x", "owner"); return err },
		"name":    func() error { _, _, err := s.NewToken(t.Context(), "shop", " ", account.RoleAdmin); return err },
		"control": func() error { _, _, err := s.NewToken(t.Context(), "shop", "a\nb", account.RoleAdmin); return err },
	} {
		if err := try(); !errors.Is(err, account.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if _, _, err := s.NewToken(t.Context(), "nowhere", "x", account.RoleAdmin); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("unknown project: %v, want ErrNotFound", err)
	}
}

func TestNewProjectIDs(t *testing.T) {
	for _, bad := range []string{"", "-a", "Shop", "a b", "a/b", "ä", strings.Repeat("a", 41)} {
		if _, err := auth.NewProject(bad, "x", time.Now()); !errors.Is(err, account.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", bad, err)
		}
	}
	a, err := auth.NewProject("shop-2", "", time.Now())
	b, _ := auth.NewProject("shop-2", "", time.Now())
	if err != nil || a.Name != "shop-2" || a.PublicKey == b.PublicKey {
		t.Errorf("%+v, %+v, %v", a, b, err)
	}
}
