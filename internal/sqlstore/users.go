package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/afterimage/afterimage/internal/account"
)

// lowerASCII is LOWER of a column that is compared byte by byte.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// CreateUser implements [account.UserStore]. E-mail addresses that differ only in the
// case of ASCII letters are the same.
func (s *Store) CreateUser(ctx context.Context, u account.User) error {
	const what = "create user"
	if u.ID == "" || u.Email == "" {
		return fmt.Errorf("sqlstore: %s: %w: it needs an id and an e-mail", what, account.ErrInvalid)
	}
	return s.taken(s.write(ctx, what, func(tx conn) error {
		_, err := tx.exec(ctx, "INSERT INTO users (id, email, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
			u.ID, u.Email, string(u.Role), u.PasswordHash, u.CreatedAt)
		return err
	}))
}

// UpdateUser implements [account.UserStore].
func (s *Store) UpdateUser(ctx context.Context, u account.User) error {
	const what = "update user"
	if u.Email == "" {
		return fmt.Errorf("sqlstore: %s: %w: it needs an e-mail", what, account.ErrInvalid)
	}
	return s.taken(s.writeIdempotent(ctx, what, func(tx conn) error {
		return changedOne(tx.exec(ctx, "UPDATE users SET email = $1, role = $2, password_hash = $3 WHERE id = $4",
			u.Email, string(u.Role), u.PasswordHash, u.ID))
	}))
}

// User implements [account.UserStore].
func (s *Store) User(ctx context.Context, id string) (account.User, error) {
	return find(ctx, s, "read user", scanUser, selectUser+" WHERE id = $1", id)
}

// UserByEmail implements [account.UserStore].
func (s *Store) UserByEmail(ctx context.Context, email string) (account.User, error) {
	return find(ctx, s, "read user by e-mail", scanUser, selectUser+" WHERE LOWER(email) = $1", lowerASCII(email))
}

// Users implements [account.UserStore].
func (s *Store) Users(ctx context.Context) ([]account.User, error) {
	var all []account.User
	err := s.read(ctx, "list users", func(r conn) (err error) {
		all, err = list(ctx, r, scanUser, selectUser+" ORDER BY created_at, id")
		return err
	})
	return all, err
}

// DeleteUser implements [account.UserStore]. The logins go with the row.
func (s *Store) DeleteUser(ctx context.Context, id string) error {
	return s.taken(s.writeIdempotent(ctx, "delete user", func(tx conn) error {
		_, err := tx.exec(ctx, "DELETE FROM users WHERE id = $1", id)
		return err
	}))
}

const selectUser = "SELECT id, email, role, password_hash, created_at FROM users"

func scanUser(row scanner) (u account.User, err error) {
	return u, row.Scan(&u.ID, &u.Email, &u.Role, &u.PasswordHash, &u.CreatedAt)
}

// CreateLogin implements [account.LoginStore]. It returns [account.ErrNotFound] if there
// is no such user, and [account.ErrExists] if the secret is taken.
func (s *Store) CreateLogin(ctx context.Context, l account.Login) error {
	return s.taken(s.write(ctx, "create login", func(tx conn) error {
		_, err := tx.exec(ctx, "INSERT INTO logins (token_hash, user_id, one_time, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
			l.TokenHash, l.UserID, l.OneTime, l.CreatedAt, l.ExpiresAt)
		return err
	}))
}

// Login implements [account.LoginStore]. An expired one is returned too.
func (s *Store) Login(ctx context.Context, tokenHash string) (account.Login, error) {
	return find(ctx, s, "read login", scanLogin, selectLogin+" WHERE token_hash = $1", tokenHash)
}

const selectLogin = "SELECT token_hash, user_id, one_time, created_at, expires_at FROM logins"

func scanLogin(row scanner) (l account.Login, err error) {
	return l, row.Scan(&l.TokenHash, &l.UserID, &l.OneTime, &l.CreatedAt, &l.ExpiresAt)
}

// TakeLogin implements [account.LoginStore].
func (s *Store) TakeLogin(ctx context.Context, tokenHash string) (account.Login, error) {
	const what = "take login"
	var l account.Login
	err := s.write(ctx, what, func(tx conn) error {
		var found bool
		var err error
		l, found, err = one(ctx, tx, scanLogin, `
			DELETE FROM logins WHERE token_hash = $1
			RETURNING token_hash, user_id, one_time, created_at, expires_at`, tokenHash)
		if err == nil && !found {
			err = account.ErrNotFound
		}
		return err
	})
	if err != nil {
		return account.Login{}, refused(err, account.ErrNotFound)
	}
	return l, nil
}

// DropLogins implements [account.LoginStore].
func (s *Store) DropLogins(ctx context.Context, userID string, expiredBefore int64) error {
	return s.taken(s.writeIdempotent(ctx, "drop logins", func(tx conn) error {
		var err error
		if userID != "" {
			_, err = tx.exec(ctx, "DELETE FROM logins WHERE user_id = $1", userID)
		} else {
			_, err = tx.exec(ctx, "DELETE FROM logins WHERE expires_at < $1", expiredBefore)
		}
		return err
	}))
}
