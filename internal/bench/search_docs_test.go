package bench

import (
	"testing"

	"github.com/afterimage/afterimage/search"
)

// TestSearchDocumentsAreOfASize holds what the figures are measured on: how long the texts
// of a session are and how many words all sessions have.
func TestSearchDocumentsAreOfASize(t *testing.T) {
	const n = 200_000
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
	t.Logf("%d B and %.1f words a session, %d words in all", size/n, float64(tokens)/n, len(vocabulary))
}
