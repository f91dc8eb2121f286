package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// writeEPUB writes all chapters to a file in EPUB 3.
func writeEPUB(b *book, file string) error {
	temporary, err := os.MkdirTemp("", "epub")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	day, err := date()
	if err != nil {
		return err
	}
	metadata, err := json.Marshal(map[string]string{
		"title": b.title, "author": authors, "lang": "en-US", "date": day, "identifier": repository,
		"rights": "MIT license", "description": plain(b.about),
	})
	if err != nil {
		return err
	}
	style, cover := filepath.Join(temporary, "epub.css"), filepath.Join(temporary, "cover.png")
	described := filepath.Join(temporary, "metadata.json")
	if err := drawCover(b.title, cover); err != nil {
		return err
	}
	css, err := look.ReadFile("look/epub.css")
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{style: css, described: metadata} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
	document, err := pandocJSON(b.contents.version, b.one())
	if err != nil {
		return err
	}
	_, err = run(document, "pandoc", "-f", "json", "-t", "epub3", "-o", file,
		"--resource-path="+filepath.Join(b.root, "docs"), "--metadata-file="+described,
		"--css="+style, "--epub-cover-image="+cover, "--toc", "--toc-depth=3",
		"--epub-chapter-level=2", "--wrap=preserve")
	if err != nil {
		return err
	}
	return forgetTimes(file)
}
