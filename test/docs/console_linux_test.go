package docs

import (
	"strings"
	"syscall"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
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
	lines, problem := p.read(child, m)
	if problem == "" {
		<-child.ended
		if child.err != nil && !m.interrupted && len(c.output) == 0 {
			problem = "it has failed: " + child.err.Error()
		}
	}
	if problem == "" {
		return
	}
	if *update && p.updatable(b, c) {
		p.replace(c, lines)
		return
	}
	p.Fatalf("%s: $ %s\n%s\nIt has printed:\n%s", p.at(c.line), c.text, problem,
		strings.Join(lines, "\n"))
}

func (p *page) wants(b *block, output []string) []want {
	var actual []string
	for _, line := range output {
		actual = append(actual, p.actual(line))
	}
	return wants(actual, b, p.pids()...)
}

// read reads what a command prints until it ends. It interrupts one of which the page says so, and
// ends one whose output is another. Then it says what differs.
func (p *page) read(child *process, m *matcher) (lines []string, problem string) {
	overdue := time.NewTimer(testenv.Patience)
	defer overdue.Stop()
	for {
		if m.interrupts() {
			m.interrupt()
			child.signal(syscall.SIGINT)
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
				if !*update {
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
