package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// wordsPath has the words that no dictionary has, one a line, sorted as bytes.
const wordsPath = root + "/docs/words.txt"

// isName says that a word is the name of something, such as arm64 and NewProbe: it has a digit, or
// a capital behind a small letter. Such words are not looked at.
var isName = regexp.MustCompile(`[0-9]|\p{Ll}\p{Lu}`)

// TestSpelling: each word of each page, outside of code, is in Hunspell's American dictionary or in
// docs/words.txt, in which no word is that is not needed.
func TestSpelling(t *testing.T) {
	testenv.Tool(t, "hunspell")
	pages := make(map[string]string) // a page that has the word
	for _, p := range allPages(t) {
		unknown, err := run([]byte(prose(p.blocks)), "hunspell", "-i", "utf-8", "-d", "en_US", "-l")
		if err != nil {
			t.Fatal(err)
		}
		for word := range strings.FieldsSeq(string(unknown)) {
			if !isName.MatchString(word) {
				pages[strings.TrimSuffix(word, "'s")] = p.path
			}
		}
	}
	needed := slices.Sorted(maps.Keys(pages))
	if *update {
		text := strings.Join(needed, "\n") + "\n"
		if err := os.WriteFile(wordsPath, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	content, err := os.ReadFile(wordsPath)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(content))
	if !slices.IsSorted(words) {
		t.Error("docs/words.txt is not sorted")
	}
	for _, word := range needed {
		if !slices.Contains(words, word) {
			t.Errorf("%s: %s is no word; if it is, add it to docs/words.txt", pages[word], word)
		}
	}
	for _, word := range words {
		if pages[word] == "" {
			t.Errorf("no page needs the word %s of docs/words.txt; remove it", word)
		}
	}
}

// prose returns the texts of a tree, without code and without names of files that are links.
func prose(tree any) string {
	tree = clone(tree)
	walk(tree, func(kind string, e element) {
		text := strings.Trim(plain(e["c"]), "./")
		switch {
		case kind == "Link" && strings.Contains(target(e), text):
			become(e, newElement("Space", nil))
		case kind == "Code", kind == "CodeBlock":
			setPart(e, 1, "")
		}
	})
	return plain(tree)
}

func TestProse(t *testing.T) {
	p := read(t, "docs/a.md",
		"# A *title*\n\nSay `cde` to [fgh](../fgh/), see [all](b.md).\n\n```go\nijk\n```\n")
	got, want := prose(p.blocks), "A title Say to , see all."
	if strings.Join(strings.Fields(got), " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
