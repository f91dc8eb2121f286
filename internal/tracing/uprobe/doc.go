// Package uprobe attaches to probe sites through the kernel's uprobes. It collects events
// ([Trace]), counts of hits ([Count]), distributions of an argument ([Distribute]) and of the time
// between two probes ([Pair]).
//
// The package assembles a BPF program for each site, because each site describes its own arguments.
// Nothing is compiled and nothing has to be installed.
//
// A site is traced in one process, in all, or in those of a set ([Processes]), which programs ask
// at each hit, and which the kernel can keep up to date while processes come.
//
// Programs read only memory that is there, and so hold up neither the traced program nor other
// tracers. [Options].WaitForPages changes that.
//
// # Kernel
//
// Linux 4.18 on amd64 and arm64 is enough. The abilities of later kernels are used where they are
// there: package kernel lists them, and docs/kernels.md says what happens without them.
//
// # Rights
//
// Attaching takes the rights that rights.Attach lists. Opening the traced file takes further
// rights: for the memfd of another user's process, those in rights.Read. Linux before 5.11 also
// needs a sufficient RLIMIT_MEMLOCK, or CAP_SYS_RESOURCE to raise it.
//
// On systems other than Linux, the package has only the types of probes and of what comes of them,
// which the command also uses for what a program itself sends.
package uprobe
