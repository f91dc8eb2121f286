package faults

import "golang.org/x/sys/unix"

// The C library of amd64 uses calls that arm64 does not have.
func init() {
	callNames[unix.SYS_UNLINK] = "unlink"
	callNames[unix.SYS_READLINK] = "readlink"
}
