//go:build linux && (amd64 || arm64)

package linux

import "syscall"

// CheckFileSize returns EFBIG if RLIMIT_FSIZE forbids a file of size bytes. A write beyond the
// limit would raise SIGXFSZ besides, which ends a C program that has Go code in an archive. Where a
// policy forbids to ask for the limit, as systemd's @resources does, there is none.
func CheckFileSize(size int) error {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
	if err == nil && uint64(size) > limit.Cur { // #nosec G115 -- not negative
		return syscall.EFBIG
	}
	return nil
}
