package search

import (
	"context"
	"errors"
)

// ErrSavedNotFound is returned, wrapped, for a saved search that is not there, or is another project's.
var ErrSavedNotFound = errors.New("no such saved search")

// ErrSavedName is returned, wrapped, where the project has another saved search of that name.
var ErrSavedName = errors.New("a saved search has this name already")

// Saved is a search that a team keeps under a name. All of a project see it.
type Saved struct {
	ID        string
	ProjectID string
	Name      string // 1 to SavedNameRunesMax runes, unique in its project
	Query     string // as it was typed
	Period    string // that it looks back, as the app writes it into its address ("7d"); empty: all
	Sort      Sort
	CreatedBy string // id of the person or token
	CreatedAt int64  // unix ms
	UpdatedAt int64
}

const (
	// SavedNameRunesMax fits one line of a menu.
	SavedNameRunesMax = 80
	// SavedPerProjectMax bounds what is counted when the list is shown.
	SavedPerProjectMax = 200
)

// SavedStore keeps saved searches.
type SavedStore interface {
	// SavedSearches returns all of a project, by name.
	SavedSearches(ctx context.Context, projectID string) ([]Saved, error)
	// SavedSearch returns one, or [ErrSavedNotFound].
	SavedSearch(ctx context.Context, projectID, id string) (Saved, error)
	// AddSavedSearch stores a new one. [ErrSavedName] if the name is taken.
	AddSavedSearch(ctx context.Context, s Saved) error
	// UpdateSavedSearch replaces name, query, period, sort and UpdatedAt. [ErrSavedNotFound], [ErrSavedName].
	UpdateSavedSearch(ctx context.Context, s Saved) error
	// DeleteSavedSearch removes one; one that is not there is no error.
	DeleteSavedSearch(ctx context.Context, projectID, id string) error
}
