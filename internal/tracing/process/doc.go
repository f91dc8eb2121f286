// Package process finds the files with probes that processes have mapped, reads the notes in them,
// and tells whether a tracer is attached to a probe.
//
// Processes belong to any user and change while they are read. The package bounds how much a
// process can make the caller read, open or remember. Nothing but regular files is opened. A path
// that a process chose is used only if it leads to the file that is mapped.
//
// The package is empty on systems other than Linux.
package process
