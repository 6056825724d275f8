// Package archtest checks the rules that every package of the module keeps: which way
// imports point, how long files, functions and interfaces may be, that packages say
// what they are, and that no test skips without a reason. rules.go holds the rules.
package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Finding is one broken rule.
type Finding struct {
	Where string // file:line, or a folder
	What  string // which rule, and what to do
}

// String gives the finding as compilers give theirs.
func (f Finding) String() string { return f.Where + ": " + f.What }

// goFile is one parsed file.
type goFile struct {
	name   string // path in the module
	pkg    string // folder in the module
	isTest bool
	syntax *ast.File
	lines  int
}

// module is what the checks look at.
type module struct {
	set   *token.FileSet
	files []*goFile
	// others are the sources in other languages, with their count of lines.
	others map[string]int
}

// Check returns every broken rule in the module whose root is given, ordered by place.
func Check(root fs.FS) ([]Finding, error) {
	m, err := load(root)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, check := range []func(*module) []Finding{
		checkArrows, checkWire, checkTestOnly, checkKeepers, checkPackageComments, checkSizes, checkSkips,
	} {
		found = append(found, check(m)...)
	}
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.String(), b.String()) })
	return found, nil
}

// otherSources are the languages whose files must stay short too.
var otherSources = []string{".ts", ".tsx", ".mjs", ".css", ".sh", ".sql"}

// load reads all sources below root that are ours: not what was installed or built.
func load(root fs.FS) (*module, error) {
	m := &module{set: token.NewFileSet(), others: map[string]int{}}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if skipFolder(name) {
				return fs.SkipDir
			}
			return nil
		}
		return m.add(root, name)
	})
	return m, err
}

func skipFolder(name string) bool {
	base := path.Base(name)
	return name != "." && (strings.HasPrefix(base, ".") || slices.Contains([]string{"node_modules", "dist", "testdata", "bin", "data"}, base))
}

func (m *module) add(root fs.FS, name string) error {
	ext := path.Ext(name)
	if ext != ".go" && !slices.Contains(otherSources, ext) {
		return nil
	}
	source, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	lines := bytes.Count(source, []byte("\n"))
	if ext != ".go" {
		// What a program wrote may be long: its first lines say so.
		if head, _, _ := bytes.Cut(source, []byte("\n\n")); !bytes.Contains(bytes.ToLower(head), []byte("generated")) {
			m.others[name] = lines
		}
		return nil
	}
	syntax, err := parser.ParseFile(m.set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	m.files = append(m.files, &goFile{
		name: name, pkg: path.Dir(name), isTest: strings.HasSuffix(name, "_test.go"), syntax: syntax, lines: lines,
	})
	return nil
}

func (m *module) at(pos token.Pos) string {
	p := m.set.Position(pos)
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// imports calls fn for each import of each file.
func (m *module) imports(fn func(f *goFile, imported, where string)) {
	for _, f := range m.files {
		for _, spec := range f.syntax.Imports {
			if imported, err := strconv.Unquote(spec.Path.Value); err == nil { // the parser has seen to that
				fn(f, imported, m.at(spec.Pos()))
			}
		}
	}
}

// ours gives the folder of an import path of this module.
func ours(imported string) (string, bool) {
	return strings.CutPrefix(imported, modulePath+"/")
}

// matches reports whether a folder is one of the patterns, of which those ending in /...
// stand for all below.
func matches(folder string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		below, all := strings.CutSuffix(pattern, "/...")
		return folder == pattern || all && strings.HasPrefix(folder, below+"/")
	})
}

func checkArrows(m *module) []Finding {
	var found []Finding
	missing := map[string]bool{}
	m.imports(func(f *goFile, imported, where string) {
		folder, our := ours(imported)
		if !our || f.isTest {
			return
		}
		row := slices.IndexFunc(arrows, func(a arrow) bool { return a.from == f.pkg })
		if row >= 0 && !matches(folder, arrows[row].to) {
			found = append(found, Finding{where, fmt.Sprintf("%s must not import %s: arrows point inwards (see arrows in internal/archtest/rules.go)", f.pkg, folder)})
		}
	})
	for _, f := range m.files {
		if !f.isTest && !missing[f.pkg] && !slices.ContainsFunc(arrows, func(a arrow) bool { return a.from == f.pkg }) {
			missing[f.pkg] = true
			found = append(found, Finding{f.pkg, "no row in arrows of internal/archtest/rules.go says what this package may import; add one"})
		}
	}
	return found
}

func checkWire(m *module) []Finding {
	var found []Finding
	m.imports(func(f *goFile, imported, where string) {
		if folder, our := ours(imported); our && !f.isTest && f.name != wireFile && matches(folder, adapters) {
			found = append(found, Finding{where, fmt.Sprintf("only %s may import the adapter %s", wireFile, folder)})
		}
	})
	return found
}

func checkTestOnly(m *module) []Finding {
	var found []Finding
	m.imports(func(f *goFile, imported, where string) {
		if folder, our := ours(imported); our && !f.isTest && matches(folder, testOnly) && !matches(f.pkg, testOnly) {
			found = append(found, Finding{where, folder + " is for tests only"})
		}
	})
	return found
}

func checkKeepers(m *module) []Finding {
	var found []Finding
	m.imports(func(f *goFile, imported, where string) {
		for _, keeper := range keepers {
			if f.isTest || imported != keeper.from && !strings.HasPrefix(imported, keeper.from+"/") || matches(f.pkg, keeper.to) {
				continue
			}
			found = append(found, Finding{where, fmt.Sprintf("%s may be imported only by %s", keeper.from, strings.Join(keeper.to, ", "))})
		}
	})
	return found
}
