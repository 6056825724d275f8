package search_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// trees are queries, and how String prints what Parse makes of them.
var trees = map[string]string{
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

	// Lists in all the ways that people write them.
	"browser:(Chrome OR Safari)":     "browser:[Chrome,Safari]",
	`browser:( Chrome,"a b" )`:       `browser:[Chrome,"a b"]`,
	"browser:Chrome,Safari":          "browser:[Chrome,Safari]",
	"error:a,b url:/x,y":             "error:a,b url:/x,y",
	"os:[iOS]":                       "os:iOS",
	"os:[>5]":                        "os:[>5]",
	"os:=a],b":                       "os:=a],b",
	"browser:[*]":                    "browser:[*]",
	"-os:(iOS) a":                    "-os:iOS a",
	"device:iPhone15],2":             "device:iPhone15],2",
	"trait.v:1..2 trait.v:[1..2]":    "trait.v:1..2 trait.v:[1..2]",
	"trait.v:a..b trait.v:1..":       "trait.v:a..b trait.v:1..",
	`trait."first name":x`:           `trait."first name":x`,
	`TRAIT."plan":x trait.Plan:>=-5`: "trait.plan:x trait.Plan:>=-5",
	"trait.등급:골드":                    "trait.등급:골드",
	"f:(x)":                          "f: x",

	// Counters, comparisons, sort.
	"rage:yes dead:TRUE slow:no":      "rage:* dead:* slow:0",
	"rage:>2 clicks:*":                "rage:>2 clicks:*",
	"nps:≥5 nps:≤6 nps:=7":            "nps:>=5 nps:<=6 nps:7",
	"lcp:>2.5s cls:0.1..0.25":         "lcp:>2.5s cls:0.1..0.25",
	"sort:newest a":                   "a sort:newest",
	"a OR b sort:OLDEST":              "a OR b sort:oldest",
	"sort:relevance":                  "sort:relevance",
	"started:today started:Yesterday": "started:today started:Yesterday",

	// Signs of Korean and Japanese keyboards, and of editors.
	"browser：Safari　－a":     "browser:Safari -a",
	"（ａ　ＯＲ　ｂ） c":            "(a OR b) c",
	"os：［iOS，“mac OS”］":     `os:[iOS,"mac OS"]`,
	"nps：＞＝５":               "nps:>=5",
	`“a b" "c d" ”e” „f g“`: `"a b" "c d" "e" "f g"`,
	`"a “b” c"`:             `"a “b” c"`,
	"check＊":                "check*",

	// What is no filter after all.
	"browser: Safari": "browser Safari",
	"Error: x":        "Error x",
	"nps>6":           "nps>6",
	"a or b":          "a or b",
	"a::b":            "a::b",
}

func TestParseTree(t *testing.T) {
	for q, want := range trees {
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

// refused is what Parse says of a query; where pos is -1, it is understood.
type refused struct {
	pos, end  int
	code      string
	why, hint string // parts
}

var refusals = map[string]refused{
	`결제 "안 돼`:                                {3, 7, "never-closed", "quote is never closed", `"`},
	"a (b":                                   {2, 4, "never-closed", "( is never closed", ")"},
	"a b)":                                   {3, 4, "closes-nothing", "closes nothing", "quotes"},
	"OR a":                                   {0, 2, "or-side", "OR has nothing", "both sides"},
	"a OR":                                   {2, 4, "or-side", "OR has nothing", "both sides"},
	"a OR OR b":                              {2, 4, "or-side", "OR has nothing", "both sides"},
	"(a OR )":                                {3, 5, "or-side", "OR has nothing", "both sides"},
	"a\x00":                                  {1, 2, "nul", "NUL", "Remove"},
	"결제 ... !?":                              {-1, 0, "", "", ""},
	"... !?":                                 {0, 6, "nothing-to-find", "no word", "letter"},
	"... sort:oldest":                        {0, 15, "nothing-to-find", "no word", "letter"},
	"결제 brwoser:x":                           {3, 10, "unknown-key", "no filter", "browser:"},
	"compaint:x":                             {0, 8, "unknown-key", "no filter", "complaint:"},
	"rge:>2":                                 {0, 3, "unknown-key", "no filter", "rage:"},
	"error.typ:x":                            {0, 9, "unknown-key", "no filter", "error.type:"},
	"trait.:x":                               {0, 7, "trait-name", "name of the trait", "trait.plan"},
	"a has:eror":                             {6, 10, "not-a-choice", "cannot be", "error"},
	"has:[error,raeg]":                       {11, 15, "not-a-choice", "cannot be", "rage"},
	"sort:new":                               {5, 8, "not-a-choice", "cannot be", "newest"},
	"nps:x":                                  {4, 5, "not-a-number", "whole numbers", "nps:>5"},
	"nps:1..x":                               {7, 8, "not-a-number", "whole numbers", "nps:>5"},
	"nps:[1,x,3]":                            {7, 8, "not-a-number", "whole numbers", "nps:>5"},
	"clicks:1,000":                           {7, 12, "not-a-number", "whole numbers", "clicks:>5"},
	"score:50%":                              {6, 9, "not-a-number", "whole numbers", "score:>5"},
	"cls:0.12345":                            {4, 11, "not-a-decimal", "decimals", "cls:>0.1"},
	"duration:5x":                            {9, 11, "not-a-duration", "duration", "5m"},
	"lcp:2.5":                                {4, 7, "not-a-duration", "duration", "2.5s"},
	"started:-24h":                           {8, 12, "not-a-time", "age", "<2h"},
	"trait.plan:>pro":                        {12, 15, "not-a-number", "numbers with >", "trait.plan:>5"},
	"browser:>5":                             {8, 10, "not-comparable", "cannot be compared", "quotes"},
	"is:*":                                   {0, 4, "no-value", "needs a value", "live"},
	"a -browser:":                            {3, 11, "no-value", "needs a value", "Chrome"},
	"(browser: )":                            {1, 9, "no-value", "needs a value", "Chrome"},
	`browser:""`:                             {0, 10, "no-value", "needs a value", "Chrome"},
	"nps:>":                                  {0, 5, "no-value", "needs a value", "NPS"},
	`error:"..."`:                            {6, 11, "no-word", "at least one letter", "exception"},
	"clicks:..":                              {7, 9, "empty-range", "no end", "clicks:1.."},
	"os:[a b]":                               {6, 7, "list-comma", "comma", "[a,b]"},
	"os:[a,,b]":                              {6, 7, "list-empty", "empty", "[a,b]"},
	"os:iOS,":                                {7, 7, "list-empty", "empty", "[a,b]"},
	"os:[a":                                  {3, 5, "never-closed", "never closed", "]"},
	"os:(a b)":                               {3, 7, "list-or", "OR between", "os:[a,b]"},
	"os:(a OR":                               {3, 8, "never-closed", "never closed", ")"},
	"(a sort:newest)":                        {3, 14, "sort-place", "sort:", "end"},
	"-sort:newest":                           {1, 12, "sort-place", "sort:", "end"},
	"sort:newest a sort:oldest":              {14, 25, "sort-twice", "already", "Remove"},
	strings.Repeat("가", 2001):                {2000, 2001, "too-long", "2001 characters", "fewer"},
	strings.Repeat("a ", 65):                 {128, 130, "too-many-terms", "more than 64", "quotes"},
	strings.Repeat("(", 18) + "a":            {17, 18, "too-deep", "more than 16", "fewer"},
	strings.Repeat("-", 20) + "a":            {17, 18, "too-deep", "more than 16", "fewer"},
	"os:[" + strings.Repeat("a,", 70) + "a]": {0, 146, "too-many-terms", "more than 64", "fewer"},
}

func TestParseErrors(t *testing.T) {
	for q, want := range refusals {
		_, err := search.Parse(q)
		if want.pos < 0 {
			if err != nil {
				t.Errorf("Parse(%q): %v", q, err)
			}
			continue
		}
		var bad *search.QueryError
		if !errors.As(err, &bad) || !errors.Is(err, search.ErrQuery) {
			t.Errorf("Parse(%.40q): %v, want a QueryError", q, err)
			continue
		}
		if bad.Pos != want.pos || bad.End != want.end || bad.Code != want.code || !strings.Contains(bad.Why, want.why) || !strings.Contains(bad.Hint, want.hint) {
			t.Errorf("Parse(%.40q): %+v, want %+v", q, bad, want)
		}
	}
}

// TestErrorCodes holds the table of codes against what Parse gives, so that translations can be held
// against the table.
func TestErrorCodes(t *testing.T) {
	codes := map[string]search.ErrorCode{}
	for _, c := range search.ErrorCodes {
		if _, twice := codes[c.Code]; twice {
			t.Errorf("%s is there twice", c.Code)
		}
		codes[c.Code] = c
	}
	check := func(q, code string, args []string, note bool) {
		c, ok := codes[code]
		if !ok || c.Note != note || len(c.Args) != len(args) {
			t.Errorf("%.60q gets %s with %q, the table has %+v", q, code, args, c)
			return
		}
		for i, name := range c.Args {
			if args[i] == "" && !strings.HasSuffix(name, "?") {
				t.Errorf("%.60q gets %s with an empty %s", q, code, name)
			}
		}
	}
	examples := append(slices.Clone(searchtest.BadQueries), strings.Repeat("가", 2001), strings.Repeat("a ", 65), strings.Repeat("(", 18))
	for _, c := range search.ErrorCodes {
		if c.Example != "" {
			examples = append(examples, c.Example)
		}
	}
	seen := map[string]bool{}
	for _, q := range examples {
		parsed, err := search.Parse(q)
		var bad *search.QueryError
		if errors.As(err, &bad) {
			check(q, bad.Code, bad.Args, false)
			seen[bad.Code] = true
			if bad.Unfinished != (bad.End == len([]rune(q)) && bad.Unfinished) {
				t.Errorf("%q is unfinished, but its error ends at %d", q, bad.End)
			}
		}
		for _, note := range parsed.Notes {
			check(q, note.Code, note.Args, true)
			seen[note.Code] = true
		}
	}
	for _, c := range search.ErrorCodes {
		if !seen[c.Code] {
			t.Errorf("nothing gets %s", c.Code)
		}
	}
}

func TestNearestKey(t *testing.T) {
	for q, want := range map[string]string{
		"brwoser:x": "browser", "contry:x": "country", "Erorr:x": "error", "errors.type:x": "error.type", "complaints:x": "complaint", "raeg:x": "rage", "message:x": "error", "user.email:x": "email",
		"rageclick:1": "rage", "trait:plan": "trait.NAME", "traits.plan:x": "trait.plan", "trai.plan:x": "trait.plan", "timestamp:1": "started", "tags:x": "tag", "xyzzyx:1": "", "clik:1": "clicks",
	} {
		var bad *search.QueryError
		if _, err := search.Parse(q); !errors.As(err, &bad) || bad.Code != "unknown-key" || bad.Args[1] != want {
			t.Errorf("Parse(%q): %+v, want the hint %q", q, bad, want)
		}
	}
}

func TestNotes(t *testing.T) {
	for q, want := range map[string]string{
		"login or checkout": "lower-or 6-8", "or checkout": "", "checkout or": "", "login AND checkout": "and-word 6-9",
		"a NOT b": "not-word 2-5", "NOT b": "not-word 0-3", "browser: Safari": "space-after-colon 0-8", "TypeError: x is": "",
		"nps>6": "no-colon 0-5", "a>6": "", "clicks=3 x": "no-colon 0-8", "login OR checkout": "", "-rage:*": "",
	} {
		parsed, err := search.Parse(q)
		got := ""
		for _, n := range parsed.Notes {
			got += fmt.Sprintf("%s %d-%d", n.Code, n.Pos, n.End)
		}
		if err != nil || got != want {
			t.Errorf("Parse(%q) notes %q, %v; want %q", q, got, err, want)
		}
	}
}

func TestUnfinished(t *testing.T) {
	for q, want := range map[string]bool{
		`결제 "안`: true, "(a": true, "os:[a": true, "a OR": true, "a OR ": true, "browser:": true, "nps:>": true, "-has:": true, "os:a,": true, "os:(a OR": true,
		"OR a": false, "a)": false, "brwser:x": false, "nps:x": false, "(browser:)": false, "os:[a b": false,
	} {
		var bad *search.QueryError
		if _, err := search.Parse(q); !errors.As(err, &bad) || bad.Unfinished != want {
			t.Errorf("Parse(%q): %+v, want unfinished %v", q, bad, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	const q = `결제 -(browser:[Chrome, "a b"] OR nps:1..6) "안 돼"* sort:oldest`
	parsed, err := search.Parse(q)
	if err != nil {
		t.Fatal(err)
	}
	in := []rune(q)
	var got []string
	var walk func(search.Node)
	walk = func(n search.Node) {
		pos, end := search.Span(n)
		got = append(got, string(in[pos:end]))
		switch n := n.(type) {
		case *search.And:
			for _, part := range n.Parts {
				walk(part)
			}
		case *search.Or:
			for _, part := range n.Parts {
				walk(part)
			}
		case *search.Not:
			walk(n.Part)
		case *search.Field:
			for _, v := range n.Values {
				got = append(got, string(in[v.Pos:v.End]))
			}
		}
	}
	walk(parsed.Root)
	want := []string{`결제 -(browser:[Chrome, "a b"] OR nps:1..6) "안 돼"*`, "결제", `-(browser:[Chrome, "a b"] OR nps:1..6`, `browser:[Chrome, "a b"] OR nps:1..6`,
		`browser:[Chrome, "a b"]`, "Chrome", `"a b"`, "nps:1..6", "1", "6", `"안 돼"*`}
	if !slices.Equal(got, want) {
		t.Errorf("places: %q, want %q", got, want)
	}
}

func TestZones(t *testing.T) {
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Skipf("no time zones on this machine: %v", err)
	}
	now := time.Date(2026, 5, 2, 1, 30, 0, 0, seoul).UnixMilli() // still May 1 in UTC
	for q, want := range map[string]struct{ seoul, utc bool }{
		"started:2026-05-02": {true, false}, "started:2026-05-01": {false, true}, "started:today": {true, true}, "started:yesterday": {false, false},
		"started:2026-05-02T01:30": {true, false}, "started:2026-05-02T01:30+09:00": {true, true}, "started:>=2026-05-02": {true, false}, "started:<2026-05-02": {false, true},
		"started:2026-05-02..": {true, false}, "started:<1h": {true, true}, "started:[2026-05-02,2027]": {true, false},
	} {
		d := search.Document{StartedAt: now}
		for zone, want := range map[*time.Location]bool{seoul: want.seoul, nil: want.utc} {
			parsed, err := search.ParseIn(q, zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := search.Evaluate(parsed, &d, now); got != want {
				t.Errorf("%s in %v finds the session: %v, want %v", q, zone, got, want)
			}
		}
	}
}

// checkIdentity holds that what a query prints parses to the same query.
func checkIdentity(t *testing.T, q string) {
	t.Helper()
	parsed, err := search.Parse(q)
	var bad *search.QueryError
	if err != nil {
		if !errors.As(err, &bad) || bad.Pos < 0 || bad.Pos > bad.End || bad.End > len([]rune(q)) || bad.Code == "" || bad.Why == "" || bad.Hint == "" {
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
	if a, b := placeless(parsed.Root), placeless(again.Root); !reflect.DeepEqual(a, b) || parsed.Sort != again.Sort {
		t.Errorf("Parse(%q) prints %q, which parses to %q", q, printed, again.String())
	}
	if again.String() != printed {
		t.Errorf("Parse(%q) prints %q, which prints %q", q, printed, again.String())
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
	for _, q := range slices.Concat(searchtest.Queries, searchtest.TypoQueries, searchtest.SortQueries) {
		checkIdentity(t, q)
	}
}

// FuzzParse holds that no query breaks the parser, and that what it prints means the same.
func FuzzParse(f *testing.F) {
	for _, q := range slices.Concat(searchtest.Queries, searchtest.TypoQueries, searchtest.SortQueries, searchtest.BadQueries) {
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
			if search.Evaluate(parsed, &docs[i], searchtest.Now) && !search.EvaluateTypos(parsed, &docs[i], searchtest.Now) {
				t.Errorf("%q finds a session exactly, but not with typos", q)
			}
			search.Matches(parsed, &docs[i])
			search.Matches(parsed.WithTypos(), &docs[i])
		}
	})
}
