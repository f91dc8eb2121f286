package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A function is one of the library's, in a file that a test program has.
type function struct {
	pkg, name  string // the name is as in Type.Method
	statements int
	uncovered  int
	lines      []int // where uncovered blocks begin
}

func (f function) String() string { return f.pkg + " " + f.name }

// A block is a line of a coverage profile.
type block struct {
	file               string // below the module
	line, column       int    // where it begins
	endLine, endColumn int
	statements, count  int
}

// read returns the functions of all data in the directories below data.
func read(data string) ([]function, error) {
	directories, err := filepath.Glob(filepath.Join(data, "*"))
	if err != nil {
		return nil, err
	}
	profile := filepath.Join(data, "profile")
	out, err := exec.Command("go", "tool", "covdata", "textfmt",
		"-i="+strings.Join(directories, ","), "-o="+profile).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go tool covdata: %w\n%s", err, out)
	}
	defer os.Remove(profile)
	text, err := os.ReadFile(profile)
	if err != nil {
		return nil, err
	}
	blocks, err := parseProfile(string(text))
	if err != nil {
		return nil, err
	}
	return functionsOf(blocks)
}

// parseProfile decodes the format of go test -coverprofile. A block that several profiles have was
// run if one of them says so.
func parseProfile(text string) ([]block, error) {
	counts := make(map[block]int)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "mode: ") {
			continue
		}
		var b block
		file, rest, _ := strings.Cut(line, ":")
		_, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.line, &b.column, &b.endLine, &b.endColumn,
			&b.statements, &b.count)
		if err != nil {
			return nil, fmt.Errorf("profile: %q: %w", line, err)
		}
		count := b.count
		b.file, b.count = strings.TrimPrefix(file, module), 0
		counts[b] += count
	}
	var blocks []block
	for b, count := range counts {
		b.count = count
		blocks = append(blocks, b)
	}
	slices.SortFunc(blocks, func(a, b block) int {
		if a.file != b.file {
			return strings.Compare(a.file, b.file)
		}
		return a.line - b.line
	})
	return blocks, nil
}

// functionsOf sums the blocks up.
func functionsOf(blocks []block) ([]function, error) {
	var functions []function
	index := make(map[string]int)
	declared := make(map[string][]declaration)
	for _, b := range blocks {
		if declared[b.file] == nil {
			var err error
			if declared[b.file], err = declarations(b.file); err != nil {
				return nil, err
			}
		}
		f := function{pkg: path.Dir(b.file), name: nameAt(declared[b.file], b.line)}
		i, known := index[f.String()]
		if !known {
			i = len(functions)
			index[f.String()] = i
			functions = append(functions, f)
		}
		functions[i].statements += b.statements
		if b.count == 0 {
			functions[i].uncovered += b.statements
			functions[i].lines = append(functions[i].lines, b.line)
		}
	}
	return functions, nil
}

// A declaration is a function's name and its lines.
type declaration struct {
	name       string
	first, end int
}

func declarations(file string) (list []declaration, err error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := f.Name.Name
		if f.Recv != nil {
			name = receiver(f.Recv.List[0].Type) + "." + name
		}
		lines := declaration{name, set.Position(f.Pos()).Line, set.Position(f.End()).Line}
		list = append(list, lines)
	}
	return list, nil
}

// receiver returns the name of a receiver's type, without * and type parameters.
func receiver(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return "?"
}

// nameAt returns the function at a line; the variables of a package have functions, too.
func nameAt(list []declaration, line int) string {
	for _, d := range list {
		if d.first <= line && line <= d.end {
			return d.name
		}
	}
	return "var"
}
