// Package uprobe attaches to probe sites through the kernel's uprobes and brings back what passes
// there: events ([Trace]), counts ([CountProbes]), distributions of a value ([Distribute]) and of the time
// between two probes ([Latency]).
//
// The work at a site is done by a BPF program that this package assembles for it, one per site, since
// each describes its own arguments. Nothing is compiled and nothing has to be installed.
//
// # Kernel
//
// Linux 4.18 on amd64 and arm64 is enough. What later kernels offer is used where it is there:
// probe_read_user (5.5), the ring buffer (5.8), process ids of the own pid namespace (5.7) and
// attaching by a uprobe_multi link (6.6, as repaired in 6.10), which makes each hit cheaper than the
// perf events of the uprobe PMU (4.17), and lets programs wait for memory of the process that is not there
// yet; without it, text in a page that nobody has touched so far cannot be read. Semaphores are counted by the kernel (4.20), before that by
// writing them.
//
// # Rights
//
// CAP_BPF and CAP_PERFMON where uprobe_multi links are used, CAP_SYS_ADMIN otherwise; and whatever it takes
// to open the traced file: for a memory-backed one of another user CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.
// Before Linux 5.11 also enough of RLIMIT_MEMLOCK, or CAP_SYS_RESOURCE to raise it.
//
// The package is empty on systems other than Linux.
package uprobe
