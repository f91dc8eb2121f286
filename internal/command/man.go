package command

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIRECTORY",
		Short:  "Write the manual pages, usdt.1 and one for each command",
		Hidden: true, // for packagers
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			root.DisableAutoGenTag = true      // the tag has the date
			err := os.MkdirAll(args[0], 0o755) // #nosec G301 -- for all to read
			if err == nil {
				err = writeManual(root, args[0])
			}
			if err != nil {
				return fmt.Errorf("write manual pages: %w", err)
			}
			return nil
		},
	}
}

// writeManual writes the page of a command and the pages of its commands. It changes the texts of
// the commands.
func writeManual(cmd *cobra.Command, dir string) error {
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if err := writeManual(sub, dir); err != nil {
			return err
		}
	}
	synopses := flagSynopses(cmd)
	if !strings.HasPrefix(cmd.CommandPath(), "usdt completion") { // cobra's own texts are Markdown
		escapeTexts(cmd)
	}
	var page bytes.Buffer
	header := &doc.GenManHeader{
		Section: "1", Source: "usdt " + moduleVersion(), Manual: "User Commands",
	}
	if err := doc.GenMan(cmd, header, &page); err != nil {
		return err
	}
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	path := filepath.Join(dir, name)
	text := withSynopses(undated(page.Bytes()), synopses)
	return os.WriteFile(path, text, 0o644) // #nosec G306 -- for all to read
}

// escapeTexts turns the texts of a command into Markdown, from which cobra makes the pages.
func escapeTexts(cmd *cobra.Command) {
	cmd.Short, cmd.Long = markdown(cmd.Short), markdown(cmd.Long)
	cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { f.Usage = markdownUsage(f.Usage) })
}

// markdownUsage is markdown for the text of a flag: the name of its value is between backquotes.
func markdownUsage(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = markdown(parts[i])
	}
	return strings.Join(parts, "`")
}

// flagSynopses returns what follows each flag of a command in its page, by the name of the flag:
// the name of its value, and its default. Cobra writes any default in place of the former, also 0s.
func flagSynopses(cmd *cobra.Command) map[string]string {
	synopses := make(map[string]string)
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value, _ := pflag.UnquoteUsage(f)
		if value != "" {
			value = ` \fI` + value + `\fP`
		}
		if !slices.Contains([]string{"", "0", "0s", "[]", "false"}, f.DefValue) {
			value += " (default " + f.DefValue + ")"
		}
		synopses[f.Name] = value
	})
	return synopses
}

// flagLine matches a line with a flag, its name, and what cobra writes behind it.
var flagLine = regexp.MustCompile(`(?m)^(\\fB-.*\\fB--|\\fB--)([\w-]+)\\fP(\[?=.*)$`)

// withSynopses replaces what cobra writes behind flags.
func withSynopses(page []byte, synopses map[string]string) []byte {
	return flagLine.ReplaceAllFunc(page, func(line []byte) []byte {
		parts := flagLine.FindSubmatch(line)
		synopsis := synopses[string(parts[2])]
		return slices.Concat(parts[1], parts[2], []byte(`\fP`+synopsis))
	})
}

// special matches the characters that mean something to Markdown, except for backquotes.
var special = regexp.MustCompile(`[\\*_{}\[\]()#+\-.!:|&<>~]`)

// markdown returns Markdown that shows the text as it is. An indented line stays on a line of its
// own.
func markdown(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "  ") {
			lines[i] = "    " + line // four spaces make it code
		} else {
			lines[i] = special.ReplaceAllString(line, `\$0`)
		}
	}
	return strings.Join(lines, "\n")
}

var date = regexp.MustCompile(`(?m)^(\.TH "[^"]*" "[^"]*") "[^"]*"`)

// undated removes today's date, so that all builds make the same pages. A date that
// SOURCE_DATE_EPOCH has set, which cobra follows, stays.
func undated(page []byte) []byte {
	if os.Getenv("SOURCE_DATE_EPOCH") != "" {
		return page
	}
	return date.ReplaceAll(page, []byte(`$1 ""`))
}
