// Package perfevent opens perf events of the kernel's uprobe PMU (Linux 4.17). Such an event counts
// how often an instruction of a file runs, and can run a BPF program there. Nothing appears in
// tracefs, and the kernel detaches when the descriptor is closed.
//
// The package is empty on systems other than Linux.
package perfevent
