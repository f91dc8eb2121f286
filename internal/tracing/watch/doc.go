// Package watch tells of processes that start and end, and of code that they map, as the kernel
// tells it: by perf events of a software event that never counts. So it works on every kernel from
// Linux 4.18 on without BPF, and costs a process nothing but a record where it maps code, forks or
// ends.
//
// The package is empty on systems other than Linux.
package watch
