//go:build linux

package linux

import (
	"os"
	"syscall"
)

// ReadStart fills buffer from the start of the file at path, by one read(2), and returns the number
// of bytes. It is for files of /proc: a small one comes whole in one read.
//
// Package os would start the runtime's network poller for it: if no descriptor is left for the
// poller, the runtime ends the program.
func ReadStart(path string, buffer []byte) (n int, err error) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	if n, err = syscall.Read(fd, buffer); err != nil {
		return 0, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return n, nil
}
