package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// figures is the directory of the figures of the book.
const figures = "docs/figures"

// style is what all figures have in common: dark on a light ground, which is their own, so that
// they can be read on any page. The font is a wide one: texts have room also in the font that a
// reader has in its place.
var style = []string{
	"-Gbgcolor=#fbfcfe", "-Gpad=0.2", "-Gfontname=DejaVu Sans", "-Gfontsize=11", "-Gfontcolor=#1d2229",
	"-Gcolor=#8a97a8", "-Nfontname=DejaVu Sans", "-Nfontsize=10", "-Nshape=box",
	"-Nstyle=filled,rounded", "-Nfillcolor=#e8f0fa", "-Ncolor=#4a6a91", "-Nfontcolor=#1d2229",
	"-Efontname=DejaVu Sans", "-Efontsize=9", "-Ecolor=#4a5666", "-Efontcolor=#3a4552",
	"-Earrowsize=0.7",
}

// drawFigures draws all figures that Graphviz has descriptions of.
func drawFigures(root string) error {
	sources, err := filepath.Glob(filepath.Join(root, figures, "*.dot"))
	if err != nil {
		return err
	}
	for _, source := range sources {
		description, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		svg, err := run(description, "dot", append([]string{"-Tsvg"}, style...)...)
		if err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
		begin := bytes.Index(svg, []byte("<svg"))
		if begin < 0 {
			return fmt.Errorf("%s: Graphviz has written no SVG", source)
		}
		svg = bytes.ReplaceAll(svg, []byte(`"DejaVu Sans"`), []byte(`"DejaVu Sans,Verdana,sans-serif"`))
		content := append([]byte(madeOf(source, description)+"\n"), svg[begin:]...)
		if err := os.WriteFile(drawing(source), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// drawing returns the file of the picture that is made of a description.
func drawing(source string) string { return strings.TrimSuffix(source, ".dot") + ".svg" }

// madeOf returns the comment by which a picture says what it was made of: the description and the
// style.
func madeOf(source string, description []byte) string {
	hash := sha256.New()
	hash.Write([]byte(strings.Join(style, "\n") + "\n"))
	hash.Write(description)
	return fmt.Sprintf("<!-- drawn by make figures from %s, sha256 %x -->", filepath.Base(source),
		hash.Sum(nil))
}
