package archtest

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

const root = "../.."

func TestModule(t *testing.T) {
	found, err := Check(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// TestArrowsPointInwards: rules.go itself promises that a row names only rows above it.
func TestArrowsPointInwards(t *testing.T) {
	var above []string
	for _, row := range arrows {
		for _, to := range row.to {
			if !strings.HasSuffix(to, "/...") && !matches(to, above) {
				t.Errorf("%s may import %s, which does not stand above it", row.from, to)
			}
		}
		if matches(row.from, above) {
			t.Errorf("%s has two rows", row.from)
		}
		above = append(above, row.from)
	}
	for _, list := range [][]string{adapters, testOnly} {
		for _, folder := range list {
			if !matches(folder, above) {
				t.Errorf("%s has no row", folder)
			}
		}
	}
}

// good is a module that breaks no rule.
func good() map[string]string {
	return map[string]string{
		"replay/replay.go": `// Package replay is replay.
package replay

import _ "github.com/afterimage/afterimage/replay/blob"
`,
		"replay/blob/blob.go":     "// Package blob is blob.\npackage blob\n",
		"replay/blob/fs/fs.go":    "// Package fs is fs.\npackage fs\n\nimport _ \"github.com/afterimage/afterimage/replay/blob\"\n",
		"cmd/afterimage/main.go":  "// Command afterimage is it.\npackage main\n\nimport _ \"github.com/afterimage/afterimage/replay\"\n",
		"cmd/afterimage/wire.go":  "package main\n\nimport _ \"github.com/afterimage/afterimage/replay/blob/fs\"\n",
		"replay/replay_test.go":   "package replay_test\n\nimport _ \"github.com/afterimage/afterimage/replay/blob/fs\"\n\nfunc f() { t.Skip(\"because\") }\n",
		"ui/node_modules/x/x.go":  "not ours",
		"replay/testdata/bad.go":  "not compiled",
		"ui/src/generated.d.ts":   "// generated\n\n" + strings.Repeat("\n", 700),
		"ui/embed.go":             "// Package ui is ui.\npackage ui\n",
		"recorder-js/dist/big.ts": strings.Repeat("\n", 700),
	}
}

func check(t *testing.T, files map[string]string) string {
	t.Helper()
	tree := fstest.MapFS{}
	for name, content := range files {
		tree[name] = &fstest.MapFile{Data: []byte(content)}
	}
	found, err := Check(tree)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range found {
		all = append(all, f.String())
	}
	return strings.Join(all, "\n")
}

func TestGoodModule(t *testing.T) {
	if found := check(t, good()); found != "" {
		t.Errorf("found in a good module:\n%s", found)
	}
}

func TestBrokenRules(t *testing.T) {
	const our = "import _ \"" + modulePath + "/"
	long := strings.Repeat("\t_ = 1\n", functionLinesMax)
	for name, test := range map[string]struct{ file, content, want string }{
		"an arrow outwards": {
			"replay/bad.go", "package replay\n\n" + our + "search\"\n",
			"replay/bad.go:3: replay must not import search",
		},
		"a pure package that imports": {
			"replay/blob/bad.go", "package blob\n\n" + our + "replay\"\n",
			"replay/blob/bad.go:3: replay/blob must not import replay",
		},
		"a package without a row": {
			"internal/new/new.go", "// Package new is new.\npackage new\n", "internal/new: no row",
		},
		"an adapter outside wire.go": {
			"cmd/afterimage/bad.go", "package main\n\n" + our + "replay/blob/fs\"\n",
			"cmd/afterimage/bad.go:3: only cmd/afterimage/wire.go may import",
		},
		"a test helper in the program": {
			"cmd/afterimage/bad.go", "package main\n\n" + our + "internal/testenv\"\n", "bad.go:3: internal/testenv is for tests only",
		},
		"a library elsewhere": {
			"replay/bad.go", "package replay\n\nimport _ \"github.com/minio/minio-go/v7/pkg/credentials\"\n",
			"replay/bad.go:3: github.com/minio/minio-go may be imported only by replay/blob/s3, internal/testenv",
		},
		"no package comment": {
			"replay/blob/blob.go", "// blob is blob.\npackage blob\n", "replay/blob: no file opens with a comment",
		},
		"a long file": {
			"replay/bad.go", "package replay\n" + strings.Repeat("\n", fileLinesMax), "replay/bad.go: the file's count of lines has 601",
		},
		"a long style sheet": {
			"ui/src/bad.css", strings.Repeat("\n", fileLinesMax+1), "ui/src/bad.css: the file's count of lines has 601",
		},
		"a long function": {
			"replay/bad.go", "package replay\n\nfunc long() {\n" + long + "}\n", "replay/bad.go:3: the count of lines of long has 72",
		},
		"a wide interface": {
			"replay/bad.go", "package replay\n\ntype wide interface {\n" + strings.Repeat("\tm()\n", 8) + "}\n",
			"replay/bad.go:3: the count of methods of wide has 8",
		},
		"a silent skip": {
			"replay/bad_test.go", "package replay\n\nfunc f() { t.Skip() }\n", "replay/bad_test.go:3: a test that skips says why",
		},
		"another silent skip": {
			"replay/bad_test.go", "package replay\n\nfunc f() { t.SkipNow() }\n", "replay/bad_test.go:3: a test that skips says why",
		},
	} {
		files := good()
		files[test.file] = test.content
		found := check(t, files)
		if !strings.Contains(found, test.want) || strings.Count(found, "\n") > 0 {
			t.Errorf("%s: found\n%s\nwant one finding with %q", name, found, test.want)
		}
	}
}
