package main

import (
	"bytes"
	"fmt"
	"html/template"
	"os"
	"strings"
)

// drawCover draws the cover of the EPUB as a PNG.
func drawCover(title, file string) error {
	layout, err := template.ParseFS(look, "look/cover.svg")
	if err != nil {
		return err
	}
	var lines []string // a word each: the title is short
	for word := range strings.FieldsSeq(title) {
		lines = append(lines, word)
	}
	var svg bytes.Buffer
	if err := layout.Execute(&svg, map[string]any{"Lines": lines, "Authors": authors}); err != nil {
		return err
	}
	png, err := run(svg.Bytes(), "rsvg-convert", "--format=png")
	if err != nil {
		return fmt.Errorf("draw the cover: %w", err)
	}
	return os.WriteFile(file, png, 0o600)
}
