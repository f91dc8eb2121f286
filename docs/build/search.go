package main

import (
	"encoding/json"
)

// sectionText is a section as the search knows it.
type sectionText struct {
	Page    string `json:"page"` // the address, with the section
	Chapter string `json:"chapter"`
	Title   string `json:"title"`
	Text    string `json:"text"`
}

// searchIndex returns a script that has the texts of all sections. A page loads it when somebody
// searches: from a file, a page may load scripts and nothing else.
func (b *book) searchIndex() ([]byte, error) {
	var all []sectionText
	for _, chapter := range b.chapters() {
		all = append(all, b.sections(chapter)...)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	return append(append([]byte("searchIndex("), text...), ")\n"...), nil
}

// sections cuts a chapter at all its headings.
func (b *book) sections(chapter *page) (all []sectionText) {
	current := sectionText{Page: b.inSite(chapter, ""), Chapter: chapter.title()}
	for _, block := range chapter.blocks {
		e := block.(element)
		if e["t"] != "Header" {
			current.Text += plain(block) + "\n"
			continue
		}
		if current.Title != "" {
			all = append(all, current)
		}
		current.Title, current.Text = plain(part[[]any](e, 2)), ""
		if part[float64](e, 0) > 1 {
			current.Page = b.inSite(chapter, headerID(e))
		}
	}
	return append(all, current)
}
