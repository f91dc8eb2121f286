package main

import (
	"bytes"
	"flag"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var (
	built  = flag.String("built", "", "the `directory` that make docs has written to")
	update = flag.Bool("update", false, "write docs/words.txt")
)

const root = "../.."

// needTools skips or fails a test where there is no Pandoc.
func needTools(t *testing.T) {
	t.Helper()
	testenv.Tool(t, "pandoc")
	testenv.Tool(t, "git")
}

// allPages returns all pages of Markdown in the repository.
func allPages(t *testing.T) []*page {
	t.Helper()
	needTools(t)
	pages, err := readAllPages()
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

var readAllPages = sync.OnceValues(func() (pages []*page, err error) {
	list, err := run(nil, "git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.md")
	if err != nil {
		return nil, err
	}
	for name := range strings.FieldsSeq(string(list)) {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			continue // removed, but not in git
		}
		p, err := readPage(root, name)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, nil
})

func testBook(t *testing.T) *book {
	t.Helper()
	needTools(t)
	b, err := readBook(root)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestContents: each page of docs/ is in the contents once, by its title, with a sentence.
func TestContents(t *testing.T) {
	b := testBook(t)
	count := make(map[string]int)
	for _, c := range b.chapters() {
		count[c.path]++
	}
	for _, p := range allPages(t) {
		if path.Dir(p.path) != "docs" || p.path == contentsPath {
			continue
		}
		if count[p.path] != 1 {
			t.Errorf("%s is in %s %d times, want once; add to its part:\n* [%s](%s): a sentence.",
				p.path, contentsPath, count[p.path], p.title(), path.Base(p.path))
		}
	}
	titles := make(map[string]string)
	for _, c := range b.chapters() {
		titles[path.Base(c.path)] = c.title()
	}
	walk(b.contents.blocks, func(kind string, e element) {
		if kind != "BulletList" {
			return
		}
		for _, item := range e["c"].([]any) {
			file, text := firstLink(item), plain(item)
			if !strings.HasPrefix(text, titles[file]+": ") || !strings.HasSuffix(text, ".") {
				t.Errorf("%s has %q, want the title %q, a colon, and a sentence", contentsPath, text,
					titles[file])
			}
		}
	})
}

// TestPages: each page has one title, its blocks of code have a language, and nothing is HTML but
// comments.
func TestPages(t *testing.T) {
	for _, p := range allPages(t) {
		titles := 0
		for _, h := range p.headings {
			if h.level == 1 {
				titles++
			}
		}
		if titles != 1 {
			t.Errorf("%s has %d headings of the first level, want one, the title", p.path, titles)
		}
		walk(p.blocks, func(kind string, e element) {
			switch kind {
			case "CodeBlock":
				if len(classes(e)) == 0 {
					begin, _, _ := strings.Cut(part[string](e, 1), "\n")
					t.Errorf("%s has a block without a language; fence it with ```console, ```go, "+
						"```text or another: %s", p.path, begin)
				}
			case "RawBlock", "RawInline":
				if !strings.HasPrefix(part[string](e, 1), "<!--") {
					t.Errorf("%s has HTML: %s", p.path, part[string](e, 1))
				}
			}
		})
	}
}

// TestFigures: each picture that Graphviz draws is there, and is that of its description.
func TestFigures(t *testing.T) {
	sources, err := filepath.Glob(filepath.Join(root, figures, "*.dot"))
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) == 0 {
		t.Fatal("no figures")
	}
	for _, source := range sources {
		description, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		svg, err := os.ReadFile(drawing(source))
		if err != nil || !bytes.Contains(svg, []byte(madeOf(source, description))) {
			t.Errorf("%s is not what %s describes: run make figures (%v)", drawing(source), source, err)
		}
	}
}

// TestImages: images are there, have texts for those who do not see them, and can be scaled.
func TestImages(t *testing.T) {
	for _, p := range allPages(t) {
		walk(p.blocks, func(kind string, e element) {
			if kind != "Image" || strings.Contains(target(e), "://") {
				return
			}
			file := path.Join(path.Dir(p.path), target(e))
			content, err := os.ReadFile(filepath.Join(root, file))
			if err != nil {
				t.Errorf("%s: %v", p.path, err)
			}
			if plain(e["c"]) == "" {
				t.Errorf("%s: %s has no text that says what it shows", p.path, file)
			}
			if path.Ext(file) == ".svg" && !bytes.Contains(content, []byte("viewBox=")) {
				t.Errorf("%s has no viewBox, so it cannot be scaled", file)
			}
		})
	}
}

// TestFindsAll: the pages are those that git knows, of every kind.
func TestFindsAll(t *testing.T) {
	var names []string
	for _, p := range allPages(t) {
		names = append(names, p.path)
	}
	for _, want := range []string{
		"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/usdt.md", "examples/orders/README.md",
		"test/README.md",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among %d pages", want, len(names))
		}
	}
}
