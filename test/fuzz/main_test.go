package main

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestFind(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	got, err := find(fstest.MapFS{
		"a/a_test.go": file("package a\n\nfunc FuzzOne(f *testing.F) {\n}\n\n" +
			"func FuzzTwo(x *testing.F) {}\n"),
		"b/b.go": file("func FuzzNone(f *testing.F) {\n"),
		"b/c/c_test.go": file("// func FuzzNone(f *testing.F)\nfunc Fuzz(f *testing.F) {}\n" +
			"func fuzz() {}\n"),
	})
	if want := []target{{"a", "FuzzOne"}, {"a", "FuzzTwo"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := find(fstest.MapFS{}); err == nil {
		t.Errorf("got %v and no error", got)
	}
}

func TestInputs(t *testing.T) {
	const output = `fuzz: elapsed: 0s, gathering baseline coverage: 7/7 completed
fuzz: elapsed: 3s, execs: 7826 (2609/sec), new interesting: 44 (total: 51)
fuzz: elapsed: 6s, execs: 15652 (2609/sec), new interesting: 44 (total: 51)
PASS
`
	if got := inputs(output); got != 15652 {
		t.Errorf("got %d", got)
	}
	if got := inputs("FAIL\n"); got != 0 {
		t.Errorf("got %d of a target that did not start", got)
	}
}

func TestChoose(t *testing.T) {
	const profile = "mode: count\na.go:1.2,3.4 1 0\na.go:4.2,5.4 2 1\na.go:6.1,7.2 1 5\n"
	want := []string{"a.go:4.2,5.4 2 1", "a.go:6.1,7.2 1 3"}
	if got := reached(profile); !slices.Equal(got, want) {
		t.Errorf("reached %q, want %q", got, want)
	}
	var names []string
	for _, in := range choose([]input{
		{"nothing", 1, nil}, {"long", 9, []string{"a", "b"}}, {"short", 5, []string{"a", "b"}},
		{"other", 7, []string{"b", "c"}}, {"known", 1, []string{"a", "c"}},
		{"too long", maxKeptBytes + 1, []string{"a", "b", "c", "d"}}, {"rest", 1, []string{"d"}},
	}) {
		names = append(names, in.name)
	}
	if want := []string{"known", "rest", "short"}; !slices.Equal(names, want) {
		t.Errorf("chosen %q, want %q", names, want)
	}
}
