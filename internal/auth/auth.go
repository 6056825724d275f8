package auth

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/afterimage/afterimage/internal/account"
)

const (
	// LinkAge is how long a one-time link can be redeemed.
	LinkAge = 24 * time.Hour
	// LoginAge is how long a browser stays signed in.
	LoginAge = 30 * 24 * time.Hour

	firstAdminEmail = "admin@localhost"
	emailBytesMax   = 254 // RFC 5321's limit of a path, less its brackets
	nameBytesMax    = 200
	// hashesAtOnceMax bounds how many passwords are hashed at a time: each takes 19 MiB.
	hashesAtOnceMax = 2
)

// ThrottledError says that too many sign-ins failed and how long to wait.
type ThrottledError struct{ Wait time.Duration }

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many failed sign-ins; try again in %d s", int(e.Wait.Seconds())+1)
}

// Service signs people and programs in. Safe for concurrent use.
type Service struct {
	store    account.Store
	now      func() time.Time
	throttle *throttle
	hashing  chan struct{}
}

// New makes a service over the store, with the clock given.
func New(store account.Store, now func() time.Time) *Service {
	return &Service{store: store, now: now, throttle: newThrottle(now), hashing: make(chan struct{}, hashesAtOnceMax)}
}

// FirstAdminLink makes sure that there is somebody who can sign in: it creates the
// first admin where there are no people, and, while nobody has a password, returns a
// fresh one-time token for the oldest admin. Otherwise the token is empty.
func (s *Service) FirstAdminLink(ctx context.Context) (string, error) {
	users, err := s.store.Users(ctx)
	if err != nil {
		return "", fmt.Errorf("auth: list people: %w", err)
	}
	if len(users) == 0 {
		first := account.User{ID: newID(idPrefixUser), Email: firstAdminEmail, Role: account.RoleAdmin, CreatedAt: s.now().UnixMilli()}
		// Another process may start at the same moment; then its admin is the first.
		if err := s.store.CreateUser(ctx, first); err != nil && !errors.Is(err, account.ErrExists) {
			return "", fmt.Errorf("auth: create the first admin: %w", err)
		}
		if users, err = s.store.Users(ctx); err != nil {
			return "", fmt.Errorf("auth: list people: %w", err)
		}
	}
	admin := ""
	for _, u := range users {
		if u.PasswordHash != "" {
			return "", nil
		}
		if admin == "" && u.Role == account.RoleAdmin {
			admin = u.ID
		}
	}
	if admin == "" {
		return "", nil
	}
	return s.Link(ctx, admin)
}

// Link returns a fresh one-time token that signs the person in once within LinkAge.
func (s *Service) Link(ctx context.Context, userID string) (string, error) {
	if _, err := s.store.User(ctx, userID); err != nil {
		return "", fmt.Errorf("auth: link: %w", err)
	}
	return s.issue(ctx, userID, true, LinkAge)
}

// Redeem exchanges a one-time token for the secret of a signed-in browser. Whatever
// is wrong with the token, the error is the same [account.ErrExpired].
func (s *Service) Redeem(ctx context.Context, token string) (string, account.User, error) {
	refused := fmt.Errorf("auth: this link has been used or is too old: %w", account.ErrExpired)
	if token == "" || len(token) > secretLenMax {
		return "", account.User{}, refused
	}
	hash := hashSecret(token)
	link, err := s.store.Login(ctx, hash)
	if err == nil && !link.OneTime {
		return "", account.User{}, refused // a signed-in browser's secret must not be used up
	}
	if err == nil {
		link, err = s.store.TakeLogin(ctx, hash)
	}
	if errors.Is(err, account.ErrNotFound) {
		return "", account.User{}, refused
	}
	if err != nil {
		return "", account.User{}, fmt.Errorf("auth: redeem link: %w", err)
	}
	if !link.OneTime || s.now().UnixMilli() >= link.ExpiresAt {
		return "", account.User{}, refused
	}
	return s.signIn(ctx, link.UserID)
}

// Login checks an e-mail and a password and returns the secret of a signed-in browser.
// Every refusal is the same [account.ErrDenied] and takes about as long; too many of
// them give a [*ThrottledError]. The address is that of the client, for counting.
func (s *Service) Login(ctx context.Context, email, password, address string) (string, account.User, error) {
	email = normalEmail(email)
	// What no account can have is refused before it reaches the database: this tells nobody anything.
	if len(email) > emailBytesMax || len(password) > passwordByteMax || !utf8.ValidString(email) || strings.ContainsRune(email, 0) {
		return "", account.User{}, denied()
	}
	if wait := s.throttle.begin(email, address); wait > 0 {
		return "", account.User{}, &ThrottledError{Wait: wait}
	}
	user, err := s.store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, account.ErrNotFound) {
		return "", account.User{}, fmt.Errorf("auth: sign in: %w", err)
	}
	ok, err := s.check(ctx, user.PasswordHash, password)
	if err != nil {
		return "", account.User{}, err
	}
	if !ok {
		return "", account.User{}, denied()
	}
	s.throttle.succeed(email, address)
	return s.signIn(ctx, user.ID)
}

func denied() error { return fmt.Errorf("auth: wrong e-mail or password: %w", account.ErrDenied) }

// check compares a password with a hash, or, where there is none, with the decoy. It
// waits its turn, so that a flood of sign-ins cannot take all memory.
func (s *Service) check(ctx context.Context, hash, password string) (bool, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return false, fmt.Errorf("auth: check password: %w", ctx.Err())
	}
	if hash == "" {
		_, err := matchPassword(decoyHash, password)
		return false, err
	}
	return matchPassword(hash, password)
}

// Logout ends a signed-in browser. A secret that is unknown is no error.
func (s *Service) Logout(ctx context.Context, secret string) error {
	if secret == "" || len(secret) > secretLenMax {
		return nil
	}
	if _, err := s.store.TakeLogin(ctx, hashSecret(secret)); err != nil && !errors.Is(err, account.ErrNotFound) {
		return fmt.Errorf("auth: sign out: %w", err)
	}
	return nil
}

// User returns who a signed-in browser belongs to, or [account.ErrExpired].
func (s *Service) User(ctx context.Context, secret string) (account.User, error) {
	refused := fmt.Errorf("auth: not signed in: %w", account.ErrExpired)
	if secret == "" || len(secret) > secretLenMax {
		return account.User{}, refused
	}
	login, err := s.store.Login(ctx, hashSecret(secret))
	if err == nil && (login.OneTime || s.now().UnixMilli() >= login.ExpiresAt) {
		return account.User{}, refused
	}
	var user account.User
	if err == nil {
		user, err = s.store.User(ctx, login.UserID)
	}
	if errors.Is(err, account.ErrNotFound) {
		return account.User{}, refused
	}
	if err != nil {
		return account.User{}, fmt.Errorf("auth: read who is signed in: %w", err)
	}
	return user, nil
}

// signIn issues the secret of a signed-in browser and clears out what has ended.
func (s *Service) signIn(ctx context.Context, userID string) (string, account.User, error) {
	user, err := s.store.User(ctx, userID)
	if err != nil {
		return "", account.User{}, fmt.Errorf("auth: sign in: %w", err)
	}
	if err := s.store.DropLogins(ctx, "", s.now().UnixMilli()); err != nil {
		return "", account.User{}, fmt.Errorf("auth: drop ended sign-ins: %w", err)
	}
	secret, err := s.issue(ctx, userID, false, LoginAge)
	return secret, user, err
}

func (s *Service) issue(ctx context.Context, userID string, oneTime bool, age time.Duration) (string, error) {
	secret, now := newSecret(), s.now()
	login := account.Login{TokenHash: hashSecret(secret), UserID: userID, OneTime: oneTime,
		CreatedAt: now.UnixMilli(), ExpiresAt: now.Add(age).UnixMilli()}
	if err := s.store.CreateLogin(ctx, login); err != nil {
		return "", fmt.Errorf("auth: keep sign-in: %w", err)
	}
	return secret, nil
}

// normalEmail is the form in which e-mails are kept and compared.
func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func checkEmail(email string) error {
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > emailBytesMax {
		return fmt.Errorf("email: not an address like name@example.com: %w", account.ErrInvalid)
	}
	return nil
}
