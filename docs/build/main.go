// Build makes the book of docs/: a site, an EPUB and a PDF. It is run in the directory of the
// module, by make docs:
//
//	go run ./docs/build [-o DIRECTORY] [site] [epub] [pdf]
//	go run ./docs/build figures
//
// Without a name it makes the three formats. figures draws docs/figures/*.svg anew from the
// descriptions beside them, for Graphviz; the pictures are committed.
//
// The order of the chapters is in docs/README.md alone. Pandoc reads Markdown and writes HTML and
// EPUB, WeasyPrint writes PDF. The same commit gives the same bytes: dates are those of the commit.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// repository is where the files are that are not chapters: links to them lead there.
const repository = "https://github.com/go-usdt/usdt"

// formats are what can be made: the file, and what writes it.
var formats = map[string]struct {
	file  string
	write func(b *book, file string) error
}{
	"site": {"site", writeSite}, "epub": {"go-usdt.epub", writeEPUB}, "pdf": {"go-usdt.pdf", writePDF},
}

const authors = "the go-usdt authors"

func main() {
	out := flag.String("o", "build/docs", "the `directory` to write to")
	flag.Parse()
	names := flag.Args()
	if len(names) == 0 {
		names = []string{"site", "epub", "pdf"}
	}
	if err := build(".", *out, names); err != nil {
		fmt.Fprintln(os.Stderr, "docs/build:", err)
		os.Exit(1)
	}
}

// build makes what is named from the module in a directory.
func build(root, out string, names []string) error {
	if slices.Equal(names, []string{"figures"}) {
		return drawFigures(root)
	}
	if err := useDateOfCommit(root); err != nil {
		return err
	}
	book, err := readBook(root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		format, ok := formats[name]
		if !ok {
			return fmt.Errorf("%s is unknown: give site, epub, pdf, or figures alone", name)
		}
		if err := format.write(book, filepath.Join(out, format.file)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
