//go:build linux

package main

import (
	"fmt"
	"strings"
)

const (
	bccArgs = 6   // that bpf_usdt_readarg knows
	bccText = 128 // bytes that are read of each text, at most
	bccRoom = 384 // bytes for all texts on the stack of BPF, which has 512
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
	var fields, numbers, texts, values string
	pointers := 0
	for i, a := range args {
		if a.form != asInteger {
			pointers++
		}
		field, number, text, value := bccArg(i, a)
		fields += field
		numbers += number
		texts += text
		values += " " + label(i) + "{" + value + "}"
	}
	return "#!/usr/bin/python3\n" + p.header("until Ctrl-C") + fmt.Sprintf(bccProgram,
		min(bccText, bccRoom/max(pointers, 1)&^7), fields, numbers+texts, p, values, strings.Join(paths, ", "), p.pid), nil
}

// bccArg returns the lines for argument i in the event and in the BPF program, those that read the number
// and those that read what it points to, and the Python expression of the value.
func bccArg(i int, a tracedArg) (field, number, text, value string) {
	sign := map[bool]string{false: "u", true: "s"}[a.Signed]
	field = fmt.Sprintf("    %s64 arg%d;\n", sign, i)
	// bpf_usdt_readarg wants a variable of the argument's own size.
	number = fmt.Sprintf(`    %[1]s%[2]d value%[3]d = 0;
    bpf_usdt_readarg(%[4]d, ctx, &value%[3]d);
    e.arg%[3]d = value%[3]d;
`, sign, 8*a.Size, i, i+1)
	switch a.form {
	case asText:
		field += fmt.Sprintf("    char text%d[TEXT];\n", i)
		text = fmt.Sprintf("    bpf_probe_read_user_str(e.text%[1]d, TEXT, (void *)e.arg%[1]d);\n", i)
		return field, number, text, fmt.Sprintf("show(e.text%d)", i)
	case asBytes:
		field += fmt.Sprintf("    u8 text%d[TEXT];\n", i)
		text = fmt.Sprintf(`    u64 size%[1]d = e.arg%[2]d;
    bpf_probe_read_user(e.text%[1]d, size%[1]d < TEXT ? size%[1]d : TEXT, (void *)e.arg%[1]d);
`, i, a.length)
		return field, number, text, fmt.Sprintf("show(bytes(e.text%d)[:e.arg%d])", i, a.length)
	}
	return field, number, "", fmt.Sprintf("e.arg%d", i)
}

// bccProgram's verbs are: bytes of a text, fields of an event, statements that fill them, provider:probe,
// what is printed behind it, paths, and pid.
const bccProgram = `import signal

from bcc import BPF, USDT

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
    characters = text.decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in characters)

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
# As an exception, Ctrl-C would get lost in a callback.
ends = []
signal.signal(signal.SIGINT, lambda *_: ends.append(True))
while not ends:
    for bpf in attached:
        bpf.perf_buffer_poll(timeout=100)
`
