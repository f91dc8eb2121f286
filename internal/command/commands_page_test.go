//go:build linux && (amd64 || arm64)

package command

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const (
	commandsPage  = "../../docs/commands.md"
	commandsIntro = `# Commands

This is what usdt COMMAND --help says on Linux. [usdt.md](usdt.md) is a tour of the commands with
their output, [environment.md](environment.md) has the variables that they read, and
[errors.md](errors.md) what they say when something fails. On other systems there are list, trace,
count, hist, latency, describe and timeline with --at, and embed, demo and version.

A test compares this page with the commands, and writes it: see CONTRIBUTING.md.
`
	commandsShared = "What several commands share"
)

var update = flag.Bool("update", false, "write docs/commands.md")

// TestCommandsPage compares the page with what the commands say of themselves.
func TestCommandsPage(t *testing.T) {
	p := commandPage{uses: make(map[string][]string)}
	root := newRootCommand()
	for _, cmd := range root.Commands() {
		for _, part := range paragraphs(cmd) {
			p.uses[part] = append(p.uses[part], cmd.Name())
		}
	}
	p.WriteString(commandsIntro)
	p.command(root)
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			p.command(cmd)
		}
	}
	p.shared()
	if *update {
		if err := os.WriteFile(commandsPage, []byte(p.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(commandsPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(page), p.String()); diff != "" {
		t.Errorf("write the page by go test ./internal/command -run CommandsPage -update "+
			"(-page +commands):\n%s",
			diff)
	}
}

// commandPage is what is written of the page. A paragraph that several commands use is written
// once, at the end.
type commandPage struct {
	strings.Builder
	uses  map[string][]string // names of commands by what they say
	later []string            // what several of them say
}

func (p *commandPage) command(cmd *cobra.Command) {
	fmt.Fprintf(p, "\n## %s\n\n%s.\n\n```text\n%s\n```\n", cmd.CommandPath(), cmd.Short, cmd.UseLine())
	hasMore := false
	for _, part := range paragraphs(cmd) {
		if len(p.uses[part]) < 2 {
			p.paragraph(part)
			continue
		}
		hasMore = true
		if !slices.Contains(p.later, part) {
			p.later = append(p.later, part)
		}
	}
	if hasMore {
		fmt.Fprintf(p, "\nMore is below: [%s](#%s).\n", strings.ToLower(commandsShared),
			strings.ReplaceAll(strings.ToLower(commandsShared), " ", "-"))
	}
	if cmd.HasExample() {
		fmt.Fprintf(p, "\n```sh\n%s\n```\n", unindented(cmd.Example))
	}
	cmd.InitDefaultHelpFlag()
	p.WriteString("\n")
	cmd.Flags().VisitAll(p.flag)
}

func (p *commandPage) shared() {
	fmt.Fprintf(p, "\n## %s\n", commandsShared)
	var before string
	for _, part := range p.later {
		if of := strings.Join(p.uses[part], ", "); of != before {
			fmt.Fprintf(p, "\n### %s\n", of)
			before = of
		}
		p.paragraph(part)
	}
}

// paragraphs returns what a command says of itself. That of completion is cobra's.
func paragraphs(cmd *cobra.Command) []string {
	if cmd.Name() == "completion" || cmd.Long == "" {
		return nil
	}
	return strings.Split(strings.Trim(cmd.Long, "\n"), "\n\n")
}

// paragraph writes one; if it is indented, as a block.
func (p *commandPage) paragraph(text string) {
	if strings.HasPrefix(text, "  ") {
		fmt.Fprintf(p, "\n```text\n%s\n```\n", unindented(text))
		return
	}
	p.WriteString("\n")
	p.wrap("", "", asMarkdown(text))
}

func unindented(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

// flag writes a flag as an item of a list.
func (p *commandPage) flag(f *pflag.Flag) {
	if f.Hidden {
		return
	}
	value, usage := pflag.UnquoteUsage(f)
	names := "`--" + strings.TrimSpace(f.Name+" "+value) + "`"
	if f.Shorthand != "" {
		names = "`-" + f.Shorthand + "`, " + names
	}
	switch f.DefValue {
	case "", "0", "0s", "[]", "false":
	default:
		usage += " (default " + f.DefValue + ")"
	}
	p.wrap("* ", "  ", names+": "+asMarkdown(usage))
}

// special words are flags and those with characters that mean something to Markdown.
var specialWord = regexp.MustCompile(
	`^(\(?)(--?[a-z][^,.;:)]*|\S*[*_\[\]|\\][^,.;:)]*|\S+[<>][^,.;:)]*)([,.;:)]*)$`)

func asMarkdown(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if !strings.Contains(w, "`") {
			words[i] = specialWord.ReplaceAllString(w, "$1`$2`$3")
		}
	}
	return strings.Join(words, " ")
}

// wrap writes words in lines of at most 100 columns.
func (p *commandPage) wrap(first, indent, text string) {
	column := len(first)
	p.WriteString(first)
	for i, w := range strings.Fields(text) {
		n := utf8.RuneCountInString(w)
		switch {
		case i > 0 && column+1+n > 100:
			p.WriteString("\n" + indent)
			column = len(indent)
		case i > 0:
			p.WriteString(" ")
			column++
		}
		p.WriteString(w)
		column += n
	}
	p.WriteString("\n")
}
