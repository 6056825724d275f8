package account

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

const (
	// DefaultProjectID is the id of the project that exists from the first start.
	DefaultProjectID = "default"
	// DefaultProjectName is its name until somebody gives it a better one.
	DefaultProjectName = "My site"
	// publicKeyBytes makes keys that cannot be guessed, so that nobody sends recordings
	// into a project whose page they never saw.
	publicKeyBytes = 16
)

// NewPublicKey returns a random public key of a project: "ai_" and 32 hex digits.
func NewPublicKey() string {
	b := make([]byte, publicKeyBytes)
	rand.Read(b) // never fails, see crypto/rand
	return "ai_" + hex.EncodeToString(b)
}

// EnsureDefaults makes sure that there is a project, and returns the oldest one. Several
// processes may call it at once; one project is made.
func EnsureDefaults(ctx context.Context, s ProjectStore, now time.Time) (Project, error) {
	all, err := s.Projects(ctx)
	if err != nil {
		return Project{}, fmt.Errorf("account: look for projects: %w", err)
	}
	if len(all) > 0 {
		return all[0], nil
	}
	first := Project{
		ID:          DefaultProjectID,
		Name:        DefaultProjectName,
		PublicKey:   NewPublicKey(),
		SiteOrigins: []string{},
		CreatedAt:   now.UnixMilli(),
	}
	err = s.CreateProject(ctx, first)
	if err != nil && !errors.Is(err, ErrExists) {
		return Project{}, fmt.Errorf("account: create the first project: %w", err)
	}
	if err == nil {
		return first, nil
	}
	// Another process was faster.
	winner, err := s.Project(ctx, DefaultProjectID)
	if err != nil {
		return Project{}, fmt.Errorf("account: read the first project: %w", err)
	}
	return winner, nil
}
