package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/afterimage/afterimage/internal/account"
)

// Change is what a person wants to change about their own account; nil stays.
type Change struct {
	Email    *string
	Password *string
	// CurrentPassword must be right where the person has a password.
	CurrentPassword string
}

// NewUser creates a person without a password; a link (see [Service.Link]) lets them
// in to set one. Errors: [account.ErrInvalid], [account.ErrExists].
func (s *Service) NewUser(ctx context.Context, email string, role account.Role) (account.User, error) {
	email = normalEmail(email)
	if err := checkEmail(email); err != nil {
		return account.User{}, err
	}
	if !role.Allows(account.RoleViewer) {
		return account.User{}, fmt.Errorf("role: not viewer, member or admin: %w", account.ErrInvalid)
	}
	user := account.User{ID: newID(idPrefixUser), Email: email, Role: role, CreatedAt: s.now().UnixMilli()}
	if err := s.store.CreateUser(ctx, user); err != nil {
		return account.User{}, fmt.Errorf("auth: create person: %w", err)
	}
	return user, nil
}

// UpdateSelf changes a person's own e-mail or password. All of the person's signed-in
// browsers and links end; the secret returned is the new one of this browser. Errors:
// [account.ErrDenied] for a wrong current password, [account.ErrInvalid],
// [account.ErrExists], [*ThrottledError]. The address is the client's, for counting.
func (s *Service) UpdateSelf(ctx context.Context, userID string, change Change, address string) (string, account.User, error) {
	user, err := s.store.User(ctx, userID)
	if err != nil {
		return "", account.User{}, fmt.Errorf("auth: change account: %w", err)
	}
	if err := s.confirm(ctx, user, change.CurrentPassword, address); err != nil {
		return "", account.User{}, err
	}
	if change.Email != nil {
		user.Email = normalEmail(*change.Email)
		if err := checkEmail(user.Email); err != nil {
			return "", account.User{}, err
		}
	}
	if change.Password != nil {
		if user.PasswordHash, err = HashPassword(*change.Password); err != nil {
			return "", account.User{}, err
		}
	}
	if err := s.store.UpdateUser(ctx, user); err != nil {
		return "", account.User{}, fmt.Errorf("auth: change account: %w", err)
	}
	if err := s.store.DropLogins(ctx, userID, 0); err != nil {
		return "", account.User{}, fmt.Errorf("auth: end other sign-ins: %w", err)
	}
	secret, err := s.issue(ctx, userID, false, LoginAge)
	return secret, user, err
}

// confirm asks for the current password where there is one.
func (s *Service) confirm(ctx context.Context, user account.User, password, address string) error {
	if user.PasswordHash == "" {
		return nil
	}
	if wait := s.throttle.begin(user.Email, address); wait > 0 {
		return &ThrottledError{Wait: wait}
	}
	if len(password) > passwordByteMax {
		return denied()
	}
	ok, err := s.check(ctx, user.PasswordHash, password)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("auth: the current password is wrong: %w", account.ErrDenied)
	}
	s.throttle.succeed(user.Email, address)
	return nil
}

// NewToken creates an API token of one project and returns its secret, which is not
// kept. Errors: [account.ErrInvalid], [account.ErrNotFound] for an unknown project.
func (s *Service) NewToken(ctx context.Context, projectID, name string, role account.Role) (string, account.Token, error) {
	name = strings.TrimSpace(name)
	if err := CheckName(name); err != nil {
		return "", account.Token{}, err
	}
	if !role.Allows(account.RoleViewer) {
		return "", account.Token{}, fmt.Errorf("role: not viewer, member or admin: %w", account.ErrInvalid)
	}
	if _, err := s.store.Project(ctx, projectID); err != nil {
		return "", account.Token{}, fmt.Errorf("auth: create token: %w", err)
	}
	secret := tokenPrefix + newSecret()
	token := account.Token{ID: newID(idPrefixToken), Name: name, ProjectID: projectID, Role: role,
		TokenHash: hashSecret(secret), CreatedAt: s.now().UnixMilli()}
	if err := s.store.CreateToken(ctx, token); err != nil {
		return "", account.Token{}, fmt.Errorf("auth: create token: %w", err)
	}
	return secret, token, nil
}

// Token returns the API token that a secret belongs to, or [account.ErrExpired].
func (s *Service) Token(ctx context.Context, secret string) (account.Token, error) {
	refused := fmt.Errorf("auth: this token is unknown or was revoked: %w", account.ErrExpired)
	if !strings.HasPrefix(secret, tokenPrefix) || len(secret) > secretLenMax {
		return account.Token{}, refused
	}
	token, err := s.store.TokenByHash(ctx, hashSecret(secret))
	if errors.Is(err, account.ErrNotFound) {
		return account.Token{}, refused
	}
	if err != nil {
		return account.Token{}, fmt.Errorf("auth: read token: %w", err)
	}
	return token, nil
}

// CheckName returns [account.ErrInvalid] for a name that people could not read.
func CheckName(name string) error {
	if name == "" || len(name) > nameBytesMax {
		return fmt.Errorf("name: empty or longer than %d bytes: %w", nameBytesMax, account.ErrInvalid)
	}
	for _, r := range name {
		if r == unicode.ReplacementChar || unicode.IsControl(r) {
			return fmt.Errorf("name: holds a character that cannot be shown: %w", account.ErrInvalid)
		}
	}
	return nil
}
