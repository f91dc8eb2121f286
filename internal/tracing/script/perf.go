package script

import (
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// perf defines a uprobe event through tracefs, because perf itself does not find probes in memory
// or by a path into a container, and does not read texts. A recording that is interrupted before it
// has begun leaves no data.
func perf(p Probe) (string, error) {
	if err := p.checkPointers("perf", upTo(p.Args)); err != nil {
		return "", err
	}
	event := p.perfEvent()
	var defined string
	for _, f := range p.Files {
		for _, s := range f.Sites {
			// Definitions with one name make one event, if they agree in their arguments.
			defined += fmt.Sprintf("p:$group/%s %s:%#x%s%s\n",
				event, f.Path, s.Note.FileOffset, perfSemaphore(s.Note), p.perfFetch(s.Note))
		}
	}
	return p.header("once Ctrl-C ends the recording") + p.perfLacks() + fmt.Sprintf(`set -e
events=/sys/kernel/tracing/uprobe_events
group=usdt_%[1]d_$$ # of this run only
data=$(mktemp)
# What could not be defined cannot be removed.
trap 'trap "" INT TERM HUP
rm -f "$data"; { echo "-:$group/%[2]s" >>"$events"; } 2>/dev/null || :' EXIT
trap 'if [ "$!" ]; then kill "$!" 2>/dev/null || :; else exit 1; fi' INT TERM HUP
cat >>"$events" <<END
%[3]sEND
perf record -q -o "$data" -e "$group:%[2]s" -p %[1]d &
%[4]strap 'exit 1' INT TERM HUP
[ "$status" = 0 ] || [ "$status" -gt 128 ] # ended by a signal
[ ! -s "$data" ] || perf script -i "$data" -F trace:comm,pid,tid,time,event,trace
`, p.PID, event, defined, awaitBackground), nil
}

// perfEvent returns the name of the event. The kernel takes words of at most 63 characters.
func (p Probe) perfEvent() string {
	const longest, hashed = 63, len("_01234567")
	name := notWord.ReplaceAllString(p.Provider+"_"+p.Name, "_")
	if len(name) <= longest {
		return name
	}
	return fmt.Sprintf("%s_%08x", name[:longest-hashed], crc32.ChecksumIEEE([]byte(p.String())))
}

// notWord matches the characters that the name of an event cannot have.
var notWord = regexp.MustCompile(`\W`)

// perfSemaphore returns the suffix of a place for which the kernel, since 4.20, increments the
// semaphore.
func perfSemaphore(n sdtnote.Note) string {
	if n.SemaphoreOffset == 0 {
		return ""
	}
	return fmt.Sprintf("(%#x)", n.SemaphoreOffset)
}

// perfLacks returns a comment about each argument that is left out.
func (p Probe) perfLacks() string {
	var comment string
	for i, a := range p.Args {
		if _, ok := perfLocation(a.Arg); !ok {
			comment += fmt.Sprintf("# uprobe_events cannot express where argument %d is; "+
				"see usdt trace.\n", i)
		}
	}
	return comment
}

// perfFetch returns the arguments that the kernel records, in the language of uprobe_events.
func (p Probe) perfFetch(n sdtnote.Note) string {
	var fetch strings.Builder
	for i, a := range operand.Parse(n) {
		location, ok := perfLocation(a)
		if !ok || i >= len(p.Args) {
			continue
		}
		a.Signed = a.Signed || a.Size == 8 && p.Args[i].Signed
		typ := fmt.Sprintf("%s%d", signLetter(a), 8*a.Size)
		switch arg := p.Args[i]; {
		case arg.Kind == Text:
			location, typ = "+0("+location+")", "string"
		case arg.Kind == Float, arg.Kind == Pointer, arg.hasLength():
			typ = fmt.Sprintf("x%d", 8*a.Size) // of a number, its bits
		}
		fmt.Fprintf(&fetch, " %s=%s:%s", p.Args[i].label(i), location, typ)
	}
	return fetch.String()
}

// signLetter is the letter before the number of bits in the name of a type: u64, s8.
func signLetter(a operand.Arg) string {
	if a.Signed {
		return "s"
	}
	return "u"
}

// perfLocation returns where an argument is, if uprobe_events can express it.
func perfLocation(a operand.Arg) (location string, ok bool) {
	switch {
	case a.Kind == operand.Constant:
		return fmt.Sprintf(`\%d`, a.Value), true // Linux 5.4
	case a.Kind == operand.InRegister && !a.Reg.High && a.Upper.Name == "":
		return perfRegister(a.Reg), true
	case a.Kind == operand.InMemory && isBasePlusDisp(a):
		return fmt.Sprintf("%+d(%s)", a.Disp, perfRegister(a.Base)), true
	}
	return "", false
}

// isBasePlusDisp tells whether the address of an argument in memory is a register, other than that
// of instructions, and a displacement.
func isBasePlusDisp(a operand.Arg) bool {
	isPlain := a.Index.Name == "" && a.Symbol == "" && !a.InThread
	return isPlain && a.Base.Name != "" && a.Base.Name != "rip"
}

// perfRegister returns the kernel's name for the whole register: %ax for rax and eax, %r8, %x0.
func perfRegister(r operand.Register) string {
	name := r.Name
	if strings.ContainsAny(name[:1], "re") && len(name) == 3 && name[1] >= 'a' {
		name = name[1:]
	}
	return "%" + name
}
