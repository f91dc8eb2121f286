package main

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestLint(t *testing.T) {
	words := strings.Repeat("word ", 20)       // 100 columns
	word := "// " + strings.Repeat("long", 30) // cannot be broken
	code := "```sh\n" + words + "!\n```\n"
	root := fstest.MapFS{}
	for path, text := range map[string]string{
		"a/fits.go": words + "\n\t" + word,
		"a/long.go": "package a\n" + words + "!\n",
		"Makefile":  words + "!",
		"doc.md": "| " + words + "|\n" + code + "    " + words + "\n" + words + "[a](b)\n" +
			"<!-- " + words + "-->\n" + words + "!",
		"other.txt":          words + "!",
		"runes.sh":           strings.Repeat("ü ", 50),
		"vendor_c/build/c.c": words + "!",
	} {
		root[path] = &fstest.MapFile{Data: []byte(text)}
	}
	got, err := lint(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Makefile:1: 101 columns", "a/long.go:2: 101 columns", "doc.md:8: 101 columns"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNothing checks that a run in the wrong directory fails.
func TestNothing(t *testing.T) {
	if _, err := lint(fstest.MapFS{}); err == nil {
		t.Error("an empty directory is found to be in order")
	}
}
