//go:build linux

package example

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A command is one of README.md.
type command struct {
	line   string
	prints []string
}

func (c command) isBpftrace() bool { return strings.HasPrefix(c.line, "bpftrace ") }
func (c command) isTrace() bool    { return strings.HasPrefix(c.line, "usdt trace ") }

var block = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// readCommands returns the commands of README.md in the current directory.
func readCommands(t *testing.T) (commands []command) {
	t.Helper()
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range block.FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(found[1]) {
			line = strings.TrimSuffix(line, "\n")
			if rest, ok := strings.CutPrefix(line, "$ "); ok {
				commands = append(commands, command{line: rest})
			} else if n := len(commands); n > 0 {
				commands[n-1].prints = append(commands[n-1].prints, line)
			}
		}
	}
	if len(commands) < 2 {
		t.Fatalf("README.md has %d commands, want that of the program and those of tracers",
			len(commands))
	}
	return commands
}

// expect checks that nothing is missing in what the command has printed.
func (c command) expect(t *testing.T, printed []string) {
	t.Helper()
	if missing := c.missing(printed); missing != nil {
		t.Errorf("README.md says that %s prints\n%s\nIt printed no such lines:\n%s", c.line,
			strings.Join(missing, "\n"), strings.Join(printed, "\n"))
	}
}

// missing returns the lines of the page of whose form the command has printed none.
func (c command) missing(printed []string) (missing []string) {
	forms := map[string]bool{"...": true, "^C": true}
	for _, line := range printed {
		forms[form(line)] = true
	}
	for _, line := range c.prints {
		if !message.MatchString(line) && !forms[form(line)] {
			missing = append(missing, line)
		}
	}
	return missing
}

var (
	bar    = regexp.MustCompile(`\|[@ ]*\|`)
	date   = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)`)
	number = regexp.MustCompile(`\d[\d:.]*([KMGT]|[KMGT]iB|B|ns|us|µs|ms|s)?\b`)
	space  = regexp.MustCompile(` +`)
)

// form returns what all lines like this one have in common: dates, numbers and their units, bars,
// and the widths of columns differ.
func form(line string) string {
	line = date.ReplaceAllString(bar.ReplaceAllString(line, "|"), "D")
	return strings.TrimSpace(space.ReplaceAllString(number.ReplaceAllString(line, "N"), " "))
}
