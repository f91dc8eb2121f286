package main

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestFind(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	got, err := find(fstest.MapFS{
		"a/a_test.go":   file("package a\n\nfunc FuzzOne(f *testing.F) {\n}\n\nfunc FuzzTwo(x *testing.F) {}\n"),
		"b/b.go":        file("func FuzzNone(f *testing.F) {\n"),
		"b/c/c_test.go": file("// func FuzzNone(f *testing.F)\nfunc Fuzz(f *testing.F) {}\nfunc fuzz() {}\n"),
	})
	if want := []target{{"a", "FuzzOne"}, {"a", "FuzzTwo"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := find(fstest.MapFS{}); err == nil {
		t.Errorf("got %v and no error", got)
	}
}

func TestInputs(t *testing.T) {
	const output = `fuzz: elapsed: 0s, gathering baseline coverage: 7/7 completed, now fuzzing with 1 workers
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
