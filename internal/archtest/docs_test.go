package archtest

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	markdownLink  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	flagInText    = regexp.MustCompile(`(?:^|[\s\x60'])--([a-z][a-z-]+)`)
	flagInSource  = regexp.MustCompile(`"([a-z][a-z-]+)"`)
	makeInText    = regexp.MustCompile(`(?m)^make ([a-z-]+)`)
	optionInTypes = regexp.MustCompile(`(?m)^  (\w+)\??: `)
	optionInTable = regexp.MustCompile("`(\\w+)`")
)

// markdown calls fn with each page of the documents.
func markdown(t *testing.T, tree fs.FS, fn func(name, text string)) {
	t.Helper()
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || len(entry.Name()) > 1 && strings.HasPrefix(entry.Name(), ".")) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			fn(name, read(t, tree, name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDocumentLinks: a link within the repository leads somewhere.
func TestDocumentLinks(t *testing.T) {
	tree := os.DirFS(root)
	pages := 0
	markdown(t, tree, func(name, text string) {
		pages++
		for _, link := range markdownLink.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(link[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := fs.Stat(tree, path.Join(path.Dir(name), strings.TrimSuffix(target, "/"))); err != nil {
				t.Errorf("%s links to %s, which is not there", name, link[1])
			}
		}
	})
	if pages < 10 {
		t.Errorf("only %d pages of documents were found", pages)
	}
}

// TestReadmeCommands: each flag and make target that the README names exists.
func TestReadmeCommands(t *testing.T) {
	tree := os.DirFS(root)
	sources, err := fs.Glob(tree, "cmd/afterimage/*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, source := range sources {
		for _, word := range flagInSource.FindAllStringSubmatch(read(t, tree, source), -1) {
			known[word[1]] = true
		}
	}
	makefile := read(t, tree, "Makefile")
	for _, page := range []string{"README.md", "README.ko.md"} {
		text := read(t, tree, page)
		flags := flagInText.FindAllStringSubmatch(text, -1)
		if len(flags) < 5 {
			t.Errorf("%s names only %d flags", page, len(flags))
		}
		for _, flag := range flags {
			if !known[flag[1]] {
				t.Errorf("%s names --%s, which no command has", page, flag[1])
			}
		}
		for _, target := range makeInText.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+target[1]+":") {
				t.Errorf("%s names make %s, which there is not", page, target[1])
			}
		}
	}
}

// TestRecorderOptions: docs/recorder.md lists the options that the recorder has, and no others.
func TestRecorderOptions(t *testing.T) {
	tree := os.DirFS(root)
	_, types, found := strings.Cut(read(t, tree, "recorder-js/src/types.ts"), "export interface Options {")
	types, _, closed := strings.Cut(types, "\n}")
	if !found || !closed {
		t.Fatal("recorder-js/src/types.ts has no interface Options")
	}
	var has, told []string
	for _, option := range optionInTypes.FindAllStringSubmatch(types, -1) {
		has = append(has, option[1])
	}
	_, page, _ := strings.Cut(read(t, tree, "docs/recorder.md"), "## Options")
	page, _, _ = strings.Cut(page, "\n## ")
	for line := range strings.Lines(page) {
		if first, _, isRow := strings.Cut(strings.TrimPrefix(line, "| "), " |"); isRow && strings.HasPrefix(line, "| `") {
			for _, option := range optionInTable.FindAllStringSubmatch(first, -1) {
				told = append(told, option[1])
			}
		}
	}
	slices.Sort(has)
	slices.Sort(told)
	if !slices.Equal(has, told) {
		t.Errorf("the recorder has the options %v, docs/recorder.md tells of %v", has, told)
	}
}
