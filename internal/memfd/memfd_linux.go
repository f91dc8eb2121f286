//go:build amd64 || arm64

package memfd

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/go-usdt/usdt/internal/linux"
)

// seals make the content final: no writes, no change of size, no further seals.
const seals = linux.F_SEAL_SEAL | linux.F_SEAL_SHRINK | linux.F_SEAL_GROW | linux.F_SEAL_WRITE

// New returns a sealed, close-on-exec memory file called name that holds content. The caller
// closes it. Errors match the errno.
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
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// create asks for a file that chmod can never make executable. Mapping it PROT_EXEC is still
// allowed, and vm.memfd_noexec=2 allows no other kind. Kernels before 6.3 do not know the flag and
// answer EINVAL.
func create(name string) (int, error) {
	fd, err := linux.MemfdCreate(name, linux.MFD_CLOEXEC|linux.MFD_ALLOW_SEALING|linux.MFD_NOEXEC_SEAL)
	if errors.Is(err, syscall.EINVAL) {
		fd, err = linux.MemfdCreate(name, linux.MFD_CLOEXEC|linux.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return -1, fmt.Errorf("create memfd: %w", os.NewSyscallError("memfd_create", err))
	}
	return fd, nil
}

func fill(f *os.File, content []byte) error {
	err := linux.CheckFileSize(len(content))
	if err == nil {
		_, err = f.Write(content)
	}
	if err != nil {
		return fmt.Errorf("fill memfd: %w", err)
	}
	if _, err := linux.Fcntl(f.Fd(), linux.F_ADD_SEALS, seals); err != nil {
		return fmt.Errorf("seal memfd: %w", os.NewSyscallError("fcntl", err))
	}
	return nil
}
