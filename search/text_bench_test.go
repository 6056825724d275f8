package search_test

import (
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// BenchmarkTokens cuts all texts of generated sessions into tokens, as an engine does that indexes.
func BenchmarkTokens(b *testing.B) {
	docs := searchtest.Documents(1, "p", 500)
	size, texts := 0, make([][]search.FieldText, len(docs))
	for i := range docs {
		texts[i] = docs[i].Texts()
		for _, t := range texts[i] {
			size += len(t.Text)
		}
	}
	b.SetBytes(int64(size / len(docs)))
	b.ReportAllocs()
	tokens, i := 0, 0
	var base, parts []search.Token
	for b.Loop() {
		for _, t := range texts[i%len(texts)] {
			base, parts = search.AppendTokens(base[:0], parts[:0], t.Text)
			tokens += len(base) + len(parts)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
	b.ReportMetric(float64(tokens)/float64(b.N), "tokens/doc")
}

func BenchmarkParse(b *testing.B) {
	const q = `error:"TypeError" rage:>2 url:/checkout* country:KR -browser:Safari complaint:결제 nps:<=6 duration:>5m`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := search.Parse(q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	docs := searchtest.Documents(1, "p", 500)
	q, err := search.Parse("complaint:결제 checkout -browser:Safari")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		search.Evaluate(q, &docs[i%len(docs)], searchtest.Now)
		i++
	}
}
