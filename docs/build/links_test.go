package main

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLinks: on a code host, each link of each page leads to a file that is there and to a heading
// that it has.
func TestLinks(t *testing.T) {
	pages := make(map[string]*page)
	for _, p := range allPages(t) {
		pages[p.path] = p
	}
	links := 0
	for _, p := range pages {
		walk(p.blocks, func(kind string, e element) {
			if kind != "Link" {
				return
			}
			links++
			if fault := faultOf(pages, p, target(e)); fault != "" {
				t.Errorf("%s: the link %s: %s", p.path, target(e), fault)
			}
		})
	}
	if links == 0 {
		t.Error("found no links")
	}
}

// faultOf says what is wrong with a link of a page.
func faultOf(pages map[string]*page, p *page, to string) string {
	parsed, err := url.Parse(to)
	switch {
	case err != nil:
		return err.Error()
	case parsed.Scheme == "https" || parsed.Scheme == "mailto":
		return "" // pages of others are not asked
	case parsed.Scheme != "" || strings.HasPrefix(to, "/"):
		return "it is neither https nor relative"
	}
	name := p.path
	if parsed.Path != "" {
		name = path.Join(path.Dir(p.path), parsed.Path)
	}
	if _, err := os.Stat(filepath.Join(root, name)); err != nil {
		return err.Error()
	}
	if to, isPage := pages[name]; isPage && parsed.Fragment != "" {
		for _, h := range to.headings {
			if h.id == parsed.Fragment {
				return ""
			}
		}
		return name + " has no such heading"
	}
	return ""
}

func TestFaultOf(t *testing.T) {
	p := &page{path: "docs/usdt.md", headings: []heading{{1, "usdt", "usdt"}}}
	pages := map[string]*page{p.path: p}
	for to, isFault := range map[string]bool{
		"#usdt": false, "usdt.md#usdt": false, "../stapsdt": false, "https://go.dev": false,
		"#other": true, "usdt.md#other": true, "other.md": true, "http://go.dev": true, "/docs": true,
	} {
		if fault := faultOf(pages, p, to); (fault != "") != isFault {
			t.Errorf("%s: %q", to, fault)
		}
	}
}

// TestOneLinks: in the formats that have all chapters in one, each link leads somewhere, and no
// two sections have the same identifier.
func TestOneLinks(t *testing.T) {
	blocks := testBook(t).one()
	ids := make(map[string]bool)
	walk(blocks, func(kind string, e element) {
		if kind == "Header" {
			if ids[headerID(e)] {
				t.Errorf("two sections are called %s", headerID(e))
			}
			ids[headerID(e)] = true
		}
	})
	walk(blocks, func(kind string, e element) {
		if kind != "Link" {
			return
		}
		id, inside := strings.CutPrefix(target(e), "#")
		if inside && !ids[id] || !inside && !strings.Contains(target(e), ":") {
			t.Errorf("a link leads to %s, which is not in the book", target(e))
		}
	})
}

// TestSiteLinks: in the site, all that pages refer to is there.
func TestSiteLinks(t *testing.T) {
	if *built == "" {
		t.Skip("make test-docs says where the site is")
	}
	files, err := filepath.Glob(filepath.Join(*built, "site", "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d pages, %v", len(files), err)
	}
	pages := make(map[string]string)
	for _, file := range files {
		html, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pages[filepath.Base(file)] = string(html)
	}
	reference := regexp.MustCompile(` (?:href|src)="([^"]+)"`)
	for name, html := range pages {
		for _, match := range reference.FindAllStringSubmatch(html, -1) {
			file, id, _ := strings.Cut(match[1], "#")
			if strings.Contains(file, ":") {
				continue
			}
			if file == "" {
				file = name
			}
			other, isPage := pages[file]
			if id != "" && !strings.Contains(other, ` id="`+id+`"`) {
				t.Errorf("%s: %s: no such place", name, match[1])
			}
			if _, err := os.Stat(filepath.Join(*built, "site", file)); !isPage && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
