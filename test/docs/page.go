// Package docs runs the blocks of the project's pages in Markdown: programs are compiled, commands
// are executed, and what they print is compared with what the page says. CONTRIBUTING.md says how
// to write such a page.
package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A block is a fenced block of a page, with what the comments before it say.
type block struct {
	line     int // of its first line, from 1 on
	language string
	lines    []string

	notRun   string    // why, or empty
	file     string    // what it is written to, or empty
	excerpt  bool      // its commands print more lines, between those that are shown
	exact    bool      // the numbers are always those that are shown
	first    []string  // commands to be executed before, which are not shown
	programs []program // to be started before
}

// A program runs in the background until the page ends.
type program struct {
	line    int
	command string // empty for the command of the block
	number  string // stands on the page for its process id
	once    string // what it prints when it is ready; empty if it is when it has probes
}

// languages has those that a block can have. The first three are more than text for the tests.
var languages = []string{"go", "console", "sh", "c", "python", "text", "json", "yaml", "makefile",
	"dockerfile", "d", "gdb", "ini", "diff", "ruby", "javascript", "bpftrace", "asm", "svg", "html"}

var (
	fence   = regexp.MustCompile("^ *```+ *([a-z]*) *$")
	comment = regexp.MustCompile(`^ *<!-- (.*) -->$`)
	mark    = regexp.MustCompile(`^/?[a-z_]+$`) // of a section that a test writes
)

// parsePage returns the blocks of a page. If one reason counts for all of them, each has it.
func parsePage(text string) ([]*block, error) {
	p := &parser{next: &block{}}
	for i, line := range strings.Split(text, "\n") {
		if err := p.take(i+1, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	switch {
	case p.open != nil:
		return nil, fmt.Errorf("line %d: the block has no end", p.open.line)
	case p.pending > 0:
		return nil, fmt.Errorf("line %d: the comment has no block behind it", p.pending)
	}
	return p.blocks, nil
}

type parser struct {
	blocks  []*block
	open    *block // the one that lines belong to, or nil
	next    *block // has what comments say of the block that comes
	pending int    // the line of the first of these comments, or 0
	all     string // why no block of the page is run
	text    bool   // the line before has text, so that an indented line belongs to it
}

func (p *parser) take(number int, line string) error {
	found := fence.FindStringSubmatch(line)
	switch {
	case p.open != nil && found != nil && found[1] == "":
		p.open = nil
	case p.open != nil:
		p.open.lines = append(p.open.lines, line)
	case found != nil:
		return p.begin(number+1, found[1])
	case comment.MatchString(line):
		return p.comment(number, comment.FindStringSubmatch(line)[1])
	case strings.Contains(line, "```"):
		return fmt.Errorf("%q is not the beginning of a block: ``` and its language are", line)
	case strings.HasPrefix(line, "    ") && !p.text:
		return fmt.Errorf("an indented block: write ``` and its language before it")
	}
	p.text = p.open == nil && found == nil && strings.TrimSpace(line) != ""
	return nil
}

func (p *parser) begin(number int, language string) error {
	if !slices.Contains(languages, language) {
		return fmt.Errorf("the block's language is %q, none of %q", language, languages)
	}
	b := p.next
	b.line, b.language = number, language
	if b.notRun == "" {
		b.notRun = p.all
	}
	p.blocks = append(p.blocks, b)
	p.open, p.next, p.pending = b, &block{}, 0
	return nil
}

var (
	runs   = regexp.MustCompile(`^run: (.+?) as (\d+)(?: once "(.+)")?$`)
	itself = regexp.MustCompile(`^run as (\d+)$`)
)

func (p *parser) comment(number int, text string) error {
	key, value, _ := strings.Cut(text, ": ")
	b := p.next
	switch {
	case key == "not run":
		b.notRun = value
	case key == "nothing is run":
		p.all = value
		return nil
	case key == "file":
		b.file = value
	case key == "first":
		b.first = append(b.first, value)
	case text == "excerpt":
		b.excerpt = true
	case text == "exactly":
		b.exact = true
	case runs.MatchString(text):
		found := runs.FindStringSubmatch(text)
		b.programs = append(b.programs, program{number, found[1], found[2], found[3]})
	case itself.MatchString(text):
		b.programs = append(b.programs, program{number, "", itself.FindStringSubmatch(text)[1], ""})
	case mark.MatchString(text):
		return nil
	default:
		return fmt.Errorf("unknown comment %q: see test/README.md for those that there are", text)
	}
	if p.pending == 0 {
		p.pending = number
	}
	return nil
}
