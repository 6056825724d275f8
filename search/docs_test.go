package search_test

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
)

var inBackticks = regexp.MustCompile("`([^`]+)`")

// docsTables reads the tables of docs/search.md: for each row its cells, by the head of their
// column.
func docsTables(text string) (rows []map[string]string) {
	var heads []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			heads = nil
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case heads == nil:
			heads = cells
		case !strings.HasPrefix(cells[0], "---"):
			row := map[string]string{}
			for i, head := range heads {
				row[head] = cells[i]
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// TestDocs holds docs/search.md: every query in it is understood, or refused with the code that it
// tells, and its tables have all keys, flags and codes.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../docs/search.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	var queries, keys, codes []string
	for i, block := range strings.Split(text, "```") {
		if lines, ok := strings.CutPrefix(block, "query\n"); ok && i%2 == 1 {
			queries = append(queries, strings.Split(strings.TrimSpace(lines), "\n")...)
		}
	}
	for _, row := range docsTables(text) {
		for _, q := range inBackticks.FindAllStringSubmatch(row["query"]+" "+row["example"], -1) {
			queries = append(queries, q[1])
		}
		for _, key := range inBackticks.FindAllStringSubmatch(row["key"], -1) {
			keys = append(keys, key[1])
		}
		for _, code := range inBackticks.FindAllStringSubmatch(row["code"], -1) {
			codes = append(codes, code[1])
			checkCode(t, code[1], row)
		}
	}
	queries = slices.DeleteFunc(queries, func(q string) bool { return slices.Contains([]string{"OR", "ms", "s", "m", "h", "d", "w", "*"}, q) }) // signs, in the same cells
	if len(queries) < 100 {
		t.Errorf("only %d queries were found", len(queries))
	}
	for _, q := range queries {
		if _, err := search.Parse(q); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
	var want []string
	for _, spec := range search.Keys {
		want = append(want, spec.Key)
		if list := spec.Key + ":` takes " + strings.Join(spec.Flags, ", ") + "."; spec.Kind == search.KindFlag && !strings.Contains(text, list) {
			t.Errorf("the page does not say: `%s", list)
		}
	}
	same(t, "keys", keys, want)
	want = nil
	for _, c := range search.ErrorCodes {
		want = append(want, c.Code)
	}
	same(t, "codes", codes, want)
}

// checkCode holds that the example in a row of codes gets the code.
func checkCode(t *testing.T, code string, row map[string]string) {
	for _, q := range inBackticks.FindAllStringSubmatch(row["refused"], -1) {
		var bad *search.QueryError
		if _, err := search.Parse(q[1]); !errors.As(err, &bad) || bad.Code != code {
			t.Errorf("%s: %v, want %s", q[1], err, code)
		}
	}
	for _, q := range inBackticks.FindAllStringSubmatch(row["example"], -1) {
		parsed, err := search.Parse(q[1])
		if err != nil || len(parsed.Notes) != 1 || parsed.Notes[0].Code != code {
			t.Errorf("%s: notes %v, %v, want %s", q[1], parsed.Notes, err, code)
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s of the page: %q, want %q", what, got, want)
	}
}
