package sqlstore

import (
	"context"
	"fmt"

	"github.com/afterimage/afterimage/internal/account"
)

// CreateToken implements [account.TokenStore]. It returns [account.ErrNotFound] if there
// is no such project, and [account.ErrExists] if the id or the secret is taken.
func (s *Store) CreateToken(ctx context.Context, t account.Token) error {
	const what = "create token"
	if t.ID == "" || t.TokenHash == "" {
		return fmt.Errorf("sqlstore: %s: %w: it needs an id and a hash", what, account.ErrInvalid)
	}
	return s.taken(s.write(ctx, what, func(tx conn) error {
		_, err := tx.exec(ctx, "INSERT INTO tokens (id, name, project_id, role, token_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			t.ID, t.Name, t.ProjectID, string(t.Role), t.TokenHash, t.CreatedAt)
		return err
	}))
}

// TokenByHash implements [account.TokenStore].
func (s *Store) TokenByHash(ctx context.Context, tokenHash string) (account.Token, error) {
	return find(ctx, s, "read token", scanToken, selectToken+" WHERE token_hash = $1", tokenHash)
}

// Tokens implements [account.TokenStore].
func (s *Store) Tokens(ctx context.Context, projectID string) ([]account.Token, error) {
	var all []account.Token
	err := s.read(ctx, "list tokens", func(r conn) (err error) {
		all, err = list(ctx, r, scanToken, selectToken+" WHERE project_id = $1 ORDER BY created_at, id", projectID)
		return err
	})
	return all, refused(err, account.ErrNotFound)
}

// DeleteToken implements [account.TokenStore]. A token that is not there, or is another
// project's, is no error and stays.
func (s *Store) DeleteToken(ctx context.Context, projectID, id string) error {
	return s.taken(s.writeIdempotent(ctx, "delete token", func(tx conn) error {
		_, err := tx.exec(ctx, "DELETE FROM tokens WHERE project_id = $1 AND id = $2", projectID, id)
		return err
	}))
}

const selectToken = "SELECT id, name, project_id, role, token_hash, created_at FROM tokens"

func scanToken(row scanner) (t account.Token, err error) {
	return t, row.Scan(&t.ID, &t.Name, &t.ProjectID, &t.Role, &t.TokenHash, &t.CreatedAt)
}
