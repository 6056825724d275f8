package search_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/afterimage/afterimage/search"
)

func terms(tokens []search.Token) string {
	all := make([]string, len(tokens))
	for i, token := range tokens {
		all[i] = token.Term
	}
	return strings.Join(all, " ")
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"카드결제":                            "카드 드결 결제 제",
		"결제가 안 돼요!":                       "결제 제가 가 안 돼요 요",
		"iOS결제3번":                         "ios 결제 제 3 번",
		norm.NFD.String("결제"):             "결제 제",
		"ㅋㅋㅋ":                             "ㅋㅋ ㅋㅋ ㅋ",
		"Café CAFÉ cafe\u0301":            "cafe cafe cafe",
		"naïve Straße Łódź İstanbul":      "naive strasse lodz istanbul",
		"ΣΊΣΥΦΟΣ σίσυφος":                 "σισυφοσ σισυφοσ",
		"й Й и\u0306":                     "й й й",
		"ＡＢＣ１２":                           "abc12",
		"kim.minsu+x@shop.kr":             "kim minsu x shop kr",
		"ORD-2026_001":                    "ord 2026 001",
		"https://a.b/c/상품?q=1":            "https a b c 상품 품 q 1",
		"soft\u00adhyphen zero\u200bwide": "softhyphen zerowide",
		"東京タワー":                           "東京 京タ タワ ワー ー",
		"😡👍🏽":                             "😡 👍",
		"\"':;,.!? \t\n":                  "",
		"a\x00b\xffc":                     "a b c",
		"getUserName":                     "getusername",
	} {
		if got := terms(search.Tokens(text)); got != want {
			t.Errorf("Tokens(%q) = %q, want %q", text, got, want)
		}
	}
	if got := len(search.Tokens(strings.Repeat("x", 1000))[0].Term); got != search.MaxTokenRunes {
		t.Errorf("a long word keeps %d runes, want %d", got, search.MaxTokenRunes)
	}
}

func TestStreams(t *testing.T) {
	for text, want := range map[string]string{
		"checkoutFailed": "checkout failed", "HTTPServer error": "http server error", "plain words": "", "TypeError: xMap": "type error x map",
		"ABC": "", "aB": "a b", "결제 fooBar": "결제 제 foo bar", "ÉcoleÀParis": "ecole a paris",
	} {
		streams := search.Streams(text)
		got := ""
		if len(streams) == 2 {
			got = terms(streams[1])
		}
		if got != want {
			t.Errorf("Streams(%q) has parts %q, want %q", text, got, want)
		}
	}
}

func TestTokenPlaces(t *testing.T) {
	for _, text := range []string{"결제가 안 돼요", norm.NFD.String("카드결제 cafe\u0301!"), "a\xffb 😡 checkoutFailed", "ＡＢ"} {
		runes := []rune(text)
		for _, stream := range search.Streams(text) {
			for _, token := range stream {
				if token.Start < 0 || token.End <= token.Start || token.End > len(runes) {
					t.Fatalf("%q: token %+v is outside", text, token)
				}
				piece := terms(search.Tokens(string(runes[token.Start:token.End])))
				if !strings.HasPrefix(piece, token.Term) {
					t.Errorf("%q: token %q stands at %q", text, token.Term, string(runes[token.Start:token.End]))
				}
			}
		}
	}
}

func TestPattern(t *testing.T) {
	for words, want := range map[string]string{
		"결제": "결제", "결제가": "결제 제가", "제": "제*", "결제 오": "결제 제 오*", "결제 오류": "결제 제 오류", "api": "api", "결제!": "결제", "제 api": "제 api", "...": "", "3번": "3 번*",
	} {
		p := search.PatternOf(words, false)
		got := strings.Join(p.Terms, " ")
		if p.Prefix {
			got += "*"
		}
		if got != want {
			t.Errorf("PatternOf(%q) = %q, want %q", words, got, want)
		}
	}
}

// FuzzTokens holds that every form of a text gives the same tokens, that places are inside
// it, and that a text is found by itself.
func FuzzTokens(f *testing.F) {
	for _, text := range []string{"결제가 안 돼요", "Café naïve", "checkoutFailed", "ﬁ½①", "a\u0301\u0323b", "\u1100\u1161\u11a8", "각\u11a8", "👩‍👧", "İI"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.RuneCountInString(text) > 500 {
			return
		}
		tokens := search.Tokens(text)
		length := len([]rune(text))
		last := 0
		for _, token := range tokens {
			if token.Term == "" || strings.ContainsAny(token.Term, " \"_*") || token.Start < last || token.End <= token.Start || token.End > length {
				t.Fatalf("%q: token %+v", text, token)
			}
			last = token.Start
		}
		if !utf8.ValidString(text) {
			return
		}
		if a, b := terms(tokens), terms(search.Tokens(norm.NFD.String(text))); a != b {
			t.Errorf("%q gives %q, decomposed %q", text, a, b)
		}
		q := search.Query{Root: &search.Text{Words: text, Quote: true}}
		if d := (search.Document{Errors: []string{text}}); len(tokens) > 0 && !search.Evaluate(q, &d, 0) {
			t.Errorf("%q does not find itself", text)
		}
	})
}
