// Package account holds who may use the service and in which project: projects,
// people, their signed-in browsers, and API tokens.
package account

import (
	"context"
	"errors"
)

// The conditions that callers tell apart with errors.Is.
var (
	// ErrNotFound: no such project, user, token or login.
	ErrNotFound = errors.New("not found")
	// ErrExists: the name, key or e-mail is taken.
	ErrExists = errors.New("already exists")
	// ErrExpired: the login, token or one-time link is used up or too old.
	ErrExpired = errors.New("expired")
	// ErrInvalid: a field has a value that cannot be kept; the wrapping says which and why.
	ErrInvalid = errors.New("invalid")
	// ErrDenied: wrong e-mail or password.
	ErrDenied = errors.New("denied")
)

// Role is what a person or token may do; each includes those before it.
type Role string

// The roles, least first.
const (
	RoleViewer Role = "viewer" // see and play
	RoleMember Role = "member" // and triage, share, ticket
	RoleAdmin  Role = "admin"  // and erase, configure, invite
)

// Allows reports whether a holder of r may do what need asks for.
func (r Role) Allows(need Role) bool { return rank(r) >= rank(need) && rank(need) > 0 }

func rank(r Role) int {
	switch r {
	case RoleViewer:
		return 1
	case RoleMember:
		return 2
	case RoleAdmin:
		return 3
	}
	return 0
}

// Project is one recorded site or app.
type Project struct {
	ID        string `json:"id"` // short, lower case, in URLs
	Name      string `json:"name"`
	PublicKey string `json:"publicKey"` // names the project in the recorder; not a secret
	// SiteOrigins are the recorded site's own origins ("https://shop.example.com"). The
	// player may load images, fonts and styles from them and from nowhere else.
	SiteOrigins   []string `json:"siteOrigins"`
	RetentionDays int      `json:"retentionDays"` // 0: keep for ever
	CreatedAt     int64    `json:"createdAt"`
}

// User is a person who signs in.
type User struct {
	ID           string `json:"id"`
	Email        string `json:"email"`
	Role         Role   `json:"role"`
	PasswordHash string `json:"-"` // argon2id, PHC string; empty until one is set
	CreatedAt    int64  `json:"createdAt"`
}

// Login is a signed-in browser, or a one-time link that becomes one. Only the hash of its secret is kept.
type Login struct {
	TokenHash string // hex SHA-256
	UserID    string
	OneTime   bool
	CreatedAt int64
	ExpiresAt int64
}

// Token is an API token. Only the hash of its secret is kept.
type Token struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	ProjectID string `json:"projectId"`
	Role      Role   `json:"role"`
	TokenHash string `json:"-"`
	CreatedAt int64  `json:"createdAt"`
}

// Store is the union of the roles below. Every method is one transaction; lookups return ErrNotFound.
type Store interface {
	ProjectStore
	UserStore
	LoginStore
	TokenStore
}

// ProjectStore keeps projects.
type ProjectStore interface {
	// CreateProject stores p, or returns ErrExists if its id or key is taken.
	CreateProject(ctx context.Context, p Project) error
	// UpdateProject replaces name, site origins and retention of the project with p.ID.
	UpdateProject(ctx context.Context, p Project) error
	Project(ctx context.Context, id string) (Project, error)
	ProjectByKey(ctx context.Context, publicKey string) (Project, error)
	// Projects lists all, oldest first.
	Projects(ctx context.Context) ([]Project, error)
}

// UserStore keeps people and their logins.
type UserStore interface {
	// CreateUser stores u, or returns ErrExists if the e-mail is taken.
	CreateUser(ctx context.Context, u User) error
	// UpdateUser replaces e-mail, role and password hash; ErrExists if the e-mail is another's.
	UpdateUser(ctx context.Context, u User) error
	User(ctx context.Context, id string) (User, error)
	UserByEmail(ctx context.Context, email string) (User, error)
	// Users lists all, oldest first.
	Users(ctx context.Context) ([]User, error)
	// DeleteUser removes a person with all logins. Idempotent.
	DeleteUser(ctx context.Context, id string) error
}

// LoginStore keeps signed-in browsers.
type LoginStore interface {
	CreateLogin(ctx context.Context, l Login) error
	Login(ctx context.Context, tokenHash string) (Login, error)
	// TakeLogin removes a login and returns it; of two callers one gets ErrNotFound.
	TakeLogin(ctx context.Context, tokenHash string) (Login, error)
	// DropLogins removes those of a user, or, with an empty user, those that ended before the time given.
	DropLogins(ctx context.Context, userID string, expiredBefore int64) error
}

// TokenStore keeps API tokens.
type TokenStore interface {
	CreateToken(ctx context.Context, t Token) error
	TokenByHash(ctx context.Context, tokenHash string) (Token, error)
	// Tokens lists those of a project, oldest first.
	Tokens(ctx context.Context, projectID string) ([]Token, error)
	DeleteToken(ctx context.Context, projectID, id string) error
}
