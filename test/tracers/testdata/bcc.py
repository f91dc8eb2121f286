# Prints the arguments of each traced:six. Called with pid=PID, path=PATH or both.
import sys
from bcc import BPF, USDT

where = dict(word.split("=") for word in sys.argv[1:])
if "pid" in where:
    where["pid"] = int(where["pid"])
probes = USDT(**where)
probes.enable_probe("traced:six", "six")
program = BPF(usdt_contexts=[probes], text="""
struct event { s64 arg[6]; };
BPF_PERF_OUTPUT(events);
int six(struct pt_regs *ctx) {
    // bpf_usdt_readarg leaves a variable alone that has not the argument's own size.
    u64 a = 0; s8 b = 0; u16 c = 0; s32 d = 0; s16 e = 0; s64 f = 0;
    bpf_usdt_readarg(1, ctx, &a);
    bpf_usdt_readarg(2, ctx, &b);
    bpf_usdt_readarg(3, ctx, &c);
    bpf_usdt_readarg(4, ctx, &d);
    bpf_usdt_readarg(5, ctx, &e);
    bpf_usdt_readarg(6, ctx, &f);
    struct event event = {{a, b, c, d, e, f}};
    events.perf_submit(ctx, &event, sizeof(event));
    return 0;
}
""")


def show(cpu, data, size):
    first, *others = program["events"].event(data).arg
    print(first % 2**64, *others, flush=True)


program["events"].open_perf_buffer(show)
print("attached", flush=True)
while True:
    program.perf_buffer_poll()
