package script

import (
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/go-usdt/usdt/internal/elfimage"
)

// gdbArgs is how many arguments gdb knows: $_probe_arg0 to $_probe_arg11.
const gdbArgs = 12

// gdb breaks at the probe by its name, because gdb then also increments the semaphore.
func gdb(p Probe) (string, error) {
	args := p.readable(gdbArgs)
	if slices.ContainsFunc(p.Args, Arg.isStrange) {
		args = nil // gdb then reads none of them
	}
	if err := p.checkPointers("gdb", upTo(args)); err != nil {
		return "", err
	}
	format, values := p.String(), ""
	for i, a := range args {
		verb, typ := "%lu", "unsigned long"
		switch {
		case a.Kind == Text:
			verb, typ = "%s", "char *"
		case a.Kind == Float, a.Kind == Pointer, a.hasLength():
			verb = "%#lx" // of a number, its bits
		case a.Signed:
			verb, typ = "%ld", "long"
		}
		format += " " + a.label(i) + "=" + verb
		values += fmt.Sprintf(", (%s)$_probe_arg%d", typ, i)
	}
	return p.header("stopping it for a moment, until Ctrl-C") + p.lacks("gdb", args) +
		fmt.Sprintf(gdbCommands, p.symbolFiles(), p, p.stopsAtProbe(), format, values, p.PID), nil
}

// gdbCommands has verbs for: commands that add files, provider:probe, the condition that gdb
// stopped at the probe, a format and its values, and the process id.
//
// gdb passes a Ctrl-C that comes while it reads symbols on to the process, which dies of it, or
// drops it. So gdb is in a session of its own, which the terminal does not interrupt. The shell
// does when gdb is ready, and otherwise has gdb quit as soon as it is. gdb fails if Ctrl-C comes
// between two hits.
const gdbCommands = `files=$(mktemp -d)
trap 'trap "" INT TERM HUP; rm -rf "$files"' EXIT
: >"$files/first"
trap 'echo quit >"$files/first"; [ ! -e "$files/ready" ] || kill -INT "$!"' INT TERM HUP
{ printf 'define begin\nshell touch %%s/ready\nsource %%s/first\nend\n' "$files" "$files"
cat <<'END'; } >"$files/commands"
set language c
%sbreak -probe-stap %v
commands
silent
end
begin
continue
while %s
printf "%s\n"%s
continue
end
END
setsid gdb -nx -batch -p %d -x "$files/commands" &
` + awaitBackground + `[ "$status" = 0 ] || [ -s "$files/first" ]
`

// symbolFiles returns commands that show gdb the files with the probe. They are comments, because
// as a rule gdb knows the files, and would stop twice at each hit.
func (p Probe) symbolFiles() string {
	commands := "# If gdb finds no such probe, and while no other tracer is attached to it:\n"
	for _, f := range p.Files {
		first := f.Sites[0]
		for _, address := range first.Addresses {
			commands += fmt.Sprintf("# add-symbol-file %s -o %#x\n", f.Path, address-first.Note.Address)
		}
	}
	return commands
}

// stopsAtProbe returns the condition for gdb that it has stopped because of the probe. Ctrl-C can
// stop the process at the same address, but by another signal than SIGTRAP. In a program that shows
// gdb its probes by itself, gdb stops at the landing before the site.
func (p Probe) stopsAtProbe() string {
	var stops []string
	for _, f := range p.Files {
		for _, s := range f.Sites {
			landing := uint64(len(elfimage.Landing(s.Note.Machine)))
			for _, address := range s.Addresses {
				stops = append(stops, fmt.Sprintf("$pc == %#x || $pc == %#x", address, address-landing))
			}
		}
	}
	return fmt.Sprintf("(%s) && $_siginfo.si_signo == %d",
		strings.Join(stops, " || "), syscall.SIGTRAP)
}
