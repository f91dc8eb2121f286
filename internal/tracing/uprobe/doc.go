// Package uprobe attaches to probe sites through the kernel's uprobes and brings back what passes
// there: events ([Trace]), counts ([CountProbes]), distributions of a value ([Distribute]) and of the time
// between two probes ([Latency]).
//
// The work at a site is done by a BPF program that this package assembles for it, one per site, since
// each describes its own arguments. Nothing is compiled and nothing has to be installed.
//
// # Kernel
//
// Linux 4.18 on amd64 and arm64 is enough. What later kernels can do is used where it is there: see
// kernel.Features, and docs/kernels.md for what is done without.
//
// # Rights
//
// See package rights: rights.Attach, and whatever it takes to open the traced file, for a
// memory-backed one of another user rights.Read. Before Linux 5.11 also enough of RLIMIT_MEMLOCK, or
// CAP_SYS_RESOURCE to raise it.
//
// The package is empty on systems other than Linux.
package uprobe
