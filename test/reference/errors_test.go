package reference

import (
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestErrors compares docs/errors.md with the source. Each text of an error, in Go and in the C
// library, is in a block of the page; below each heading of the third level there is such a block,
// and what to do about it.
//
// What only says what was being done, such as "read counts: %w", is not in the page.
func TestErrors(t *testing.T) {
	listed := make(map[string]bool)
	for _, e := range entries(t, page(t, "errors.md")) {
		for _, said := range e.texts {
			listed[said] = true
		}
	}
	var fresh, stale []string
	isSaid := make(map[string]bool)
	for _, x := range append(goTexts(t, carried...), cTexts(t, "vendor_c")...) {
		if !isSaid[x.said] && !listed[x.said] {
			t.Errorf("%v: docs/errors.md lacks this text; add it to a block of the entry that fits, "+
				"with %s for each value:\n%s", x.where, hole, wrapped(x.said))
			fresh = append(fresh, x.said)
		}
		isSaid[x.said] = true
	}
	for said := range listed {
		if !isSaid[said] {
			t.Errorf("docs/errors.md has a text that no error has; remove it, or replace it by "+
				"go test ./test/reference -update:\n%s", said)
			stale = append(stale, said)
		}
	}
	if *update {
		follow(t, stale, fresh)
	}
}

// An entry is what the page has below a heading of the third level.
type entry struct {
	title string
	texts []string
}

// entries finds the entries of the page. In a block, each text begins a line, and lines that are
// indented continue it.
func entries(t *testing.T, page string) (found []entry) {
	t.Helper()
	for _, section := range strings.Split(page, "\n### ")[1:] {
		section, _, _ = strings.Cut(section, "\n## ")
		e := entry{title: section[:strings.Index(section, "\n")]}
		parts := strings.Split(section, "```")
		for i := 1; i < len(parts); i += 2 {
			block := strings.TrimPrefix(parts[i], "text\n")
			block = strings.ReplaceAll(block, "\n  ", " ")
			e.texts = append(e.texts, strings.Split(strings.TrimSpace(block), "\n")...)
		}
		if len(e.texts) == 0 || !strings.Contains(parts[len(parts)-1], "**What to do:**") {
			t.Errorf("the entry %q lacks a block of texts, or what to do about them", e.title)
		}
		once := slices.Compact(slices.Sorted(slices.Values(e.texts)))
		if len(once) < len(e.texts) {
			t.Errorf("the entry %q has a text twice", e.title)
		}
		found = append(found, e)
	}
	return found
}

// wrapped returns a text as the page has it: in lines of at most 88 columns.
func wrapped(said string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(said) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+n > 88:
			b.WriteString("\n  ")
			column = 2
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

var (
	cComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cLiteral = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*`)
	cParts   = regexp.MustCompile(`"\s*"`) // between the parts of a literal
)

// cTexts returns the strings of several words in the C files of a directory.
func cTexts(t *testing.T, dir string) (found []text) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, dir, "*.c"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no C files: ", err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content = cComment.ReplaceAll(content, nil)
		for _, literal := range cLiteral.FindAllString(string(content), -1) {
			said := strings.Trim(cParts.ReplaceAllString(literal, ""), `"`)
			said = tidy(verb.ReplaceAllString(said, hole))
			if strings.Contains(said, " ") && strings.ContainsFunc(said, unicode.IsLower) {
				found = append(found, text{said, token.Position{Filename: path}})
			}
		}
	}
	return found
}
