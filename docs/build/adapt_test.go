package main

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read returns a page with a text.
func read(t *testing.T, path, text string) *page {
	t.Helper()
	needTools(t)
	document, err := run([]byte(text), "pandoc", "-f", "gfm", "-t", "json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsePage(path, document)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// smallBook returns a book of two chapters.
func smallBook(t *testing.T) *book {
	t.Helper()
	return &book{
		root: root, contents: read(t, contentsPath, "# All\n"), title: "All",
		parts: []bookPart{{"Use", []*page{
			read(t, "docs/first.md", "# First\n\nSee [more](#more), [second.md](second.md#b-c), "+
				"[code](../stapsdt), [a file](../go.mod), [all](README.md).\n\n## More\n\nText.\n"),
			read(t, "docs/second.md", "# Second\n\n## `b` c\n\n<!-- not for readers -->\n"),
		}}},
	}
}

func TestAddresses(t *testing.T) {
	b := smallBook(t)
	links := func(blocks any) (all []string) {
		walk(blocks, func(kind string, e element) {
			if kind == "Link" {
				all = append(all, plain(part[any](e, 1))+" "+target(e))
			}
		})
		return all
	}
	elsewhere := []string{
		"code " + repository + "/tree/main/stapsdt", "a file " + repository + "/blob/main/go.mod",
	}
	for name, test := range map[string]struct{ got, want []string }{
		"site": {
			links(b.adapt(b.parts[0].chapters[0], b.inSite)),
			append(append([]string{"more first.html#more", "Second second.html#b-c"}, elsewhere...),
				"all index.html"),
		},
		"one": {
			links(b.one()),
			append(append([]string{"more #first--more", "Second #second--b-c"}, elsewhere...),
				"all "+repository+"#readme"),
		},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: links (-want +got):\n%s", name, diff)
		}
	}
}

func TestOne(t *testing.T) {
	b := smallBook(t)
	html, err := toHTML(b.contents.version, b.one())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<h1 id="part-use">Use</h1>`, `<h2 id="first">First</h2>`,
		`<h3 id="first--more">More</h3>`, `<h3 id="second--b-c"><code>b</code> c</h3>`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("lacks %s:\n%s", want, html)
		}
	}
	if strings.Contains(html, "not for readers") {
		t.Errorf("has a comment:\n%s", html)
	}
}

func TestConsole(t *testing.T) {
	const text = "$ usdt list \\\n  -p 1\na <b>\n# usdt's\n$ bpftrace -e '\n  a\"\\\n'\nb"
	const want = `<pre class="console whole"><code><b>$ usdt list \</b>
<b>  -p 1</b>
a &lt;b&gt;
# usdt&#39;s
<b>$ bpftrace -e &#39;</b>
<b>  a&#34;\</b>
<b>&#39;</b>
b</code></pre>`
	if diff := cmp.Diff(want, console(text, "console whole")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestShares(t *testing.T) {
	for name, test := range map[string]struct {
		columns []column
		want    []float64
	}{
		"room for all":   {[]column{{4, 24}, {4, 48}}, []float64{0.25, 0.5}},
		"room for words": {[]column{{24, 24}, {24, 72}, {24, 72}}, []float64{0.25, 0.375, 0.375}},
		"no room":        {[]column{{96, 96}, {32, 300}}, []float64{0.75, 0.25}},
		"exactly":        {[]column{{48, 48}, {48, 48}}, []float64{0.5, 0.5}},
	} {
		got := shares(test.columns)
		for i := range test.want {
			if math.Abs(got[i]-test.want[i]) > 1e-9 {
				t.Errorf("%s: got %v, want %v", name, got, test.want)
			}
		}
	}
}

func TestColumnsOf(t *testing.T) {
	p := read(t, "docs/a.md", "| a | b |\n|---|---|\n| one two | `x` |\n| 1 | abcdefgh |\n")
	var got []column
	walk(p.blocks, func(kind string, e element) {
		if kind == "Table" {
			got = columnsOf(e)
		}
	})
	want := []column{{3 + 3, 7 + 3}, {8 + 3, 8 + 3}} // with margins
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSections(t *testing.T) {
	b := smallBook(t)
	got := b.sections(b.parts[0].chapters[0])
	want := []sectionText{
		{"first.html", "First", "First", "See more, second.md, code, a file, all.\n"},
		{"first.html#more", "First", "More", "Text.\n"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
}
