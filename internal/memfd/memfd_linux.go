package memfd

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// seals make the content final: no writes, no change of size, no further seals.
const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE

// New returns a sealed, close-on-exec memory file called name that holds content. The caller
// closes it. Errors match the errno with errors.Is, and their text says what to do.
func New(name string, content []byte) (*os.File, error) {
	if len(name) > MaxName {
		return nil, fmt.Errorf("create memfd: name of %d bytes, at most %d", len(name), MaxName)
	}
	fd, err := create(name)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "memfd:"+name)
	if err := fill(f, content); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// create asks for a file that can never be chmod'ed executable: mapping it PROT_EXEC is allowed
// all the same, and vm.memfd_noexec=2 allows no other kind. Kernels before 6.3 do not know the
// flag and answer EINVAL.
func create(name string) (int, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|unix.MFD_NOEXEC_SEAL)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return -1, fmt.Errorf("create memfd: %w%s", os.NewSyscallError("memfd_create", err), remedy(err))
	}
	return fd, nil
}

func fill(f *os.File, content []byte) error {
	if _, err := f.WriteAt(content, 0); err != nil {
		return fmt.Errorf("fill memfd: %w", err)
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return fmt.Errorf("seal memfd: %w", os.NewSyscallError("fcntl", err))
	}
	return nil
}

// remedy says what whoever runs the program can do about err.
func remedy(err error) string {
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return " (a seccomp policy or vm.memfd_noexec forbids it: allow memfd_create, or use a named file: STAPSDT_BACKING=file)"
	case errors.Is(err, unix.ENOSYS):
		return " (the kernel or sandbox has no memfd_create; use a named file: STAPSDT_BACKING=file)"
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		return " (out of file descriptors: raise the limit)"
	}
	return ""
}
