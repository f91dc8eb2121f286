//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// bpftraceArgs is how many arguments every version of bpftrace knows on amd64: arg0 to arg5.
const bpftraceArgs = 6

// bpftraceScript names the file: bpftrace 0.25 and later do not find probes in memory by pid. Only bytes need
// their number, which buf takes alike in every version; that of str once was without the NUL, then with it.
func bpftraceScript(p tracedProbe) (string, error) {
	args := p.readable(bpftraceArgs)
	if err := p.checkForms("bpftrace", args, true); err != nil {
		return "", err
	}
	var sites []string
	for _, o := range p.objects {
		sites = append(sites, fmt.Sprintf("usdt:%s:%s:%s", o.Path, p.provider, p.name))
	}
	format, values := p.String(), ""
	for i, a := range args {
		verb, value := bpftraceValue(i, a)
		format += " " + label(i) + verb
		values += ", " + value
	}
	program := fmt.Sprintf("\n%s {\n\tprintf(\"%s\\n\"%s);\n}", strings.Join(sites, ",\n"), format, values)
	return p.header("until Ctrl-C") + "exec bpftrace " + p.bpftracePID() + "-e " + shellQuote(program) + "\n", nil
}

// bpftracePID returns the option that limits the script to the process. Nobody else has the files that only the
// process leads to, and for them bpftrace before 0.25 fails with a pid where it is in another mount namespace.
func (p tracedProbe) bpftracePID() string {
	own := fmt.Sprintf("/proc/%d/fd/", p.pid)
	if !slices.ContainsFunc(p.objects, func(o process.Object) bool { return !strings.HasPrefix(o.Path, own) }) {
		return ""
	}
	return fmt.Sprintf("-p %d ", p.pid)
}

// bpftraceValue returns the verb for argument i, of eight bytes since plain %d has four in old versions, and
// the expression.
func bpftraceValue(i int, a tracedArg) (verb, value string) {
	switch {
	case a.form == asText:
		return "%s", fmt.Sprintf("str(arg%d)", i)
	case a.form == asBytes:
		return "%r", fmt.Sprintf("buf(arg%d, arg%d)", i, a.length)
	case a.Signed:
		return "%lld", fmt.Sprintf("arg%d", i)
	}
	return "%llu", fmt.Sprintf("arg%d", i)
}
