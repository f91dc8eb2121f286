//go:build linux

package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	module = "github.com/go-usdt/usdt"
	page   = "../../docs/architecture.md"
)

// TestImports compares the table of imports in docs/architecture.md with what go list says of both
// builds. The table is written as
//
//	| `package` | `package`, `other/package` |
//
// with the packages of this module by their directories, and others by their modules. `directory/*`
// stands for all packages below the directory that have no row of their own; its row leaves out
// what they import of each other. Packages of the standard library, and the packages of tests,
// examples and the book, are not in the table.
func TestImports(t *testing.T) {
	want := table(t)
	got := make(map[string]set)
	for name, imports := range packages(t) {
		row := rowOf(want, name)
		if got[row] == nil {
			got[row] = make(set)
		}
		for i := range imports {
			if imported := rowOf(want, i); imported != row {
				got[row][imported] = true
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("imports (-%s +go list):\n%s", page, diff)
	}
}

// set is a set of packages.
type set map[string]bool

// table returns the rows of the page.
func table(t *testing.T) map[string]set {
	t.Helper()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := strings.Cut(string(content), "<!-- imports -->")
	text, _, ends := strings.Cut(rest, "<!-- /imports -->")
	if !begins || !ends {
		t.Fatalf("%s has no table of imports", page)
	}
	rows := make(map[string]set)
	quoted := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 4 || !strings.Contains(cells[1], "`") {
			continue // the heading
		}
		name := quoted.FindStringSubmatch(cells[1])[1]
		rows[name] = make(set)
		for _, match := range quoted.FindAllStringSubmatch(cells[2], -1) {
			rows[name][match[1]] = true
		}
	}
	if len(rows) == 0 {
		t.Fatalf("the table of imports in %s has no rows", page)
	}
	return rows
}

// rowOf returns the row that a package is in, or its name.
func rowOf(rows map[string]set, name string) string {
	if _, ok := rows[name]; ok {
		return name
	}
	for row := range rows {
		if directory, ok := strings.CutSuffix(row, "*"); ok && strings.HasPrefix(name, directory) {
			return row
		}
	}
	return name
}

// packages returns what each package imports that is not of the standard library.
func packages(t *testing.T) map[string]set {
	t.Helper()
	all := make(map[string]set)
	for _, cgo := range []string{"CGO_ENABLED=0", "CGO_ENABLED=1"} {
		list := list(t, cgo)
		for _, p := range list {
			name := shorten(p)
			if p.Module == nil || p.Module.Path != module || isForTests(name) {
				continue
			}
			if all[name] == nil {
				all[name] = make(set)
			}
			for _, i := range p.Imports {
				if imported := list[i]; !imported.Standard && imported.ImportPath != "" {
					all[name][shorten(imported)] = true
				}
			}
		}
	}
	return all
}

func isForTests(name string) bool {
	for _, directory := range []string{"test/", "internal/testing/", "examples/", "docs/"} {
		if strings.HasPrefix(name, directory) {
			return true
		}
	}
	return false
}

// shorten returns the name of a package in the table.
func shorten(p goPackage) string {
	if p.Module == nil {
		return p.ImportPath
	}
	if p.Module.Path != module {
		return p.Module.Path
	}
	return strings.TrimPrefix(p.ImportPath, module+"/")
}

type goPackage struct {
	ImportPath string
	Standard   bool
	Module     *struct{ Path string }
	Imports    []string
}

// list returns all packages of the module on linux/amd64, and those that they need.
func list(t *testing.T, cgo string) map[string]goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Module,Imports", "./...")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), cgo, "GOOS=linux", "GOARCH=amd64", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, stderr.Bytes())
	}
	packages := make(map[string]goPackage)
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
}
