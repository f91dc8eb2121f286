//go:build linux && (amd64 || arm64)

package browser

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var bookFlag = flag.String("book", "", "the `directory` of the site of docs/, absolute")

// openBook opens a page of the book's site from its file, and returns the address of its directory.
func openBook(t *testing.T, name string) (b *tab, site string) {
	t.Helper()
	if *bookFlag == "" {
		t.Skip("make test-docs says where the site of the book is")
	}
	b, site = openTab(t), "file://"+filepath.ToSlash(*bookFlag)+"/"
	b.open(site + name)
	return b, site
}

const chapterLinks = `return [...document.querySelectorAll('#contents a')].
	map((a) => a.getAttribute('href'))`

// TestBookLooks: no page of the book asks for anything but the site, complains, is wider than the
// screen, or has too little contrast, in light and dark.
func TestBookLooks(t *testing.T) {
	b, site := openBook(t, "index.html")
	pages := append(eval[[]string](b, chapterLinks), "index.html")
	if len(pages) < 10 {
		t.Errorf("the contents have only %s", pages)
	}
	grounds := make(map[string]string)
	for _, page := range pages {
		for _, scheme := range []string{"light", "dark"} {
			b.prefer(scheme)
			b.open(site + page)
			for name, size := range map[string][2]int{"wide": {1400, 1000}, "narrow": {320, 900}} {
				b.resize(size[0], size[1])
				b.checkFrom(site)
				b.screenshot(strings.Join([]string{"book", page, scheme, name}, "-"))
			}
			if faint := eval[[]string](b, contrasts); len(faint) > 0 {
				t.Errorf("%s, %s: too little contrast: %s", page, scheme, strings.Join(faint, "; "))
			}
			grounds[scheme] = eval[string](b, `return getComputedStyle(document.body).backgroundColor`)
		}
	}
	if grounds["light"] == grounds["dark"] {
		t.Errorf("dark is as light: %s", grounds["dark"])
	}
}

// TestBookSearch: keys are enough to find a section and to go there.
func TestBookSearch(t *testing.T) {
	const enter, escape = "\ue007", "\ue00c"
	const first = `const a = document.querySelector('#found:not([hidden]) a');
		return a ? a.innerText : ''`
	b, site := openBook(t, "usdt.html")
	b.keys("/")
	b.keys("uninterruptible grace")
	wait(b, "No section has this.", `return document.querySelector('#found [role=status]').innerText`)
	b.keys(escape)
	wait(b, true, `return document.getElementById('found').hidden`)
	b.keys("/")
	b.keys("who MAY import") // as it is in no other section
	wait(b, "Architecture: Who may import whom", first)
	b.screenshot("book-search")
	if marked := eval[[]string](b, `return [...document.querySelectorAll('#found mark')].
		map((m) => m.innerText.toLowerCase())`); !slices.Contains(marked, "import") {
		t.Errorf("the words are not marked, but %q", marked)
	}
	b.keys(enter)
	wait(b, site+"architecture.html#who-may-import-whom", `return location.href`)
	b.checkFrom(site)
}

// TestBookKeyboard: the first things that Tab reaches lead to the text and to other pages, have
// names, and show that they have the focus.
func TestBookKeyboard(t *testing.T) {
	const tabKey = "\ue004"
	b, _ := openBook(t, "usdt.html")
	b.resize(1400, 1000)
	var names []string
	for range 4 {
		b.keys(tabKey)
		names = append(names, eval[string](b, `const e = document.activeElement;
			return e.getAttribute('aria-label') || e.innerText`))
		if eval[string](b, `return getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			t.Errorf("%s: the focus is not seen", names[len(names)-1])
		}
	}
	want := []string{"To the text", b.text(".book"), "Search the book", "Source"}
	if !slices.Equal(names, want) {
		t.Errorf("Tab reaches %q, want %q", names, want)
	}
}

// TestBookWithoutScript: without a script a page has its text and its ways to others, and no
// search.
func TestBookWithoutScript(t *testing.T) {
	b, _ := openBook(t, "index.html")
	chapters := eval[[]string](b, chapterLinks)
	b.cdp("Emulation.setScriptExecutionDisabled", map[string]bool{"value": true})
	b.do("POST", "/refresh", nil, none{})
	if len(chapters) == 0 || !strings.Contains(b.text("main"), b.text("main h1")) {
		t.Errorf("the page has %d chapters and the text\n%s", len(chapters), b.text("main"))
	}
	if !eval[bool](b, `return document.getElementById('search').hidden`) {
		t.Error("there is a search that does nothing")
	}
	b.click(`main a[href="usdt.html"]`)
	wait(b, true, `return location.href.endsWith('/usdt.html')`)
}

// TestBookPrint: on paper a page is its text.
func TestBookPrint(t *testing.T) {
	b, _ := openBook(t, "usdt.html")
	b.cdp("Emulation.setEmulatedMedia", map[string]any{"media": "print"})
	seen := eval[[]string](b, `return [...document.querySelectorAll('header, nav, main')].
		filter((e) => e.getClientRects().length > 0).map((e) => e.tagName)`)
	if want := []string{"MAIN"}; !slices.Equal(seen, want) {
		t.Errorf("printed are %q, want %q", seen, want)
	}
}
