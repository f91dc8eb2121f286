package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The package has a function with a method's receiver of each kind. The profile is that of two
// builds, of which each runs another block.
func TestFunctions(t *testing.T) {
	t.Chdir(t.TempDir())
	const source = `package p

func plain() int {
	return 1
}

type T[K any] struct{}

func (t *T[K]) method(x bool) {
	if x {
		return
	}
	panic(x)
}
`
	if err := os.MkdirAll("p", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("p", "a.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	const profile = `mode: set
github.com/go-usdt/usdt/p/a.go:3.18,5.2 1 0
github.com/go-usdt/usdt/p/a.go:3.18,5.2 1 1
github.com/go-usdt/usdt/p/a.go:9.31,10.7 1 1
github.com/go-usdt/usdt/p/a.go:10.7,12.3 1 0
github.com/go-usdt/usdt/p/a.go:13.2,13.10 1 0
`
	blocks, err := parseProfile(profile)
	if err != nil {
		t.Fatal(err)
	}
	functions, err := functionsOf(blocks)
	if err != nil {
		t.Fatal(err)
	}
	equal := func(a, b function) bool {
		return a.String() == b.String() && a.statements == b.statements && a.uncovered == b.uncovered &&
			slices.Equal(a.lines, b.lines)
	}
	want := []function{{"p", "plain", 1, 0, nil}, {"p", "T.method", 3, 2, []int{10, 13}}}
	if !slices.EqualFunc(functions, want, equal) {
		t.Errorf("got %+v, want %+v", functions, want)
	}
	if _, err := parseProfile("mode: set\np/a.go:x\n"); err == nil {
		t.Error("no error for a malformed profile")
	}
}

func TestCompare(t *testing.T) {
	functions := []function{{"p", "f", 9, 2, []int{4, 7}}, {"p", "g", 3, 0, nil}}
	for _, test := range []struct{ reasons, want string }{
		{"# comment\n\np f 2: the disk is never full\n", ""},
		{"p f 3: fewer than it may be\n", ""},
		{"", "p f: 2 statements are not run, 0 have a reason; see lines [4 7]"},
		{"p f 1: why", "p f: 2 statements are not run, 1 have a reason"},
		{"p f 2: why\np g 1: why", "p g: all statements are run; remove its reason"},
		{"p f 2: why\np g 1?: why", ""},
		{"p f 1?: why", "p f: 2 statements are not run, 1 have a reason"},
		{"p f 2: why\np h 1: why", "p h: there is no such function; remove its reason"},
	} {
		reasons, err := parseReasons(test.reasons)
		if err != nil {
			t.Errorf("%q: %v", test.reasons, err)
			continue
		}
		err = compare(functions, reasons)
		if (err != nil) != (test.want != "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.reasons, err, test.want)
		}
	}
	for _, text := range []string{
		"p f: why", "p f 0: why", "p f x: why", "p f 1??: why", "p f 1", "p f 1: ",
	} {
		if reasons, err := parseReasons(text); err == nil {
			t.Errorf("%q: got %v and no error", text, reasons)
		}
	}
}
