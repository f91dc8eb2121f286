package main

import (
	"bytes"
	"html/template"
	"path/filepath"
)

// printed is what look/print.html shows.
type printed struct {
	Title, Authors, Date, Repository string
	Style                            template.CSS
	About, Text                      template.HTML
	Parts                            []printedPart
}

type printedPart struct {
	ID, Title string
	Chapters  []printedChapter
}

type printedChapter struct {
	ID, Title string
	Sections  []section
}

// writePDF writes all chapters to a file.
func writePDF(b *book, file string) error {
	html, err := b.print()
	if err != nil {
		return err
	}
	_, err = run(html, "weasyprint", "--quiet", "--encoding", "utf-8",
		"--base-url", filepath.Join(b.root, "docs")+"/", "-", file)
	return err
}

// print returns the page of HTML that becomes the PDF.
func (b *book) print() ([]byte, error) {
	layout, err := template.ParseFS(look, "look/print.html")
	if err != nil {
		return nil, err
	}
	style, err := look.ReadFile("look/print.css")
	if err != nil {
		return nil, err
	}
	day, err := date()
	if err != nil {
		return nil, err
	}
	about, err := toHTML(b.contents.version, b.about)
	if err != nil {
		return nil, err
	}
	text, err := toHTML(b.contents.version, b.one())
	if err != nil {
		return nil, err
	}
	shown := printed{
		Title: b.title, Authors: authors, Date: day, Repository: repository,
		Style: template.CSS(style), About: template.HTML(about), Text: template.HTML(text),
	}
	for _, p := range b.parts {
		shown.Parts = append(shown.Parts, printContents(p))
	}
	var html bytes.Buffer
	err = layout.Execute(&html, shown)
	return html.Bytes(), err
}

func printContents(p bookPart) printedPart {
	part := printedPart{ID: partID(p), Title: p.title}
	const shownLevel = 2
	for _, chapter := range p.chapters {
		c := printedChapter{ID: idInOne(chapter, ""), Title: chapter.title()}
		for _, h := range chapter.headings {
			if h.level == shownLevel {
				c.Sections = append(c.Sections, section{idInOne(chapter, h.id), h.text})
			}
		}
		part.Chapters = append(part.Chapters, c)
	}
	return part
}
