package searchtest

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// suggester is the index as what suggests values.
func (c *corpus) suggester(t *testing.T) search.Suggester {
	t.Helper()
	s, ok := c.x.(search.Suggester)
	if !ok {
		t.Fatalf("%T is no search.Suggester", c.x)
	}
	return s
}

// counted counts values over the plain documents of a project, as Suggester tells them. What is
// counted of a key is remembered.
func (c *corpus) counted(project, key, prefix string, limit int) []search.ValueCount {
	counts, ok := c.values[project+"\x00"+key]
	if !ok {
		counts = map[string]int64{}
		for _, d := range c.prepared[project] {
			values := d.doc.SuggestedTraits()
			if key != traitNames {
				values = d.doc.Suggested(key)
			}
			for _, value := range values {
				counts[value]++
			}
		}
		c.values[project+"\x00"+key] = counts
	}
	var all []search.ValueCount
	for value, n := range counts {
		if search.BeginsWith(value, prefix) {
			all = append(all, search.ValueCount{Value: value, Count: n})
		}
	}
	slices.SortFunc(all, func(a, b search.ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return all[:min(limit, len(all))]
}

// traitNames stands for the names of traits where counted takes a key.
const traitNames = "\x00names"

func (c *corpus) testValues(t *testing.T) {
	s := c.suggester(t)
	keys := append(slices.Clone(search.Suggestible), "trait.plan", "trait.PLAN", "trait.seats", "trait.등급", "trait.first name", "trait.none", "error", "complaint", "id", "nothing", "")
	for _, key := range keys {
		for _, project := range []string{"alpha", "gamma", "nobody"} {
			for _, prefix := range []string{"", "c", "CH", "ｃ", "s", "/c", "결", decompose("가"), "user_1", "%", "_", "'", "zzz"} {
				for _, limit := range []int{3, 100} {
					if prefix != "" && (limit == 3 || project != "gamma") {
						continue // the small project shows as well what prefixes do
					}
					got, err := s.Values(context.Background(), project, key, prefix, limit)
					want := c.counted(project, key, prefix, limit)
					if err != nil || !slices.Equal(got, want) {
						t.Errorf("values of %q in %s that begin with %q, %d of them: %v, %v; want %v", key, project, prefix, limit, got, err, want)
					}
				}
			}
		}
	}
}

func (c *corpus) testTraitNames(t *testing.T) {
	s := c.suggester(t)
	for _, project := range []string{"alpha", "gamma", "nobody"} {
		for _, prefix := range []string{"", "p", "PL", "등", "first", "x"} {
			for _, limit := range []int{2, 100} {
				got, err := s.TraitNames(context.Background(), project, prefix, limit)
				want := c.counted(project, traitNames, prefix, limit)
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("names of traits in %s that begin with %q, %d of them: %v, %v; want %v", project, prefix, limit, got, err, want)
				}
			}
		}
	}
}
