package sqlstore_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/search"
)

func TestSavedStore(t *testing.T) { testSavedStore(t, sqliteFactory(t)) }

func TestPostgresSavedStore(t *testing.T) { testSavedStore(t, postgresFactory(t, icuDatabase(t))) }

// savedIn is a saved search of the project p.
func savedIn(id, name string) search.Saved {
	return search.Saved{ID: id, ProjectID: "p", Name: name, Query: `error:"결제" -browser:Safari`, Period: "7d", Sort: search.SortNewest,
		CreatedBy: "usr_1", CreatedAt: 1000, UpdatedAt: 1000}
}

// testSavedStore is what every engine's search.SavedStore must do.
func testSavedStore(t *testing.T, open func(testing.TB) *sqlstore.Store) {
	for name, test := range map[string]func(*testing.T, *sqlstore.Store){
		"kept as it came": keepsSaved, "names are taken once": savedNames, "what is not there": savedMissing,
		"text that cannot be kept": savedBadText, "by name, whatever the engine's order": savedOrder,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			for _, id := range []string{"p", "q"} {
				if err := s.CreateProject(t.Context(), account.Project{ID: id, Name: id, PublicKey: "key-" + id}); err != nil {
					t.Fatal(err)
				}
			}
			test(t, s)
		})
	}
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func keepsSaved(t *testing.T, s *sqlstore.Store) {
	a := savedIn("a", "결제 '오류' \\ \"x\"")
	wantError(t, "add", s.AddSavedSearch(t.Context(), a), nil)
	got, err := s.SavedSearch(t.Context(), "p", "a")
	if err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("read %+v, %v, want %+v", got, err, a)
	}
	b := a
	b.Name, b.Query, b.Period, b.Sort, b.UpdatedAt = "another", "", "", search.SortRelevance, 2000
	changed := b
	changed.CreatedBy, changed.CreatedAt = "somebody else", 5 // who made it, and when, stays
	wantError(t, "update", s.UpdateSavedSearch(t.Context(), changed), nil)
	if all, err := s.SavedSearches(t.Context(), "p"); err != nil || !reflect.DeepEqual(all, []search.Saved{b}) {
		t.Errorf("list %+v, %v, want %+v", all, err, b)
	}
	for range 2 {
		wantError(t, "delete", s.DeleteSavedSearch(t.Context(), "p", "a"), nil)
	}
	_, err = s.SavedSearch(t.Context(), "p", "a")
	wantError(t, "read what was deleted", err, search.ErrSavedNotFound)
}

func savedNames(t *testing.T, s *sqlstore.Store) {
	wantError(t, "add", s.AddSavedSearch(t.Context(), savedIn("a", "one")), nil)
	wantError(t, "add the same name", s.AddSavedSearch(t.Context(), savedIn("b", "one")), search.ErrSavedName)
	wantError(t, "add another name", s.AddSavedSearch(t.Context(), savedIn("b", "two")), nil)
	wantError(t, "rename to a name that is taken", s.UpdateSavedSearch(t.Context(), savedIn("b", "one")), search.ErrSavedName)
	wantError(t, "keep the name", s.UpdateSavedSearch(t.Context(), savedIn("b", "two")), nil)
	other := savedIn("c", "one")
	other.ProjectID = "q"
	wantError(t, "the same name in another project", s.AddSavedSearch(t.Context(), other), nil)
}

func savedMissing(t *testing.T, s *sqlstore.Store) {
	wantError(t, "add", s.AddSavedSearch(t.Context(), savedIn("a", "one")), nil)
	_, err := s.SavedSearch(t.Context(), "q", "a")
	wantError(t, "read in another project", err, search.ErrSavedNotFound)
	foreign := savedIn("a", "mine now")
	foreign.ProjectID = "q"
	wantError(t, "update in another project", s.UpdateSavedSearch(t.Context(), foreign), search.ErrSavedNotFound)
	wantError(t, "delete in another project", s.DeleteSavedSearch(t.Context(), "q", "a"), nil)
	if all, err := s.SavedSearches(t.Context(), "q"); err != nil || len(all) != 0 {
		t.Errorf("list of another project: %+v, %v", all, err)
	}
	if got, err := s.SavedSearch(t.Context(), "p", "a"); err != nil || got.Name != "one" {
		t.Errorf("after all that: %+v, %v", got, err)
	}
	nowhere := savedIn("b", "two")
	nowhere.ProjectID = "nowhere"
	if err := s.AddSavedSearch(t.Context(), nowhere); err == nil {
		t.Error("a search was saved in a project that does not exist")
	}
}

func savedBadText(t *testing.T, s *sqlstore.Store) {
	for _, bad := range []string{"a\x00b", "\xff"} {
		if err := s.AddSavedSearch(t.Context(), savedIn("a", bad)); err == nil {
			t.Errorf("the name %q was kept", bad)
		}
		_, err := s.SavedSearch(t.Context(), "p", bad)
		wantError(t, "read by an id that cannot be", err, search.ErrSavedNotFound)
	}
}

func savedOrder(t *testing.T, s *sqlstore.Store) {
	want := []string{"Apple", "b 10", "b-1", "Béta", "가", "나"}
	for _, i := range []int{3, 0, 5, 1, 4, 2} {
		wantError(t, "add", s.AddSavedSearch(t.Context(), savedIn(want[i], want[i])), nil)
	}
	all, err := s.SavedSearches(t.Context(), "p")
	var got []string
	for _, one := range all {
		got = append(got, one.Name)
	}
	if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("order %v, %v, want %v", got, err, want)
	}
}
