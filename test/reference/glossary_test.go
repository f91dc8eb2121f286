package reference

import (
	"strings"
	"testing"
)

// TestGlossary holds docs/glossary.md: each word is in one row, and rows are in alphabetical order.
func TestGlossary(t *testing.T) {
	seen := make(map[string]bool)
	before := ""
	for line := range strings.Lines(page(t, "glossary.md")) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 || strings.HasPrefix(cells[1], "--") {
			before = "" // another table begins
			continue
		}
		words := strings.TrimSpace(cells[1])
		if words == "word" {
			continue
		}
		if strings.ToLower(words) < before {
			t.Errorf("%q comes after %q; sort the rows", words, before)
		}
		before = strings.ToLower(words)
		for word := range strings.SplitSeq(words, ", ") {
			if seen[word] {
				t.Errorf("%q is there twice; give it one meaning", word)
			}
			seen[word] = true
		}
	}
	for _, word := range []string{"probe", "provider", "site", "note", "image", "dispatcher"} {
		if !seen[word] {
			t.Errorf("the glossary lacks %q", word)
		}
	}
}

// TestWords holds that the words are in the glossary alone.
func TestWords(t *testing.T) {
	if strings.Contains(page(t, "architecture.md"), "| word |") {
		t.Error("docs/architecture.md has a table of words; move it to docs/glossary.md")
	}
}
