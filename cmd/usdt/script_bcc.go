//go:build linux

package main

import (
	"fmt"
	"strings"
)

const (
	bccArgs = 6   // that bpf_usdt_readarg knows
	bccText = 128 // bytes that are read of each text, so that three of them fit on the stack of BPF
)

// bccScript is a Python program that uses bcc's own USDT support, and needs the kernel's headers.
func bccScript(p tracedProbe) (string, error) {
	args := p.readable(bccArgs)
	if err := p.checkForms("bcc", args, true); err != nil {
		return "", err
	}
	var paths []string
	for _, o := range p.objects {
		paths = append(paths, fmt.Sprintf("%q", o.Path))
	}
	var fields, reads, values string
	for i, a := range args {
		field, read, value := bccArg(i, a)
		fields += field
		reads += read
		values += " " + label(i) + "{" + value + "}"
	}
	return "#!/usr/bin/python3\n" + p.header("until Ctrl-C") + fmt.Sprintf(bccProgram,
		bccText, fields, reads, p, values, strings.Join(paths, ", "), p.pid), nil
}

// bccArg returns the lines for argument i in the event and in the BPF program, and the Python expression.
func bccArg(i int, a tracedArg) (field, read, value string) {
	typ := map[bool]string{false: "u64", true: "s64"}[a.Signed]
	field = fmt.Sprintf("    %s arg%d;\n", typ, i)
	read = fmt.Sprintf("    bpf_usdt_readarg(%d, ctx, &e.arg%d);\n", i+1, i)
	switch a.form {
	case asText:
		field += fmt.Sprintf("    char text%d[TEXT];\n", i)
		read += fmt.Sprintf("    bpf_probe_read_user_str(e.text%[1]d, TEXT, (void *)e.arg%[1]d);\n", i)
		return field, read, fmt.Sprintf("show(e.text%d)", i)
	case asBytes:
		field += fmt.Sprintf("    u8 bytes%d[TEXT];\n", i)
		read += fmt.Sprintf("    u64 size%[1]d = 0;\n    bpf_usdt_readarg(%[2]d, ctx, &size%[1]d);\n"+
			"    bpf_probe_read_user(e.bytes%[1]d, size%[1]d < TEXT ? size%[1]d : TEXT, (void *)e.arg%[1]d);\n", i, a.length+1)
		return field, read, fmt.Sprintf("show(bytes(e.bytes%d)[:e.arg%d])", i, a.length)
	}
	return field, read, fmt.Sprintf("e.arg%d", i)
}

// bccProgram's verbs are: bytes of a text, fields of an event, statements that fill them, provider:probe,
// what is printed behind it, paths, and pid.
const bccProgram = `from bcc import BPF, USDT

program = r"""
#define TEXT %d
struct event {
    u64 none;
%s};
BPF_PERF_OUTPUT(events);
int hit(struct pt_regs *ctx) {
    struct event e = {};
%s    events.perf_submit(ctx, &e, sizeof(e));
    return 0;
}
"""

def show(text):
    return text.decode(errors="backslashreplace")

def attach(path):
    usdt = USDT(pid=pid, path=path)
    usdt.enable_probe(probe, "hit")
    bpf = BPF(text=program, usdt_contexts=[usdt])
    def line(cpu, data, size):
        e = bpf["events"].event(data)
        print(f"{probe}%[5]s", flush=True)
    bpf["events"].open_perf_buffer(line)
    return bpf

probe, paths, pid = "%[4]s", [%[6]s], %[7]d
attached = [attach(path) for path in paths]
try:
    while True:
        for bpf in attached:
            bpf.perf_buffer_poll(timeout=100)
except KeyboardInterrupt:
    pass
`
