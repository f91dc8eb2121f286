package docs

import (
	"slices"
	"strings"
	"syscall"
	"time"
)

// console executes the commands of a block.
func (p *page) console(b *block) {
	p.Helper()
	commands, err := b.commands()
	if err != nil {
		p.Fatalf("%s: %v", p.path, err)
	}
	for i, c := range commands {
		stays := i == len(commands)-1 && len(b.programs) > 0 && b.lastProgram().command == ""
		if stays {
			p.stay(b, c)
		} else {
			p.command(b, c)
		}
	}
}

// command executes one to its end, and compares what it prints.
func (p *page) command(b *block, c *command) {
	p.Helper()
	child, err := p.shell.start(p.actual(c.text))
	if err != nil {
		p.Fatalf("%s: %v", p.at(c.line), err)
	}
	m := newMatcher(p.wants(b, c.output))
	updates := *update && updatable(b, c)
	lines, problem := p.read(child, m, updates)
	if problem == "" {
		<-child.ended
		if child.err != nil && !m.interrupted && !showsText(c.output) {
			problem = "it has failed: " + child.err.Error()
		}
	}
	if problem == "" {
		return
	}
	if updates {
		p.replace(c, lines)
		return
	}
	p.Fatalf("%s: $ %s\n%s\nIt has printed:\n%s", p.at(c.line), c.text, problem,
		strings.Join(lines, "\n"))
}

func (p *page) wants(b *block, output []string) []want {
	var actual []string
	for _, line := range output {
		actual = append(actual, p.inRepository(line))
	}
	return wants(actual, b, p.numbers)
}

// read reads what a command prints until it ends. It interrupts one of which the page says so, and
// ends one whose output is another, unless all of it is asked for. Then it says what differs.
func (p *page) read(child *process, m *matcher, all bool) (lines []string, problem string) {
	overdue := time.NewTimer(*patience)
	defer overdue.Stop()
	for {
		if m.interrupts() {
			m.interrupt()
			child.interrupt()
		}
		select {
		case line, ok := <-child.lines:
			if !ok {
				if problem == "" && !m.done() {
					problem = "It has ended, and the page goes on with\n  " + m.next()
				}
				return lines, problem
			}
			lines = append(lines, line)
			if problem == "" && !m.take(line) {
				problem = "It prints\n  " + line + "\nand the page has\n  " + m.next()
				if !all {
					child.signal(syscall.SIGTERM)
				}
			}
		case <-overdue.C:
			child.signal(syscall.SIGKILL)
			problem = "It does not end; the page goes on with\n  " + m.next() +
				"\nIf it is ended by Ctrl-C, write ^C on a line of its own, where that was typed."
		}
	}
}

// showsText says whether a page says anything of what a command prints.
func showsText(output []string) bool {
	return slices.ContainsFunc(output, func(line string) bool { return line != others })
}
