package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/afterimage/afterimage/search"
)

func TestNear(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"결재", "결제"}: true, {"배쏭", "배송"}: true, {"쿠펀", "쿠폰"}: true, {"환뷸", "환불"}: true, {"겨제", "결제"}: true, {"결제", "결제"}: true, {"가나", "각나"}: true,
		{"로긴", "로그"}: false, {"걸재", "결제"}: false, {"결", "겯"}: false, {"ㅋㅋ", "ㅋㅎ"}: false, {"결제", "경저"}: false, {"東京", "東亰"}: false,
		{"checkout", "chekcout"}: true, {"checkout", "checkou"}: true, {"checkout", "xcheckout"}: true, {"checkout", "sheckout"}: true, {"checkout", "checkuto"}: false,
		{"login", "logni"}: true, {"cart", "card"}: false, {"carts", "cart"}: false, {"user1", "user2"}: false, {"привет", "превет"}: false, {"price", "prices"}: true,
		{strings.Repeat("a", 33), strings.Repeat("a", 32)}: false,
	} {
		if got := search.Near(pair[0], pair[1]); got != want || search.Near(pair[1], pair[0]) != want {
			t.Errorf("Near(%q, %q) = %v, want %v", pair[0], pair[1], got, want)
		}
	}
}

// editDistance is the number of edits (insert, delete, replace, swap neighbours) between words, by
// the definition and slowly.
func editDistance(a, b []rune, swap bool) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return len(a) + len(b)
	case a[0] == b[0]:
		return editDistance(a[1:], b[1:], swap)
	}
	d := 1 + min(editDistance(a[1:], b, swap), editDistance(a, b[1:], swap), editDistance(a[1:], b[1:], swap))
	if swap && len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		d = min(d, 1+editDistance(a[2:], b[2:], swap))
	}
	return d
}

// TestNearIsOneEdit holds Near against the edit distance of letters and of decomposed syllables,
// and that near terms share a variant.
func TestNearIsOneEdit(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	word := func(letters string, n int) string {
		all, out := []rune(letters), ""
		for range n {
			out += string(all[g.IntN(len(all))])
		}
		return out
	}
	near := 0
	for i := range 30_000 {
		a, b := word("ab", 5+g.IntN(3)), word("ab", 5+g.IntN(3))
		swap := true
		if i%2 == 0 {
			a, b, swap = word("가각간갸걔나낙냐라락", 2), word("가각간갸걔나낙냐라락", 2), false
		}
		x, y := []rune(norm.NFD.String(a)), []rune(norm.NFD.String(b))
		want := editDistance(x, y, swap) <= 1
		if got := search.Near(a, b); got != want {
			t.Fatalf("Near(%q, %q) = %v, but the distance is %d", a, b, got, editDistance(x, y, swap))
		}
		if want {
			near++
			if !slices.ContainsFunc(search.Variants(a), func(v string) bool { return slices.Contains(search.Variants(b), v) }) {
				t.Fatalf("%q and %q are near and share no variant", a, b)
			}
		}
	}
	if near < 1000 {
		t.Errorf("only %d pairs were near", near)
	}
	if search.Variants("user1") != nil || search.Variants("cart") != nil || search.Variants("결") != nil {
		t.Error("terms that can have no typo have variants")
	}
}

// TestTypoPatterns holds what an engine asks for, given all terms of a text, against the evaluator.
func TestTypoPatterns(t *testing.T) {
	g := rand.New(rand.NewPCG(5, 6))
	syllables := []rune("가각갸나낙냐다닥댜")
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(syllables[g.IntN(len(syllables))])
			if g.IntN(6) == 0 {
				b.WriteString([]string{" ", ", ", "-", "checkout", "chekcout", " Checkot"}[g.IntN(6)])
			}
		}
		return b.String()
	}
	found := 0
	for range 20_000 {
		have, asked := text(6), strings.ReplaceAll(text(1+g.IntN(4)), " ", "")
		q := search.Query{Root: &search.Text{Words: asked}}
		d := &search.Document{Complaints: []string{have}}
		if !search.HasTypos(q) || search.Evaluate(q, d, 0) {
			continue
		}
		known := map[string]bool{}
		for _, token := range slices.Concat(search.Streams(have)...) {
			known[token.Term] = true
		}
		patterns := search.TypoPatterns(search.PatternOf(asked, false), func(term string) []string {
			var near []string
			for other := range known {
				if search.Near(term, other) {
					near = append(near, other)
				}
			}
			return near
		})
		got := slices.ContainsFunc(patterns, func(p search.Pattern) bool {
			for _, stream := range search.Streams(have) {
				if strings.Contains(" "+terms(stream)+" ", " "+strings.Join(p.Terms, " ")+" ") {
					return true
				}
			}
			return false
		})
		want := search.EvaluateTypos(q, d, 0)
		if got != want {
			t.Fatalf("%q in %q: patterns %v say %v, the evaluator %v", asked, have, patterns, got, want)
		}
		if want {
			found++
			if len(search.Matches(q.WithTypos(), d)) == 0 || search.Score(q.WithTypos(), d) <= 0 {
				t.Fatalf("%q in %q: found by a typo, and no match or score", asked, have)
			}
		}
	}
	if found < 500 {
		t.Errorf("only %d were found by a typo", found)
	}
}

func TestHasTypos(t *testing.T) {
	for q, want := range map[string]bool{
		"결재": true, "checkout": true, "a OR checkout": true, "complaint:결재": true, "error:[a,typeeror]": true, "url:chekcout": true, "결재 -x": true, "카드결재가": true, "api-결재": true,
		"": false, "결": false, "cart": false, `"checkout"`: false, "check*": false, "-checkout": false, "-(a checkout)": false, "kim@example.com": false, "iphone15": false,
		"https://example.com": false, "user:checkout": false, "email:checkout": false, "browser:Chrome": false, "url:/checkout": false, "ticket:checkout": false, "release:checkout": false,
		"has:error": false, "trait.plan:checkout": false, `complaint:"결재"`: false, "nps:>6": false, "error:*": false,
	} {
		parsed, err := search.Parse(q)
		if err != nil {
			t.Fatal(err)
		}
		if got := search.HasTypos(parsed); got != want {
			t.Errorf("HasTypos(%s) = %v, want %v", q, got, want)
		}
	}
}

func TestMatchesMarkTypos(t *testing.T) {
	for q, want := range map[string]string{
		"카드결재": "카드결제", "결재가": "결제가", "chekcout": "Checkout", "결재 chekcout": "카드[결제]가 안 돼요 [Checkout]",
	} {
		parsed, err := search.Parse(q)
		if err != nil {
			t.Fatal(err)
		}
		m := search.Matches(parsed.WithTypos(), &search.Document{Complaints: []string{"카드결제가 안 돼요 Checkout"}})
		if len(m) != 1 {
			t.Fatalf("%s: %d matches", q, len(m))
		}
		var parts []string
		runes := []rune(m[0].Text)
		for i := 0; i < len(m[0].Spans); i += 2 {
			parts = append(parts, string(runes[m[0].Spans[i]:m[0].Spans[i+1]]))
		}
		got := strings.Join(parts, "|")
		if len(parts) > 1 {
			got = m[0].Text
			for _, part := range parts {
				got = strings.Replace(got, part, fmt.Sprintf("[%s]", part), 1)
			}
		}
		if got != want {
			t.Errorf("%s marks %q, want %q", q, got, want)
		}
	}
}
