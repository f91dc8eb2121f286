// Package reference holds the pages of reference in docs against the source: errors, environment
// variables, packages and words.
package reference

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root = "../.."
	docs = root + "/docs/"
)

// carried are the directories of what programs and the command are made of.
var carried = []string{"stapsdt", "internal", "instrument", "cstub", "vendor_c", "cmd", "export"}

// A directory is the source of one package for all systems, without its tests.
type directory struct {
	path  string // from the root of the module
	files []*ast.File
}

// source parses the packages at and below some directories, except for those of tests.
func source(t *testing.T, fset *token.FileSet, below ...string) []directory {
	t.Helper()
	byPath := make(map[string][]*ast.File)
	for _, path := range sourceFiles(t, ".go", below...) {
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(path)
		byPath[dir] = append(byPath[dir], file)
	}
	var all []directory
	for dir, files := range byPath {
		path, err := filepath.Rel(root, dir)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, directory{filepath.ToSlash(path), files})
	}
	slices.SortFunc(all, func(a, b directory) int { return strings.Compare(a.path, b.path) })
	return all
}

// ofTests are directories of what no program carries.
var ofTests = []string{"testdata", "testing", "test", "build"}

// sourceFiles returns the files whose names end so, except for tests and what is built.
func sourceFiles(t *testing.T, ending string, below ...string) (paths []string) {
	t.Helper()
	for _, dir := range below {
		visit := func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains(ofTests, d.Name()):
				return fs.SkipDir
			case strings.HasSuffix(path, ending) && !strings.HasSuffix(path, "_test.go"):
				paths = append(paths, path)
			}
			return nil
		}
		err := filepath.WalkDir(filepath.Join(root, dir), visit)
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(paths) == 0 {
		t.Fatalf("no files end with %s below %v", ending, below)
	}
	return paths
}

// page returns the text of a page of docs.
func page(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(docs + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
