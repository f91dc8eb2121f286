//go:build linux && (amd64 || arm64)

package linux

import "syscall"

// CheckFileSize returns EFBIG if RLIMIT_FSIZE forbids a file of size bytes. A write beyond the
// limit would raise SIGXFSZ besides, which ends a C program that has Go code in an archive.
func CheckFileSize(size int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if uint64(size) > limit.Cur {
		return syscall.EFBIG
	}
	return nil
}
