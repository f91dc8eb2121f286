// Package process finds the files with probes that processes have mapped, the notes in them, and whether a
// tracer is attached to a probe.
//
// Processes belong to anybody, and are watched while they run: what one of them can make the caller read,
// open or remember is bounded, nothing but regular files is opened, and a path that a process chose is
// checked to lead to the file that is mapped.
//
// The package is empty on systems other than Linux.
package process
