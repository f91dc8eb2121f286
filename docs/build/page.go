package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
)

// page is a page of Markdown.
type page struct {
	path     string // from the module's directory, with slashes: docs/usdt.md
	blocks   []any
	version  any // of Pandoc's JSON
	headings []heading
}

type heading struct {
	level    int
	id, text string // id is as on a code host
}

// readPage reads the page at a path in the module's directory, root.
func readPage(root, path string) (*page, error) {
	output, err := run(nil, "pandoc", "-f", "gfm", "-t", "json", filepath.Join(root, path))
	if err != nil {
		return nil, err
	}
	return parsePage(path, output)
}

// parsePage makes a page of Pandoc's JSON.
func parsePage(path string, document []byte) (*page, error) {
	var parsed struct {
		Version any   `json:"pandoc-api-version"`
		Blocks  []any `json:"blocks"`
	}
	if err := json.Unmarshal(document, &parsed); err != nil {
		return nil, fmt.Errorf("%s: read Pandoc's JSON: %w", path, err)
	}
	p := &page{path: path, blocks: parsed.Blocks, version: parsed.Version}
	walk(p.blocks, func(kind string, e element) {
		if kind == "Header" {
			p.headings = append(p.headings, heading{
				int(part[float64](e, 0)), headerID(e), plain(part[[]any](e, 2)),
			})
		}
	})
	return p, nil
}

func headerID(e element) string { return part[[]any](e, 1)[0].(string) }

// title returns the page's first heading.
func (p *page) title() string {
	if len(p.headings) == 0 {
		return ""
	}
	return p.headings[0].text
}

// name returns what the page is called in addresses: the name of its file.
func (p *page) name() string {
	return strings.TrimSuffix(filepath.Base(p.path), ".md")
}

// plain returns the text of a tree without its marks.
func plain(tree any) string {
	var text strings.Builder
	walk(tree, func(kind string, e element) {
		switch kind {
		case "Str":
			text.WriteString(e["c"].(string))
		case "Space", "SoftBreak", "LineBreak":
			text.WriteByte(' ')
		case "Code", "CodeBlock":
			text.WriteString(part[string](e, 1))
			if kind == "CodeBlock" {
				text.WriteByte('\n')
			}
		case "Para", "Plain", "Header":
			text.WriteByte('\n')
		}
	})
	return strings.TrimSpace(text.String())
}

// pandocJSON returns blocks as Pandoc reads them.
func pandocJSON(version any, blocks []any) ([]byte, error) {
	return json.Marshal(map[string]any{
		"pandoc-api-version": version, "meta": map[string]any{}, "blocks": blocks,
	})
}

// toHTML returns blocks as a part of a page of HTML.
func toHTML(version any, blocks []any) (string, error) {
	document, err := pandocJSON(version, blocks)
	if err != nil {
		return "", err
	}
	html, err := run(document, "pandoc", "-f", "json", "-t", "html5", "--wrap=preserve")
	return string(html), err
}
