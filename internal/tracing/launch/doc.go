// Package launch starts a command that does not run yet: its process is there, so that it can be
// traced from its first instruction on, and executes the file when it is told to.
//
// Until then the process is one of this program, which has called [Serve]. It has given up what the
// command must not have: see [Plan]. It executes with its main thread, by which the kernel knows a
// process, so that what is attached to the process stays. While it waits it calls no function of
// the C library, whose probes would otherwise be hit before the command's.
//
// The package is empty on systems other than Linux.
package launch
