package auth

import (
	"fmt"
	"strings"
	"time"

	"github.com/afterimage/afterimage/internal/account"
)

const projectIDBytesMax = 40 // it stands in every URL

// NewProject makes a project with a fresh public key; it does not store it. The id is
// lower-case letters, digits and hyphens, beginning with a letter or digit; an empty
// name is the id. Error: [account.ErrInvalid].
func NewProject(id, name string, now time.Time) (account.Project, error) {
	if id == "" || len(id) > projectIDBytesMax || id[0] == '-' {
		return account.Project{}, fmt.Errorf("id: empty, longer than %d letters, or begins with a hyphen: %w", projectIDBytesMax, account.ErrInvalid)
	}
	for _, r := range id {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') {
			return account.Project{}, fmt.Errorf("id: may hold lower-case letters, digits and hyphens only: %w", account.ErrInvalid)
		}
	}
	if name = strings.TrimSpace(name); name == "" {
		name = id
	}
	if err := CheckName(name); err != nil {
		return account.Project{}, err
	}
	return account.Project{ID: id, Name: name, PublicKey: account.NewPublicKey(), SiteOrigins: []string{}, CreatedAt: now.UnixMilli()}, nil
}
