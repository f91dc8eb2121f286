package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// An edit replaces lines of a page, from first on.
type edit struct {
	first, count int
	lines        []string
}

// updatable says whether a page has all that a command prints.
func updatable(b *block, c *command) bool {
	return !b.excerpt && !slices.Contains(c.output, others) && !slices.Contains(c.output, interrupt)
}

// replace has write replace the output of a command, without what a page may leave out.
func (p *page) replace(c *command, lines []string) {
	var shown []string
	for _, line := range trimmed(lines) {
		if !optional.MatchString(line) {
			shown = append(shown, p.asShown(line))
		}
	}
	p.edits = append(p.edits, edit{c.first, len(c.output), shown})
}

// asShown undoes actual.
func (p *page) asShown(line string) string {
	for number, pid := range p.numbers {
		line = regexp.MustCompile(`\b`+pid+`\b`).ReplaceAllString(line, number)
	}
	return line
}

// write writes the page with all edits, also if a later command fails.
func (p *page) write() {
	if len(p.edits) == 0 {
		return
	}
	path := filepath.Join(p.world.root, p.path)
	text, err := os.ReadFile(path)
	if err != nil {
		p.Error(err)
		return
	}
	lines := strings.Split(string(text), "\n")
	for _, e := range slices.Backward(p.edits) {
		lines = slices.Replace(lines, e.first-1, e.first-1+e.count, e.lines...)
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		p.Error(err)
	}
	p.Logf("%s is written, with what %d commands print", p.path, len(p.edits))
}
