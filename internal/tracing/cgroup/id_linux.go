package cgroup

import (
	"encoding/binary"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// ReadMounts returns where hierarchies are mounted for this process.
func ReadMounts() (Mounts, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	return ParseMounts(string(text)), err
}

// ID returns the id by which the kernel knows the cgroup of version 2 whose directory is path.
func ID(path string) (uint64, error) {
	handle, _, err := unix.NameToHandleAt(unix.AT_FDCWD, path, 0)
	if err != nil {
		return 0, os.NewSyscallError("name_to_handle_at", err)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, os.NewSyscallError("statfs", err)
	}
	if st.Type != unix.CGROUP2_SUPER_MAGIC || handle.Size() != 8 {
		return 0, errors.New("it is not in a file system of type cgroup2")
	}
	return binary.NativeEndian.Uint64(handle.Bytes()), nil
}
