package docs

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lastProgram returns the program whose comment is the last before the block.
func (b *block) lastProgram() program { return b.programs[len(b.programs)-1] }

// start starts a program that runs until the page ends, and waits until it is ready: until it has
// printed what it does then, or has probes.
func (p *page) start(r program) {
	p.Helper()
	child, err := p.shell.start(p.actual(r.command))
	if err != nil {
		p.Fatalf("%s: %v", p.at(r.line), err)
	}
	any := want{text: others, again: true}
	printed := []want{any}
	if r.once != "" {
		line := expression(others+r.once+others, false, p.numbers)
		printed = append(printed, want{text: r.once, expression: line}, any)
	}
	p.await(child, r, newMatcher(printed))
}

// stay starts the command of a block, which goes on until the page ends, and waits until it has
// printed what the page has, and has probes.
func (p *page) stay(b *block, c *command) {
	p.Helper()
	child, err := p.shell.start(p.actual(c.text))
	if err != nil {
		p.Fatalf("%s: %v", p.at(c.line), err)
	}
	m := newMatcher(append(p.wants(b, c.output), want{text: others, again: true}))
	r := b.lastProgram()
	r.line, r.command = c.line, c.text
	p.await(child, r, m)
}

// await waits until a program has printed what is wanted, and until it is known which process the
// number of the page stands for. If nothing is said of what it prints, that is the one with probes.
func (p *page) await(child *process, r program, m *matcher) {
	p.Helper()
	var printed []string
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	overdue := time.After(*patience)
	for {
		select {
		case line, ok := <-child.lines:
			if !ok {
				p.Fatalf("%s: $ %s\nIt has ended, but should run until the page ends. It has printed:\n%s",
					p.at(r.line), r.command, strings.Join(printed, "\n"))
			}
			printed = append(printed, line)
			if !m.take(line) {
				p.Fatalf("%s: $ %s\nIt prints\n  %s\nand the page has\n  %s", p.at(r.line), r.command,
					line, m.next())
			}
		case <-again.C:
		case <-overdue:
			p.Fatalf("%s: $ %s\nIt is not ready. It has printed:\n%s", p.at(r.line), r.command,
				strings.Join(printed, "\n"))
		}
		if !m.done() {
			continue
		}
		if pid := p.which(child, r); pid != "" {
			p.numbers[r.number] = pid
			go drain(child)
			return
		}
	}
}

// drain reads what a program prints that nobody waits for.
func drain(child *process) {
	for range child.lines {
	}
}

// systems are providers in libraries that most programs have, and in the interpreter of Python,
// where they are before a script has loaded its own.
var systems = []string{"libc", "rtld", "libm", "libgcc", "libstdcxx", "libpthread", "python"}

// which returns the process of a program that has probes; of one that is ready when it has printed
// something, the youngest process.
func (p *page) which(child *process, r program) string {
	members := child.members()
	if r.once != "" && len(members) > 0 {
		return strconv.Itoa(members[len(members)-1].pid)
	}
	for _, m := range members {
		pid := strconv.Itoa(m.pid)
		out, _ := exec.Command(p.world.usdt(), "list", "--json", "-p", pid).Output()
		for line := range strings.Lines(string(out)) {
			var probe struct {
				PID      int    `json:"pid"`
				Provider string `json:"provider"`
			}
			if json.Unmarshal([]byte(line), &probe) == nil && probe.PID != 0 &&
				!slices.Contains(systems, probe.Provider) {
				return strconv.Itoa(probe.PID)
			}
		}
	}
	return ""
}
