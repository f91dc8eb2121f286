package script

import (
	"fmt"
	"strings"
)

const (
	bccArgs = 6   // how many arguments bpf_usdt_readarg knows
	bccText = 128 // how many bytes are read of each text, at most
	bccRoom = 384 // bytes for all texts on the stack of BPF, which has 512
)

// bcc writes a Python program that uses bcc's own USDT support, and needs the kernel's headers.
func bcc(p Probe) (string, error) {
	args := p.readable(bccArgs)
	if err := p.checkPointers("bcc", upTo(args)); err != nil {
		return "", err
	}
	var paths []string
	for _, f := range p.Files {
		paths = append(paths, fmt.Sprintf("%q", f.Path))
	}
	var fields, numbers, texts, values string
	pointers := 0
	for i, a := range args {
		if a.pointsTo() {
			pointers++
		}
		field, number, text, value := bccArg(i, a)
		fields += field
		numbers += number
		texts += text
		if a.Kind != Length {
			values += " " + a.label(i) + "={" + value + "}"
		}
	}
	size := min(bccText, bccRoom/max(pointers, 1)&^7)
	comment := p.header("until Ctrl-C") + p.lacks("bcc", args)
	return "#!/usr/bin/python3\n" + comment + fmt.Sprintf(bccProgram,
		size, fields, numbers+texts, p, values, strings.Join(paths, ", "), p.PID), nil
}

// bccArg returns for argument i the lines that declare it in the event, the lines of the BPF
// program that read the number and those that read what it points to, and the Python expression of
// the value.
func bccArg(i int, a Arg) (field, number, text, value string) {
	sign := signLetter(a.Arg)
	field = fmt.Sprintf("    %s64 arg%d;\n", sign, i)
	// bpf_usdt_readarg wants a variable of the argument's own size.
	number = fmt.Sprintf(`    %[1]s%[2]d value%[3]d = 0;
    bpf_usdt_readarg(%[4]d, ctx, &value%[3]d);
    e.arg%[3]d = value%[3]d;
`, sign, 8*a.Size, i, i+1)
	switch {
	case a.Kind == Text:
		field += fmt.Sprintf("    char text%d[TEXT];\n", i)
		text = fmt.Sprintf(
			"    bpf_probe_read_user_str(e.text%[1]d, TEXT, (void *)e.arg%[1]d);\n", i)
		return field, number, text, fmt.Sprintf("show(e.text%d)", i)
	case a.hasLength():
		field += fmt.Sprintf("    u8 text%d[TEXT];\n", i)
		text = fmt.Sprintf(`    u64 size%[1]d = e.arg%[2]d;
    bpf_probe_read_user(e.text%[1]d, size%[1]d < TEXT ? size%[1]d : TEXT, (void *)e.arg%[1]d);
`, i, i+1)
		return field, number, text, fmt.Sprintf("show(bytes(e.text%d)[:e.arg%d])", i, i+1)
	case a.Kind == Bool:
		return field, number, "", fmt.Sprintf("'true' if e.arg%d else 'false'", i)
	case a.Kind == Float:
		return field, number, "", fmt.Sprintf("real(e.arg%d, %d)", i, a.Size)
	case a.Kind == Pointer:
		return field, number, "", fmt.Sprintf("e.arg%d:#x", i)
	}
	return field, number, "", fmt.Sprintf("e.arg%d", i)
}

// bccProgram has verbs for: the bytes of a text, the fields of an event, the statements that fill
// them, provider:probe, what is printed behind it, paths, and the process id.
const bccProgram = `import signal
import struct

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

def real(bits, size):
    number = (bits %% 2**64).to_bytes(8, "little")[:size]
    return struct.unpack("<f" if size == 4 else "<d", number)[0]

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
