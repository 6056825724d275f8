package archtest

import (
	"fmt"
	"go/ast"
	"strings"
)

func checkPackageComments(m *module) []Finding {
	commented := map[string]bool{}
	for _, f := range m.files {
		if f.isTest {
			continue
		}
		text := f.syntax.Doc.Text()
		commented[f.pkg] = commented[f.pkg] || strings.HasPrefix(text, "Package ") || strings.HasPrefix(text, "Command ")
	}
	var found []Finding
	for pkg, ok := range commented {
		if !ok {
			found = append(found, Finding{pkg, `no file opens with a comment "Package … is …" (or "Command …") that defines the package`})
		}
	}
	return found
}

func checkSizes(m *module) []Finding {
	var found []Finding
	tooLong := func(where, what string, have, most int) {
		if have > most {
			found = append(found, Finding{where, fmt.Sprintf("%s has %d, at most %d are allowed: split it by what it does", what, have, most)})
		}
	}
	for name, lines := range m.others {
		tooLong(name, "the file's count of lines", lines, fileLinesMax)
	}
	for _, f := range m.files {
		tooLong(f.name, "the file's count of lines", f.lines, fileLinesMax)
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				lines := m.set.Position(n.End()).Line - m.set.Position(n.Pos()).Line + 1
				tooLong(m.at(n.Pos()), "the count of lines of "+n.Name.Name, lines, functionLinesMax)
			case *ast.TypeSpec:
				if i, ok := n.Type.(*ast.InterfaceType); ok {
					tooLong(m.at(n.Pos()), "the count of methods of "+n.Name.Name, methods(i), interfaceMethodsMax)
				}
			}
			return true
		})
	}
	return found
}

// methods counts what an interface itself names; those that it embeds were counted where they stand.
func methods(i *ast.InterfaceType) (count int) {
	for _, field := range i.Methods.List {
		count += len(field.Names)
	}
	return count
}

// checkSkips finds calls of Skip without arguments and of SkipNow, of whatever value: only tests have such.
func checkSkips(m *module) []Finding {
	var found []Finding
	for _, f := range m.files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) > 0 {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if ok && f.isTest && (method.Sel.Name == "Skip" || method.Sel.Name == "SkipNow") {
				found = append(found, Finding{m.at(call.Pos()), "a test that skips says why: Skip(reason)"})
			}
			return true
		})
	}
	return found
}
