package main

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// addresses says how a format addresses the chapters and their sections. The section "" is the
// whole chapter.
type addresses func(chapter *page, section string) string

// adapt returns the blocks of a page as a format with such addresses wants them.
func (b *book) adapt(p *page, address addresses) []any {
	blocks := clone(p.blocks).([]any)
	walk(blocks, func(kind string, e element) {
		switch kind {
		case "RawBlock", "RawInline": // comments, which are for those who edit the page
			setPart(e, 1, "")
		case "Link":
			file, _, _ := strings.Cut(target(e), "#")
			if chapter := b.chapter(p, file); chapter != nil && plain(e["c"]) == file {
				setPart(e, 1, str(chapter.title())) // a reader of the book sees no files
			}
			setTarget(e, b.resolve(p, target(e), address))
		case "CodeBlock":
			adaptCode(e)
		case "Table":
			become(e, adaptTable(e))
		}
	})
	return blocks
}

// resolve returns where a link of a page leads in a format: to a chapter, or to a file in the
// repository, or to where it led.
func (b *book) resolve(p *page, to string, address addresses) string {
	if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
		return to
	}
	file, section, _ := strings.Cut(to, "#")
	name := path.Join(path.Dir(p.path), file)
	if chapter := b.chapter(p, file); chapter != nil {
		return address(chapter, section)
	}
	kind := "blob"
	if info, err := os.Stat(filepath.Join(b.root, name)); err == nil && info.IsDir() {
		kind = "tree"
	}
	to = repository + "/" + kind + "/main/" + name
	if section != "" {
		to += "#" + section
	}
	return to
}

// chapter returns the chapter, or the contents, that a file is of to which a page has a link. With
// "" that is the page itself. If it is another file it returns nil.
func (b *book) chapter(p *page, file string) *page {
	if file == "" {
		return p
	}
	for _, chapter := range append(b.chapters(), b.contents) {
		if chapter.path == path.Join(path.Dir(p.path), file) {
			return chapter
		}
	}
	return nil
}

// one returns all chapters as one page, for EPUB and PDF. Parts are of the first level, chapters of
// the second. Identifiers begin with the name of the chapter.
func (b *book) one() (blocks []any) {
	for _, p := range b.parts {
		blocks = append(blocks, newElement("Header", []any{1, attributes(partID(p)), str(p.title)}))
		for _, chapter := range p.chapters {
			blocks = append(blocks, b.below(chapter)...)
		}
	}
	return blocks
}

func partID(p bookPart) string {
	return "part-" + strings.ToLower(strings.ReplaceAll(p.title, " ", "-"))
}

// below returns the blocks of a chapter one level below, for a page that does not scroll sideways.
func (b *book) below(chapter *page) []any {
	blocks := b.adapt(chapter, func(to *page, section string) string {
		if to == b.contents {
			return repository + "#readme"
		}
		return "#" + idInOne(to, section)
	})
	walk(blocks, func(kind string, e element) {
		switch kind {
		case "Table":
			fitTable(e)
		case "Header":
			setPart(e, 0, int(part[float64](e, 0))+1)
			setPart(e, 1, attributes(idInOne(chapter, headerID(e))))
		}
	})
	return blocks
}

func idInOne(chapter *page, section string) string {
	if section == "" || len(chapter.headings) > 0 && section == chapter.headings[0].id {
		return chapter.name()
	}
	return chapter.name() + "--" + section
}
