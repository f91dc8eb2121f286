package main

import (
	"fmt"
	"path"
)

// contentsPath is the page that has the title of the book, what it is about, and the parts: for
// each a heading of the second level, and a list of links to its chapters.
const contentsPath = "docs/README.md"

type book struct {
	root     string
	contents *page
	title    string
	about    []any // blocks before the first part
	parts    []bookPart
}

type bookPart struct {
	title    string
	chapters []*page
}

// chapters returns the chapters of all parts.
func (b *book) chapters() (all []*page) {
	for _, p := range b.parts {
		all = append(all, p.chapters...)
	}
	return all
}

// readBook reads the contents and all chapters.
func readBook(root string) (*book, error) {
	contents, err := readPage(root, contentsPath)
	if err != nil {
		return nil, err
	}
	b := &book{root: root, contents: contents, title: contents.title()}
	for _, block := range contents.blocks {
		if err := b.add(block.(element)); err != nil {
			return nil, err
		}
	}
	if len(b.chapters()) == 0 {
		return nil, fmt.Errorf("%s has no parts with lists of chapters", contentsPath)
	}
	return b, nil
}

// add adds what a block of the contents says.
func (b *book) add(block element) error {
	const partLevel = 2
	switch kind := block["t"]; {
	case kind == "Header" && part[float64](block, 0) == partLevel:
		b.parts = append(b.parts, bookPart{title: plain(part[[]any](block, 2))})
	case len(b.parts) == 0 && kind != "Header":
		b.about = append(b.about, block)
	case kind == "BulletList" && len(b.parts) > 0:
		for _, item := range block["c"].([]any) {
			chapter, err := readPage(b.root, path.Join(path.Dir(contentsPath), firstLink(item)))
			if err != nil {
				return fmt.Errorf("%s: read the chapter %q: %w", contentsPath, plain(item), err)
			}
			last := &b.parts[len(b.parts)-1]
			last.chapters = append(last.chapters, chapter)
		}
	}
	return nil
}

// firstLink returns where the first link in a tree leads.
func firstLink(tree any) (to string) {
	walk(tree, func(kind string, e element) {
		if kind == "Link" && to == "" {
			to = target(e)
		}
	})
	return to
}
