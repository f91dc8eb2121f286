//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"errors"
	"fmt"
	"syscall"
)

// advise adds to the error of a request what the operator can do about it.
func advise(err error, request publishRequest) error {
	advice := memfdAdvice(err)
	if request.path != "" {
		advice = fileAdvice(err)
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%w (%s)", err, advice)
}

func memfdAdvice(err error) string {
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		return "a seccomp policy or vm.memfd_noexec forbids it: allow it, " +
			"or use a named file: STAPSDT_BACKING=file"
	case errors.Is(err, syscall.ENOSYS):
		return "the kernel or sandbox lacks it; use a named file: STAPSDT_BACKING=file"
	}
	return limitAdvice(err)
}

func fileAdvice(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT),
		errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM),
		errors.Is(err, syscall.ENOSYS):
		return "name another directory: STAPSDT_DIR, or use a memfd: STAPSDT_BACKING=memfd"
	}
	return limitAdvice(err)
}

func limitAdvice(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "out of file descriptors: raise the limit"
	case errors.Is(err, syscall.EFBIG):
		return "the image is larger than files may be: raise the limit, RLIMIT_FSIZE or ulimit -f"
	}
	return ""
}
