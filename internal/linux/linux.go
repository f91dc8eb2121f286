//go:build linux

// Package linux has the system calls and constants that probes need and that package syscall lacks.
//
// golang.org/x/sys/unix has them all, but the debug information of its thousands of constants would
// add 96 KB to every program with probes. A test holds everything here equal to that package.
package linux

// Flags of MemfdCreate, see memfd_create(2).
const (
	MFD_CLOEXEC       = 1
	MFD_ALLOW_SEALING = 2
	MFD_NOEXEC_SEAL   = 8 // Linux 6.3
)

// Fcntl's command to seal a memory file, and the seals, see fcntl(2).
const (
	F_ADD_SEALS = 1033

	F_SEAL_SEAL   = 1
	F_SEAL_SHRINK = 2
	F_SEAL_GROW   = 4
	F_SEAL_WRITE  = 8
)

// Flags of syscall.Statfs_t, see statfs(2).
const (
	ST_RDONLY = 1
	ST_NOEXEC = 8 // files on the mount can be neither executed nor mapped executable
)
