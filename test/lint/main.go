// Lint finds lines of more than 100 columns in Go, C, assembly, shell scripts, Makefiles and
// Markdown, below the current directory. A tab is one column.
//
// A line may be longer if it cannot be broken: a single word, and in Markdown a heading, a row of
// a table, a block of code, a comment and a line with a link.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const columns = 100

func main() {
	found, err := lint(os.DirFS("."))
	for _, line := range found {
		fmt.Println(line)
	}
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("%d lines have more than %d columns", len(found), columns)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
}

// lint returns where the lines are that are too long.
func lint(root fs.FS) (found []string, err error) {
	files := 0
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && generated(path):
			return fs.SkipDir
		case d.IsDir() || !checked(d.Name()):
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		files++
		for _, l := range tooLong(string(text), filepath.Ext(path) == ".md") {
			found = append(found, fmt.Sprintf("%s:%d: %d columns", path, l.number, l.columns))
		}
		return nil
	})
	if err == nil && files == 0 {
		err = errors.New("found no files")
	}
	return found, err
}

// generated says whether a directory holds what git does not keep.
func generated(path string) bool {
	return path == ".git" || path == "build" || path == "vendor_c/build" || path == ".vagrant"
}

func checked(name string) bool {
	switch filepath.Ext(name) {
	case ".go", ".c", ".h", ".s", ".S", ".sh", ".md":
		return true
	}
	return name == "Makefile"
}

type line struct{ number, columns int }

func tooLong(text string, markdown bool) (found []line) {
	inBlock := false
	number := 0
	for content := range strings.Lines(text) {
		number++
		content = strings.TrimRight(content, "\n")
		if markdown {
			if strings.HasPrefix(strings.TrimSpace(content), "```") {
				inBlock = !inBlock
			}
			if inBlock || unbroken(content) {
				continue
			}
		}
		if n := utf8.RuneCountInString(content); n > columns && !oneWord(content) {
			found = append(found, line{number, n})
		}
	}
	return found
}

// unbroken says whether a line of Markdown must stay one: a heading, a row of a table, indented
// code, a comment, by which test/docs is told something, or a link.
func unbroken(content string) bool {
	return strings.HasPrefix(content, "#") || strings.HasPrefix(content, "|") ||
		strings.HasPrefix(content, "    ") || strings.HasPrefix(content, "<!-- ") ||
		strings.Contains(content, "](") ||
		strings.Contains(content, "]: ")
}

// oneWord says whether a line has nothing but one word, apart from the mark of a comment.
func oneWord(content string) bool {
	words := strings.Fields(content)
	return len(words) == 1 || len(words) == 2 && len(words[0]) <= len("//")
}
