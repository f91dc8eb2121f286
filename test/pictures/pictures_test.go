//go:build linux

package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const root = "../.."

var pid = regexp.MustCompile(`-p (\d+|PID)`)

// TestPictures checks that the pictures show the recordings of this program, and need nothing from
// elsewhere.
func TestPictures(t *testing.T) {
	for _, s := range recordings {
		t.Run(s.picture, func(t *testing.T) {
			picture, err := os.ReadFile(filepath.Join(root, "docs/figures", s.picture))
			if err != nil {
				t.Fatal(err)
			}
			lines := read(t, string(picture))
			shown := pid.ReplaceAllString(strings.Join(lines, "\n"), "-p PID")
			for _, step := range s.steps {
				if !strings.Contains(shown, "$ "+step.command+"\n") {
					t.Errorf("it does not show %s: make pictures draws it", step.command)
				}
			}
			if !strings.Contains(shown, "p99") {
				t.Errorf("it has no end:\n%s", shown)
			}
		})
	}
}

// read returns the lines of text in a picture, which must be well-formed.
func read(t *testing.T, picture string) (lines []string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(picture))
	for text := false; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "text" {
				lines, text = append(lines, ""), true
			}
		case xml.EndElement:
			text = text && token.Name.Local != "text"
		case xml.CharData:
			if text {
				lines[len(lines)-1] += string(token)
			}
		}
	}
	for _, no := range []string{"href", "url(", "@import", "<script", "src=", "<foreignObject"} {
		if strings.Contains(picture, no) {
			t.Errorf("the picture has %q, but must need nothing from elsewhere", no)
		}
	}
	return append(lines, "")
}

// TestPages checks that pages have the commands that the pictures show.
func TestPages(t *testing.T) {
	var pages strings.Builder
	for _, path := range []string{"README.md", "docs/usdt.md"} {
		page, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		pages.WriteString(pid.ReplaceAllString(string(page), "-p PID"))
	}
	for _, s := range recordings {
		if !strings.Contains(pages.String(), "](docs/figures/"+s.picture+")") {
			t.Errorf("README.md does not show %s", s.picture)
		}
		for _, step := range s.steps {
			if !strings.Contains(pages.String(), step.command) {
				t.Errorf("no page has %s", step.command)
			}
		}
	}
}

// TestSVG draws lines of which some have scrolled away.
func TestSVG(t *testing.T) {
	s := recording{title: "<a> & b", columns: 10, rows: 2}
	want := []string{"$ a 'b' | c", "<&>", "   7 |@@ |"}
	lines := []line{{text: want[0]}, {at: time.Second, text: want[1]}, {text: ""},
		{at: 2 * time.Second, text: want[2]}}
	picture := svg(s, lines)
	if got := read(t, picture); strings.Join(got, "\n") != strings.Join(append(want, ""), "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, has := range []string{`<tspan class="bar">@@ </tspan>`, "<title>&lt;a&gt; &amp; b</title>",
		"translate(0 -38)", "16.67% { visibility: visible }",
		"33.33% { transform: translate(0, -38px) }"} {
		if !strings.Contains(picture, has) {
			t.Errorf("it lacks %s:\n%s", has, picture)
		}
	}
}

// TestTerminal runs a command that prints more than a row, and one that Ctrl-C ends.
func TestTerminal(t *testing.T) {
	terminal := &terminal{columns: 10, begun: time.Now(), environ: os.Environ()}
	for command, limit := range map[string]int{"echo 1234567890a": 0, "yes": 2} {
		if err := terminal.run(command, limit); limit == 0 && err != nil {
			t.Fatal(err)
		}
	}
	var shown []string
	for _, l := range terminal.lines {
		shown = append(shown, l.text)
	}
	all := strings.Join(shown, "\n") + "\n"
	for _, part := range []string{"$ echo 123\n4567890a\n1234567890\na\n", "$ yes\ny\ny\n", "^C"} {
		if !strings.Contains(all, part) {
			t.Errorf("%q is not shown: %q", part, all[:min(len(all), 200)])
		}
	}
}
