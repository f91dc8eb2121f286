//go:build linux

package main

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/go-usdt/usdt/internal/elfimage"
)

// gdbArgs is how many arguments gdb knows: $_probe_arg0 to $_probe_arg11.
const gdbArgs = 12

// gdbScript stops at the probe by name, for gdb then also counts itself in at the semaphore.
func gdbScript(p tracedProbe) (string, error) {
	args := p.readable(gdbArgs)
	if err := p.checkForms("gdb", args, false); err != nil {
		return "", err
	}
	format, values := p.String(), ""
	for i, a := range args {
		verb, typ := "%lu", "unsigned long"
		switch {
		case a.form == asText:
			verb, typ = "%s", "char *"
		case a.Signed:
			verb, typ = "%ld", "long"
		}
		format += " " + label(i) + verb
		values += fmt.Sprintf(", (%s)$_probe_arg%d", typ, i)
	}
	return p.header("stopping it for a moment, until Ctrl-C") +
		fmt.Sprintf(gdbCommands, p.symbolFiles(), p, p.atSite(), format, values, p.pid), nil
}

// gdbCommands' verbs are: commands that add files, provider:probe, whether it
// stopped there, format, values, and pid.
const gdbCommands = `commands=$(mktemp)
trap 'rm -f "$commands"' EXIT
interrupted=
trap interrupted=1 INT
cat >"$commands" <<'END'
set language c
%sbreak -probe-stap %v
commands
silent
end
continue
while %s
printf "%s\n"%s
continue
end
END
gdb -nx -batch -p %d -x "$commands" || [ "$interrupted" ] # fails if Ctrl-C comes between two hits
`

// symbolFiles are commands that show gdb the files with the probe. As a rule it knows them, and would
// stop twice, so these are comments.
func (p tracedProbe) symbolFiles() string {
	commands := "# If gdb finds no such probe, and while no other tracer is attached to it:\n"
	for _, o := range p.objects {
		for _, address := range o.Addresses(o.Notes[0]) {
			commands += fmt.Sprintf("# add-symbol-file %s -o %#x\n", o.Path, address-o.Notes[0].Address)
		}
	}
	return commands
}

// atSite is the condition for gdb that it stopped at the probe and not, say, for Ctrl-C, which can come when the
// process is there, too: only then is the signal another one than SIGTRAP. A program that shows gdb its probes by
// itself has gdb stop at the landing before the site.
func (p tracedProbe) atSite() string {
	var sites []string
	for _, o := range p.objects {
		for _, n := range o.Notes {
			landing := uint64(len(elfimage.Landing(n.Machine)))
			for _, address := range o.Addresses(n) {
				sites = append(sites, fmt.Sprintf("$pc == %#x || $pc == %#x", address, address-landing))
			}
		}
	}
	return fmt.Sprintf("(%s) && $_siginfo.si_signo == %d", strings.Join(sites, " || "), syscall.SIGTRAP)
}
