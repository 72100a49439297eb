package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every view that is sent anywhere has a plain name, and no other has one: what is sent is read from the
// source, so that a new message cannot be forgotten.
func TestEveryMessageHasAPlainName(t *testing.T) {
	t.Parallel()
	names := viewNames(t)
	sent := map[string]bool{}
	for _, dir := range []string{".", "../commands", "../scheduler", "../store", "../cmd/hirebot"} {
		for _, constant := range sentFrom(t, dir) {
			name, known := names[constant]
			if !known {
				t.Errorf("%s sends a view by %s, which is the name of none", dir, constant)
			}
			sent[name] = true
		}
	}
	got, want := slices.Sorted(maps.Keys(messageNames)), slices.Sorted(maps.Keys(sent))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is sent (-) and what has a name (+) differ:\n%s", diff)
	}
	for view, name := range messageNames {
		if name == "" || strings.Contains(name, "_") || strings.ToUpper(name[:1]) != name[:1] {
			t.Errorf("%s is called %q, want plain words", view, name)
		}
	}
}

// parsed returns the files of a package, without its tests.
func parsed(t *testing.T, dir string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", dir, len(paths), err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// viewNames returns the constants of this package that name views, with the names.
func viewNames(t *testing.T) map[string]string {
	t.Helper()
	set, names := All(nil), map[string]string{}
	for _, f := range parsed(t, ".") {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 {
				return true
			}
			if text, ok := spec.Values[0].(*ast.BasicLit); ok && text.Kind == token.STRING {
				name := strings.Trim(text.Value, `"`)
				if _, view := set[name]; view && names[spec.Names[0].Name] == "" {
					names[spec.Names[0].Name] = name
				}
			}
			return true
		})
	}
	return names
}

// sentFrom returns the constants by which a package names the views of the messages that it makes. Where a
// function makes one of a view that it is given, these are what it is called with.
func sentFrom(t *testing.T, dir string) []string {
	t.Helper()
	var sent []string
	takes := map[string]int{} // the place of the view among the arguments, by the function
	files := parsed(t, dir)
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			name, of, body := function(n)
			if of == nil {
				return true
			}
			for _, given := range viewsOf(body) {
				if at := slices.Index(parameters(of), given); at >= 0 {
					takes[name] = at
				}
			}
			return true
		})
		sent = append(sent, slices.DeleteFunc(viewsOf(f), func(name string) bool { return !ast.IsExported(name) })...)
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if at, known := takes[lastName(call.Fun)]; known && at < len(call.Args) && ast.IsExported(lastName(call.Args[at])) {
					sent = append(sent, lastName(call.Args[at]))
				}
			}
			return true
		})
	}
	return sent
}

// function returns the name, the type and the body of a function that a node declares, or that it gives a name.
func function(n ast.Node) (string, *ast.FuncType, ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Body != nil {
			return n.Name.Name, n.Type, n.Body
		}
	case *ast.AssignStmt:
		if of, ok := n.Rhs[0].(*ast.FuncLit); ok {
			return lastName(n.Lhs[0]), of.Type, of.Body
		}
	}
	return "", nil, nil
}

// viewsOf returns what names the views of the messages that are made in a part of the source.
func viewsOf(in ast.Node) []string {
	var names []string
	ast.Inspect(in, func(n ast.Node) bool {
		message, ok := n.(*ast.CompositeLit)
		if !ok || lastName(message.Type) != "Message" {
			return true
		}
		if view, ok := field(message, "View").(*ast.CompositeLit); ok {
			names = append(names, lastName(field(view, "Name")))
		}
		return true
	})
	return names
}

func field(of *ast.CompositeLit, name string) ast.Expr {
	for _, e := range of.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok && lastName(pair.Key) == name {
			return pair.Value
		}
	}
	return nil
}

// lastName returns the last name of an expression: Kit of views.Kit.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	default:
		return ""
	}
}

func parameters(of *ast.FuncType) []string {
	var names []string
	for _, f := range of.Params.List {
		for _, n := range f.Names {
			names = append(names, n.Name)
		}
	}
	return names
}
