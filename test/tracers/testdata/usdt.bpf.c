// The BPF program of usdt.c and gotracers/libbpfgo. It passes on the arguments of a probe: that of
// SITE, /PATH:PROVIDER:PROBE, if the compiler is given one, or else the one it is attached to.
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/ptrace.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

#ifndef SITE
#define SITE ""
#endif

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} events SEC(".maps");

SEC("usdt" SITE)
int send(struct pt_regs *ctx)
{
	long *arg = bpf_ringbuf_reserve(&events, 6 * sizeof(*arg), 0);

	if (!arg)
		return 0;
	for (int i = 0; i < 6; i++) {
		arg[i] = 0;
		bpf_usdt_arg(ctx, i, &arg[i]);
	}
	bpf_ringbuf_submit(arg, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
