package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// madeFile returns a file that make docs has made.
func madeFile(t *testing.T, name string) string {
	t.Helper()
	if *built == "" {
		t.Skip("make test-docs says where the book is")
	}
	return filepath.Join(*built, name)
}

// output returns what a program prints.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	printed, err := run(nil, testenv.Tool(t, name), args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	return string(printed)
}

// TestEPUB: EPUBCheck finds nothing, and a library can say what the book is.
func TestEPUB(t *testing.T) {
	file := madeFile(t, "go-usdt.epub")
	checker := testenv.Tool(t, "epubcheck") // a jar
	report := output(t, "java", "-jar", checker, "--failonwarnings", file)
	if want := "0 fatals / 0 errors / 0 warnings / 0 infos"; !strings.Contains(report, want) {
		t.Errorf("EPUBCheck says\n%swant %s", report, want)
	}
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	described, err := fs.ReadFile(archive, "EPUB/content.opf")
	if err != nil {
		t.Fatal(err)
	}
	b := testBook(t)
	for _, want := range []string{
		">" + b.title + "</dc:title>", ">" + authors + "</dc:creator>", ">en-US</dc:language>",
		`properties="cover-image"`,
	} {
		if !strings.Contains(string(described), want) {
			t.Errorf("content.opf lacks %s", want)
		}
	}
	contents, err := fs.ReadFile(archive, "EPUB/nav.xhtml")
	if err != nil {
		t.Fatal(err)
	}
	rest := html.UnescapeString(string(contents))
	for _, p := range b.parts { // each below its part
		for _, want := range append([]string{p.title}, titles(p)...) {
			_, after, found := strings.Cut(rest, ">"+want+"</a>")
			if !found {
				t.Fatalf("nav.xhtml lacks %s, or has it in another place", want)
			}
			rest = after
		}
	}
}

func titles(p bookPart) (all []string) {
	for _, c := range p.chapters {
		all = append(all, c.title())
	}
	return all
}

// TestPDF: the PDF has all its fonts in it, and a library can say what it is.
func TestPDF(t *testing.T) {
	file := madeFile(t, "go-usdt.pdf")
	fonts := strings.Split(strings.TrimSpace(output(t, "pdffonts", file)), "\n")
	const titleLines = 2
	if len(fonts) <= titleLines {
		t.Fatal("the PDF has no fonts")
	}
	embedded := strings.Index(fonts[0], "emb")
	for _, font := range fonts[titleLines:] {
		if !strings.HasPrefix(font[embedded:], "yes") {
			t.Errorf("not embedded: %s", font)
		}
	}
	info, b := output(t, "pdfinfo", file), testBook(t)
	for _, want := range []string{b.title, authors} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, info)
		}
	}
	outline := output(t, "pdftohtml", "-i", "-xml", "-stdout", file)
	_, outline, _ = strings.Cut(html.UnescapeString(outline), "<outline>")
	for _, c := range b.chapters() {
		if !strings.Contains(outline, ">"+c.title()+"</item>") {
			t.Errorf("there is no bookmark of %s", c.title())
		}
	}
}

var (
	pageMark = regexp.MustCompile(`<page width="([0-9.]+)"`)
	wordMark = regexp.MustCompile(`<word xMin="[0-9.]+" yMin="[0-9.]+" xMax="([0-9.]+)" ` +
		`yMax="[0-9.]+">(.*)</word>`)
)

// TestPDFWidth: nothing is cut off at the right: no word reaches into the margin.
func TestPDFWidth(t *testing.T) {
	const margin = 20 * 72 / 25.4 // 20 mm in points
	boxes := output(t, "pdftotext", "-bbox", madeFile(t, "go-usdt.pdf"), "-")
	number, words, width := 0, 0, 0.
	for line := range strings.Lines(boxes) {
		if match := pageMark.FindStringSubmatch(line); match != nil {
			number++
			width, _ = strconv.ParseFloat(match[1], 64)
		}
		match := wordMark.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		words++
		if right, err := strconv.ParseFloat(match[1], 64); err != nil || right > width-margin+1 {
			t.Errorf("page %d: %q reaches into the margin (%s of %.0f, %v)", number, match[2], match[1],
				width, err)
		}
	}
	if words == 0 {
		t.Error("found no words")
	}
}

// TestPDFContents: each chapter is on the page that the contents name.
func TestPDFContents(t *testing.T) {
	pages := strings.Split(output(t, "pdftotext", "-layout", madeFile(t, "go-usdt.pdf"), "-"), "\f")
	all := strings.Join(pages, "\n")
	for _, c := range testBook(t).chapters() {
		entry := regexp.MustCompile(`(?m)^ *` + regexp.QuoteMeta(c.title()) + ` ?\.{3,} *(\d+)$`)
		match := entry.FindStringSubmatch(all)
		if match == nil {
			t.Errorf("the contents lack %s", c.title())
			continue
		}
		number, err := strconv.Atoi(match[1])
		if err != nil || number > len(pages) {
			t.Fatalf("%s is said to be on page %s of %d", c.title(), match[1], len(pages))
		}
		begins := regexp.MustCompile(`(?m)^ *` + regexp.QuoteMeta(c.title()) + `$`)
		if !begins.MatchString(pages[number-1]) {
			t.Errorf("%s is not on page %d", c.title(), number)
		}
	}
}

// TestReproducible: the same pages give the same bytes again.
func TestReproducible(t *testing.T) {
	first, again := madeFile(t, ""), t.TempDir()
	if err := build(root, again, []string{"site", "epub", "pdf"}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(first, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		name, err := filepath.Rel(first, path)
		if err != nil {
			return err
		}
		was, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		is, err := os.ReadFile(filepath.Join(again, name))
		if err == nil && !bytes.Equal(was, is) {
			err = fmt.Errorf("%s is different when it is made again", name)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("compared %d files: %v", files, err)
	}
}
