package main

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed look
var look embed.FS

// chapterPage is what look/page.html shows.
type chapterPage struct {
	Book       string
	Repository string
	Title      string
	Name       string // of the file, without .html
	Source     string // the page of Markdown
	Text       template.HTML
	Parts      []contentsPart
	Sections   []section
	Previous   *contentsEntry
	Next       *contentsEntry
}

type contentsPart struct {
	Title    string
	Chapters []contentsEntry
}

type contentsEntry struct{ Name, Title string }

type section struct{ ID, Title string }

// inSite returns the address of a section in the site, which has a file for each chapter.
func (b *book) inSite(chapter *page, section string) string {
	address := b.siteName(chapter) + ".html"
	if section != "" {
		address += "#" + section
	}
	return address
}

func (b *book) siteName(p *page) string {
	if p == b.contents {
		return "index"
	}
	return p.name()
}

// writeSite writes the site to a directory, which it makes anew.
func writeSite(b *book, directory string) error {
	if err := os.RemoveAll(directory); err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	layout, err := template.ParseFS(look, "look/page.html")
	if err != nil {
		return err
	}
	pages := append([]*page{b.contents}, b.chapters()...)
	for i, p := range pages {
		if err := b.writeChapter(layout, pages, i, directory); err != nil {
			return err
		}
		if err := b.copyImages(p, directory); err != nil {
			return err
		}
	}
	return b.writeShared(directory)
}

// writeShared writes what all pages of the site have in common.
func (b *book) writeShared(directory string) error {
	index, err := b.searchIndex()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(directory, "index.js"), index, 0o644); err != nil {
		return err
	}
	for _, name := range []string{"search.js", "site.css"} {
		content, err := look.ReadFile("look/" + name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(directory, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeChapter writes the i-th of all pages.
func (b *book) writeChapter(
	layout *template.Template, pages []*page, i int, directory string,
) error {
	p := pages[i]
	text, err := toHTML(p.version, b.adapt(p, b.inSite))
	if err != nil {
		return err
	}
	shown := chapterPage{
		Book: b.title, Repository: repository, Title: p.title(), Name: b.siteName(p), Source: p.path,
		Text: template.HTML(text), Parts: b.entries(),
	}
	const shownLevel = 2
	for _, h := range p.headings {
		if h.level == shownLevel && p != b.contents {
			shown.Sections = append(shown.Sections, section{h.id, h.text})
		}
	}
	if i > 0 {
		shown.Previous = &contentsEntry{b.siteName(pages[i-1]), pages[i-1].title()}
	}
	if i+1 < len(pages) {
		shown.Next = &contentsEntry{b.siteName(pages[i+1]), pages[i+1].title()}
	}
	var html bytes.Buffer
	if err := layout.Execute(&html, shown); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, shown.Name+".html"), html.Bytes(), 0o644)
}

func (b *book) entries() (all []contentsPart) {
	for _, p := range b.parts {
		part := contentsPart{Title: p.title}
		for _, c := range p.chapters {
			part.Chapters = append(part.Chapters, contentsEntry{c.name(), c.title()})
		}
		all = append(all, part)
	}
	return all
}

// copyImages copies the images that a page shows, which are in docs/ or below.
func (b *book) copyImages(p *page, directory string) error {
	for _, image := range p.images() {
		from := path.Join(path.Dir(p.path), image)
		content, err := fs.ReadFile(os.DirFS(b.root), from)
		if err != nil {
			return err
		}
		to := filepath.Join(directory, filepath.FromSlash(image))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// images returns where the files are that a page shows, from its own directory.
func (p *page) images() (files []string) {
	walk(p.blocks, func(kind string, e element) {
		if kind == "Image" && !strings.Contains(target(e), "://") {
			files = append(files, target(e))
		}
	})
	return files
}
