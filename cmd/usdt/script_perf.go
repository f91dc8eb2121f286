//go:build linux

package main

import (
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// perfScript defines a uprobe event through tracefs, since perf itself finds probes neither in memory nor by
// a path into a container, and knows no texts.
func perfScript(p tracedProbe) (string, error) {
	if err := p.checkForms("perf", p.args, false); err != nil {
		return "", err
	}
	event := p.perfEvent()
	var defined string
	for _, o := range p.objects {
		for _, n := range o.Notes {
			// Definitions of one name are one event, if they agree in their arguments.
			defined += fmt.Sprintf("p:$group/%s %s:%#x%s%s\n", event, o.Path, n.FileOffset, semaphore(n), p.perfFetch(n))
		}
	}
	return p.header("once Ctrl-C ends the recording") + p.perfLacks() + fmt.Sprintf(`set -e
events=/sys/kernel/tracing/uprobe_events
group=usdt_%[1]d_$$ # of this run only
data=$(mktemp)
# What could not be defined cannot be removed.
trap 'rm -f "$data"; { echo "-:$group/%[2]s" >>"$events"; } 2>/dev/null || :' EXIT
trap : INT
cat >>"$events" <<END
%[3]sEND
perf record -q -o "$data" -e "$group:%[2]s" -p %[1]d || [ $? -gt 128 ] # interrupted
perf script -i "$data" -F trace:comm,pid,tid,time,event,trace
`, p.pid, event, defined), nil
}

// perfEvent returns the event's name, which the kernel wants to be a word of at most 63 characters.
func (p tracedProbe) perfEvent() string {
	const longest, hashed = 63, len("_01234567")
	name := notWord.ReplaceAllString(p.provider+"_"+p.name, "_")
	if len(name) <= longest {
		return name
	}
	return fmt.Sprintf("%s_%08x", name[:longest-hashed], crc32.ChecksumIEEE([]byte(p.String())))
}

// notWord are characters that the name of an event cannot have.
var notWord = regexp.MustCompile(`\W`)

// semaphore has the kernel (4.20) count perf in.
func semaphore(n sdtnote.Note) string {
	if n.SemaphoreOffset == 0 {
		return ""
	}
	return fmt.Sprintf("(%#x)", n.SemaphoreOffset)
}

// perfLacks is a comment about the arguments that are left out.
func (p tracedProbe) perfLacks() string {
	var comment string
	for i, a := range p.args {
		if _, ok := perfLocation(a.Arg); !ok {
			comment += fmt.Sprintf("# uprobe_events cannot express where argument %d is.\n", i)
		}
	}
	return comment
}

// perfFetch returns what the kernel is to record, in the language of uprobe_events.
func (p tracedProbe) perfFetch(n sdtnote.Note) string {
	var fetch strings.Builder
	for i, a := range operand.Parse(n) {
		location, ok := perfLocation(a)
		if !ok || i >= len(p.args) {
			continue
		}
		typ := fmt.Sprintf("%s%d", map[bool]string{false: "u", true: "s"}[a.Signed], 8*a.Size)
		if p.args[i].form == asText {
			location, typ = "+0("+location+")", "string"
		}
		fmt.Fprintf(&fetch, " arg%d=%s:%s", i, location, typ)
	}
	return fetch.String()
}

// perfLocation returns where an argument is, if uprobe_events has words for it.
func perfLocation(a operand.Arg) (location string, ok bool) {
	switch {
	case a.Kind == operand.Constant:
		return fmt.Sprintf(`\%d`, a.Value), true // Linux 5.4
	case a.Kind == operand.InRegister && !a.Reg.High:
		return perfRegister(a.Reg), true
	case a.Kind == operand.InMemory && a.Base.Name != "" && a.Base.Name != "rip" && a.Index.Name == "" && a.Symbol == "":
		return fmt.Sprintf("%+d(%s)", a.Disp, perfRegister(a.Base)), true
	}
	return "", false
}

// perfRegister returns the name that the kernel has for the whole register: %ax for rax, %r8, %x0.
func perfRegister(r operand.Register) string {
	name := r.Name
	if strings.HasPrefix(name, "r") && len(name) == 3 && name[1] >= 'a' {
		name = name[1:]
	}
	return "%" + name
}
