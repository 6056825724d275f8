package search_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// completions say what Complete gives: | is the cursor. What is wanted: [what would be replaced], the
// key of a value, the prefix.
var completions = map[string]string{
	"|":                            `[]`,
	"br|":                          `[br] word br`,
	"결제 br|":                       `[br] word br`,
	"a | b":                        `[]`,
	"a |b":                         `[]`,
	"a b|c d":                      `[bc] word b`,
	"-br|":                         `[br] word br`,
	"(a OR !br|":                   `[br] word br`,
	"((-(|":                        `[]`,
	"brow|ser:Chrome x":            `[browser:] word brow`,
	"browser|:Chrome":              `[browser:] word browser`,
	"browser:|":                    `[] browser `,
	"browser:| x":                  `[] browser `,
	"Browser:Ch|":                  `[Ch] browser Ch`,
	"browser:Ch|rome x":            `[Chrome] browser Ch`,
	"browser:|Chrome":              `[Chrome] browser `,
	"browser:Chrome |":             `[]`,
	"browser：Ch|":                  `[Ch] browser Ch`,
	"-browser:Ch|":                 `[Ch] browser Ch`,
	"(a OR browser:Ch|)":           `[Ch] browser Ch`,
	`browser:"Samsung In|`:         `["Samsung In] browser Samsung In`,
	`browser:"Samsung In|ternet" `: `["Samsung Internet"] browser Samsung In`,
	`browser:"Samsung"|`:           `["Samsung"] browser Samsung`,
	`browser:"|`:                   `["] browser `,
	"browser:[|":                   `[] browser `,
	"browser:[Ch|":                 `[Ch] browser Ch`,
	"browser:[Chrome,|":            `[] browser `,
	"browser:[Chrome, Sa|]":        `[Sa] browser Sa`,
	`browser:["a b", "c |`:         `["c ] browser c `,
	"browser:[Chrome,Safari] x|":   `[x] word x`,
	"browser:[Chrome] |":           `[]`,
	"browser:(Chrome OR Sa|":       `[Sa] browser Sa`,
	"browser:(Chrome OR Sa|fari)":  `[Safari] browser Sa`,
	"browser:(Chrome) ur|":         `[ur] word ur`,
	"country:KR,|":                 `[] country `,
	"country:KR,J|P":               `[JP] country J`,
	"error:a,b|":                   `[a,b] error a,b`,
	"url:/check|":                  `[/check] url /check`,
	"duration:>|":                  `[] duration `,
	"duration:>=5|m":               `[5m] duration 5`,
	"nps：≥|":                       `[] nps `,
	"sort:|":                       `[] sort `,
	"has:er|":                      `[er] has er`,
	"trait.|":                      `[trait.] word trait.`,
	"trait.pl|":                    `[trait.pl] word trait.pl`,
	"trait.pl|an:pro":              `[trait.plan:] word trait.pl`,
	"trait.plan:|":                 `[] trait.plan `,
	"trait.Plan:p|":                `[p] trait.Plan p`,
	`trait."first na|`:             `[trait."first na] word trait.first na`,
	`trait."first na|me":x`:        `[trait."first name":] word trait.first na`,
	`trait."first name":J|`:        `[J] trait.first name J`,
	"trait.등급:골|":                  `[골] trait.등급 골`,
	`"a b|`:                        `["a b] phrase a b`,
	`"a |b" c`:                     `["a b"] phrase a `,
	`"a b" c|`:                     `[c] word c`,
	`a"b c"d|`:                     `[d] word d`,
	"brwoser:Ch|":                  `[brwoser:Ch] word brwoser:Ch`,
	"https://a.b/c|":               `[https://a.b/c] word https://a.b/c`,
	"12:3|":                        `[12:3] word 12:3`,
	"a OR|":                        `[OR] word OR`,
	"결제 browser:크|롬 -rage:>2":      `[크롬] browser 크`,
}

func TestComplete(t *testing.T) {
	for q, want := range completions {
		at := len([]rune(q[:strings.Index(q, "|")]))
		plain := strings.Replace(q, "|", "", 1)
		c := search.Complete(plain, at)
		got := fmt.Sprintf("[%s]", string([]rune(plain)[c.From:c.To]))
		switch {
		case c.Values:
			got += " " + c.Key + " " + c.Prefix
		case c.Phrase:
			got += " phrase " + c.Prefix
		case c.Prefix != "":
			got += " word " + c.Prefix
		}
		if got != want || c.Key != "" && !c.Values || c.From > at || c.To < at {
			t.Errorf("Complete(%s) = %+v: %s, want %s", q, c, got, want)
		}
	}
	if c := search.Complete("abc", 99); c.From != 0 || c.To != 3 {
		t.Errorf("a cursor behind the end: %+v", c)
	}
}

// TestQuoteValue holds that what is suggested, once inserted, asks for exactly that value.
func TestQuoteValue(t *testing.T) {
	for _, value := range []string{"Chrome", "Samsung Internet", "a,b", "x*", "*", ">5", "=5", "1..2", "[a]", `say "hi"`, `back\`, "(a)", "“a”", "", " a", "SHOP-12", "가나 다", "≥3", "a]b"} {
		for _, key := range []string{"browser", "tag", "ticket", "error.type", "trait.plan", "survey", "custom", "url"} {
			text := search.TraitKey("x")
			if key != "trait.plan" {
				text = key
			}
			written := search.QuoteValue(key, value)
			parsed, err := search.Parse(text + ":" + written)
			if err != nil {
				if value != "" && len(search.Tokens(value)) > 0 {
					t.Errorf("%s:%s is refused: %v", text, written, err)
				}
				continue
			}
			f, ok := parsed.Root.(*search.Field)
			if !ok || f.Op != search.OpIs || len(f.Values) != 1 || f.Values[0].Text != value || strings.Contains(value, "*") && !f.Values[0].Quote {
				t.Errorf("%s:%s asks for %+v, want %q", text, written, parsed.Root, value)
			}
		}
	}
	for name, want := range map[string]string{"plan": "trait.plan", "first name": `trait."first name"`, "등급": "trait.등급", `a"b`: `trait."a\"b"`, "a:b": `trait."a:b"`, "v1.2-x_$": "trait.v1.2-x_$"} {
		key := search.TraitKey(name)
		parsed, err := search.Parse(key + ":x")
		if err != nil || key != want {
			t.Errorf("TraitKey(%q) = %s, want %s; %v", name, key, want, err)
			continue
		}
		if got, _ := search.TraitName(parsed.Root.(*search.Field).Key); got != search.FoldValue(name) {
			t.Errorf("%s asks for the trait %q", key, got)
		}
	}
}

// FuzzComplete holds that no text breaks completion, wherever the cursor is.
func FuzzComplete(f *testing.F) {
	for _, q := range append(searchtest.BadQueries, searchtest.Queries...) {
		f.Add(q, 3)
	}
	f.Fuzz(func(t *testing.T, q string, pos int) {
		n := len([]rune(q))
		c := search.Complete(q, pos)
		at := min(max(pos, 0), n)
		if c.From < 0 || c.From > at || c.To < at || c.To > n || c.Values != (c.Key != "") || c.Values && search.Spec(c.Key) == nil {
			t.Errorf("Complete(%q, %d) = %+v", q, pos, c)
		}
	})
}
