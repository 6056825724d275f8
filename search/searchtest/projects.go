package searchtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
)

// projectNames are names with which a filter or a statement could be left.
var projectNames = []string{"p", "p2", `p"`, `p' OR 'a'='a`, `x" OR projectId = "p`, "P", "_project_70", "프로젝트", decompose("프로젝트"), "a b", `\`, `p\" OR 1`, "p AND", "p%", "p\x00", "ｐ"}

// secretDocuments are one session of each of the projects, all with the same words and one of their
// own.
func secretDocuments() []search.Document {
	var docs []search.Document
	for i, name := range projectNames {
		docs = append(docs, search.Document{ID: fmt.Sprintf("s%d", i), ProjectID: name, StartedAt: 5, NPS: -1, CSAT: -1, CES: -1, Score: -1,
			Complaints: []string{"secret plan " + name}, Traits: map[string]string{"owner": name}, Tags: []string{name}})
	}
	return docs
}

// injections are pieces that engines' own languages are made of.
var injections = []string{`"`, `'`, ` OR `, ` AND `, ` NOT `, "(", ")", "projectId", " = ", "_project_", "secret", "tags:", "*", "^", "{tags} : ", "\\", "p", " IN [", "]", "--", ";", "project:", "EXISTS", "tag:", "trait.owner:", "marks",
	"sort:oldest ", " TO ", "0", "＂", "”", "\u202e", "secert", "\n", "/*", "%", "TRUE", "NULL", "_geoRadius(", "project EXISTS"}

// testProjects holds that no query and no project name shows sessions of another project.
func testProjects(t *testing.T, open Open) {
	x := open(t)
	docs := secretDocuments()
	put(t, x, docs)
	queries := []string{"", "secret", "-secret", "secret OR -secret", "plan", `"secret plan"`, "-nothing", "nps:* OR secret", "-clicks:>99", "secert", "tag:p", "trait.owner:p*", "-tag:p"}
	plain := len(queries)
	g := rand.New(rand.NewPCG(3, 5))
	for range 300 {
		var b strings.Builder
		for range 1 + g.IntN(8) {
			b.WriteString(pick(g, injections))
		}
		if _, err := search.Parse(b.String()); err == nil {
			queries = append(queries, b.String())
		}
	}
	for i, q := range queries {
		for _, name := range projectNames {
			if i >= plain && g.IntN(4) > 0 {
				continue // every plain query in every project, the random ones in some
			}
			if err := onlyProject(x, docs, name, q); err != nil {
				t.Error(err)
			}
		}
	}
	if got, _ := find(t, x, search.Request{ProjectID: ""}); len(got) != 0 {
		t.Errorf("no project shows %v", got)
	}
	s, ok := x.(search.Suggester)
	if !ok {
		t.Fatalf("%T is no search.Suggester", x)
	}
	for _, name := range projectNames {
		for _, key := range []string{"tag", "trait.owner"} {
			if got, err := s.Values(context.Background(), name, key, "", 100); err != nil || !slices.Equal(got, []search.ValueCount{{Value: name, Count: 1}}) {
				t.Errorf("values of %s in %q: %v, %v", key, name, got, err)
			}
		}
	}
}

// onlyProject holds that a query finds in a project what the oracle does, exactly and with typos, so
// that nothing of another project is there. A query that Parse or the engine refuses is fine.
func onlyProject(x search.Index, docs []search.Document, project, text string) error {
	q, err := search.Parse(text)
	if err != nil {
		return nil
	}
	for _, exact := range []bool{true, false} {
		r := search.Request{ProjectID: project, Query: q, Now: Now, WithTotal: true, WithFacet: true, Exact: exact, Limit: search.MaxLimit}
		result, err := x.Search(context.Background(), r)
		if errors.Is(err, search.ErrQuery) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%q in %q: %w", text, project, err)
		}
		want := oracle(docs, r)
		if len(want) == 0 && !exact {
			r.Query.Typos = true
			want = oracle(docs, r)
		}
		var got []string
		for _, h := range result.Hits {
			got = append(got, h.ID)
		}
		if q.Sort == search.SortRelevance {
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) || result.Total != int64(len(want)) {
			return fmt.Errorf("%q in project %q, exact %v: finds %v of %d, want %v", text, project, exact, got, result.Total, want)
		}
	}
	return nil
}

// FuzzProjects fuzzes that no query text and no project name shows a session of another project. An
// engine's fuzz target opens an empty index and calls it.
func FuzzProjects(f *testing.F, x search.Index) {
	docs := secretDocuments()
	if err := x.Put(context.Background(), docs); err != nil {
		f.Fatal(err)
	}
	for i, piece := range injections {
		f.Add(piece+" secret", projectNames[i%len(projectNames)])
		f.Add("secret "+piece+" OR plan", projectNames[(i+3)%len(projectNames)])
	}
	for _, q := range Queries {
		f.Add(q, "p")
	}
	f.Fuzz(func(t *testing.T, q, project string) {
		if err := onlyProject(x, docs, project, q); err != nil {
			t.Error(err)
		}
	})
}
