package bench

import (
	"testing"

	"github.com/afterimage/afterimage/search"
)

// TestSearchDocumentsAreOfASize holds what the figures of bench search are measured on: how long the texts of a
// session are, with its id, and how many words all sessions have.
func TestSearchDocumentsAreOfASize(t *testing.T) {
	const n = 5000
	vocabulary := map[string]bool{}
	size, tokens := 0, 0
	err := SearchDocuments(n, func(docs []search.Document) error {
		for i := range docs {
			for _, text := range docs[i].Texts() {
				size += len(text.Text)
				for _, token := range search.Tokens(text.Text) {
					tokens++
					vocabulary[token.Term] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if size/n < 220 || size/n > 260 || tokens/n < 28 || tokens/n > 33 || len(vocabulary) < 3*n {
		t.Errorf("%d B and %.1f words a session, %d words in all", size/n, float64(tokens)/n, len(vocabulary))
	}
}

// TestSearchQueriesAreTheSame holds that two runs ask the same.
func TestSearchQueriesAreTheSame(t *testing.T) {
	a, b := SearchQueries(2000, 50), SearchQueries(2000, 50)
	for i := range a {
		for j := range a[i].Requests {
			if p, q := a[i].Requests[j].Query.String(), b[i].Requests[j].Query.String(); p != q {
				t.Fatalf("%s: %q and %q", a[i].Name, p, q)
			}
		}
	}
}
