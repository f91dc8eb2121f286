package script

import (
	"fmt"
	"slices"
	"strings"
)

// bpftraceArgs is how many arguments every version of bpftrace knows on amd64: arg0 to arg5.
const bpftraceArgs = 6

// bpftrace names the files, because bpftrace 0.25 and later do not find probes in memory by process
// id. Bytes have their number, which buf understands alike in all versions. Texts have none: str
// once took it without the NUL, and now takes it with the NUL.
func bpftrace(p Probe) (string, error) {
	args := p.readable(bpftraceArgs)
	// bpftrace 0.17 does not know where a symbol is, but goes on.
	reads := func(i int) bool { return i < len(args) && args[i].Symbol == "" }
	if err := p.checkPointers("bpftrace", reads); err != nil {
		return "", err
	}
	var probes []string
	for _, f := range p.Files {
		probes = append(probes, fmt.Sprintf("usdt:%s:%s:%s", bpftracePath(f.Path), p.Provider, p.Name))
	}
	format, values, lacks := p.String(), "", ""
	for i, a := range args {
		if !reads(i) {
			lacks += lack("bpftrace", i, "")
			continue
		}
		if a.Kind == Length {
			continue
		}
		verb, value := bpftraceValue(i, a)
		format += " " + a.label(i) + "=" + verb
		values += ", " + value
	}
	program := fmt.Sprintf("\n%s {\n\tprintf(\"%s\\n\"%s);\n}",
		strings.Join(probes, ",\n"), format, values)
	command := "exec bpftrace " + p.bpftracePID() + "-e " + quote(program) + "\n"
	return p.header("until Ctrl-C") + lacks + p.lacks("bpftrace", args) + command, nil
}

// bpftracePath quotes a path that bpftrace does not take as it is, such as that of libstdc++.
func bpftracePath(path string) string {
	if strings.ContainsAny(path, "+,=@") {
		return `"` + path + `"`
	}
	return path
}

// bpftracePID returns the option that limits the script to the process. It is not needed for files
// that only this process leads to, and for them bpftrace before 0.25 fails with a process id when
// the process is in another mount namespace.
func (p Probe) bpftracePID() string {
	own := fmt.Sprintf("/proc/%d/fd/", p.PID)
	isShared := func(f File) bool { return !strings.HasPrefix(f.Path, own) }
	if !slices.ContainsFunc(p.Files, isShared) {
		return ""
	}
	return fmt.Sprintf("-p %d ", p.PID)
}

// bpftraceValue returns the verb and the expression for argument i. The verbs for integers take
// eight bytes: in old versions plain %d takes four.
func bpftraceValue(i int, a Arg) (verb, value string) {
	switch {
	case a.Kind == Text:
		return "%s", fmt.Sprintf("str(arg%d)", i)
	case a.hasLength():
		return "%r", fmt.Sprintf("buf(arg%d, arg%d)", i, i+1)
	case a.Kind == Float, a.Kind == Pointer:
		return "0x%llx", fmt.Sprintf("arg%d", i) // of a number, its bits
	case a.Signed:
		return "%lld", fmt.Sprintf("arg%d", i)
	}
	return "%llu", fmt.Sprintf("arg%d", i)
}
