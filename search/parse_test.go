package search_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

func TestParseTree(t *testing.T) {
	for q, want := range map[string]string{ // as String prints it
		"":                    "",
		"  a   b ":            "a b",
		"a AND b":             "a AND b", // AND is a word like any other
		"a OR b c OR d":       "a OR (b c) OR d",
		"a (b OR c)":          "a (b OR c)",
		"(a b) c":             "a b c",
		"!a -b":               "-a -b",
		"-(a b)":              "-(a b)",
		"--a":                 "--a",
		"a ORb OR c":          "(a ORb) OR c",
		"or":                  "or",
		`"a b"`:               `"a b"`,
		`“a b” c`:             `"a b" c`,
		`"a \"b\" \\ \n"`:     `"a \"b\" \ \n"`,
		`a"b c"d`:             `a "b c" d`,
		"f(x)":                "f x",
		"a - b":               "a b",
		"a ... OR b":          "a OR b",
		"()a":                 "a",
		"check*":              "check*",
		`"a b"*`:              `"a b"*`,
		"12:30":               "12:30",
		"TypeError: x":        "TypeError: x",
		"https://a.b/c":       "https://a.b/c",
		"Browser:Safari":      "browser:Safari",
		`error:"a b"`:         `error:"a b"`,
		`os:[iOS, "mac OS"]`:  `os:[iOS,"mac OS"]`,
		"nps:1..6 clicks:>=5": "nps:1..6 clicks:>=5",
		"error:* has:ERROR":   "error:* has:error",
		`browser:"*"`:         `browser:"*"`,
		"release:1..2":        "release:1..2",
	} {
		parsed, err := search.Parse(q)
		if err != nil {
			t.Errorf("Parse(%q): %v", q, err)
			continue
		}
		if got := parsed.String(); got != want {
			t.Errorf("Parse(%q) prints %q, want %q", q, got, want)
		}
		checkIdentity(t, q)
	}
}

func TestParseErrors(t *testing.T) {
	for q, want := range map[string]struct {
		pos       int
		why, hint string // parts
	}{
		`결제 "안 돼`:                                {3, "quote is never closed", `"`},
		"a (b":                                   {2, "( is never closed", ")"},
		"a b)":                                   {3, "closes nothing", "quotes"},
		"OR a":                                   {0, "OR has nothing", "both sides"},
		"a OR":                                   {2, "OR has nothing", "both sides"},
		"a OR OR b":                              {2, "OR has nothing", "both sides"},
		"a\x00":                                  {1, "NUL", "Remove"},
		"결제 brwoser:x":                           {3, "no filter", "browser:"},
		"compaint:x":                             {0, "no filter", "complaint:"},
		"rge:>2":                                 {0, "no filter", "quotes"},
		"a has:eror":                             {6, "cannot be", "error"},
		"nps:x":                                  {4, "whole numbers", "nps:>5"},
		"duration:5x":                            {9, "duration", "5m"},
		"browser:>5":                             {8, "cannot be compared", "quotes"},
		"is:*":                                   {0, "needs a value", "live"},
		"os:[a b]":                               {6, "comma", "[a,b]"},
		"os:[a":                                  {3, "never closed", "]"},
		strings.Repeat("가", 2001):                {2000, "2001 characters", "fewer"},
		strings.Repeat("a ", 65):                 {128, "more than 64", "quotes"},
		strings.Repeat("(", 18) + "a":            {17, "more than 16", "fewer"},
		strings.Repeat("-", 20) + "a":            {17, "more than 16", "fewer"},
		"os:[" + strings.Repeat("a,", 70) + "a]": {0, "more than 64", "fewer"},
	} {
		_, err := search.Parse(q)
		var bad *search.QueryError
		if !errors.As(err, &bad) || !errors.Is(err, search.ErrQuery) {
			t.Errorf("Parse(%.40q): %v, want a QueryError", q, err)
			continue
		}
		if bad.Pos != want.pos || !strings.Contains(bad.Why, want.why) || !strings.Contains(bad.Hint, want.hint) {
			t.Errorf("Parse(%.40q): %+v, want %+v", q, bad, want)
		}
	}
}

// checkIdentity holds that what a query prints parses to the same query.
func checkIdentity(t *testing.T, q string) {
	t.Helper()
	parsed, err := search.Parse(q)
	var bad *search.QueryError
	if err != nil {
		if !errors.As(err, &bad) || bad.Pos < 0 || bad.Pos > len([]rune(q)) {
			t.Errorf("Parse(%q): %#v", q, err)
		}
		return
	}
	printed := parsed.String()
	again, err := search.Parse(printed)
	if len([]rune(printed)) > search.MaxQueryRunes {
		return // quoting made it too long
	}
	if err != nil {
		t.Errorf("Parse(%q) prints %q, which does not parse: %v", q, printed, err)
		return
	}
	if a, b := placeless(parsed.Root), placeless(again.Root); !reflect.DeepEqual(a, b) {
		t.Errorf("Parse(%q) prints %q, which parses to %q", q, printed, again.String())
	}
}

// placeless copies a tree without the positions, which printing changes.
func placeless(n search.Node) search.Node {
	all := func(parts []search.Node) []search.Node {
		out := make([]search.Node, len(parts))
		for i, part := range parts {
			out[i] = placeless(part)
		}
		return out
	}
	switch n := n.(type) {
	case *search.And:
		return &search.And{Parts: all(n.Parts)}
	case *search.Or:
		return &search.Or{Parts: all(n.Parts)}
	case *search.Not:
		return &search.Not{Part: placeless(n.Part)}
	case *search.Text:
		c := *n
		c.Pos, c.End = 0, 0
		return &c
	case *search.Field:
		c := *n
		c.Pos, c.End = 0, 0
		c.Values = slices.Clone(c.Values)
		for i := range c.Values {
			c.Values[i].Pos, c.Values[i].End = 0, 0
		}
		return &c
	}
	return n
}

func TestEveryQueryPrints(t *testing.T) {
	for _, q := range searchtest.Queries {
		checkIdentity(t, q)
	}
}

// FuzzParse holds that no query breaks the parser, and that what it prints means the same.
func FuzzParse(f *testing.F) {
	for _, q := range append(searchtest.Queries, searchtest.BadQueries...) {
		f.Add(q)
	}
	docs := searchtest.Documents(1, "p", 5)
	f.Fuzz(func(t *testing.T, q string) {
		checkIdentity(t, q)
		parsed, err := search.Parse(q)
		if err != nil {
			return
		}
		again, err := search.Parse(parsed.String())
		for i := range docs {
			if err == nil && search.Evaluate(parsed, &docs[i], searchtest.Now) != search.Evaluate(again, &docs[i], searchtest.Now) {
				t.Errorf("%q and what it prints, %q, find different sessions", q, parsed.String())
			}
			search.Matches(parsed, &docs[i])
		}
	})
}
