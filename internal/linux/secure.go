//go:build linux && (amd64 || arm64)

package linux

import (
	"encoding/binary"
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// SecureGetenv is secure_getenv(3): an environment variable, or "" if [Secure] says that the user
// who set it must not choose what this program runs.
func SecureGetenv(name string) string {
	value := os.Getenv(name)
	if value == "" || Secure() {
		return ""
	}
	return value
}

// Secure reports whether AT_SECURE of getauxval(3) is set: the program has rights that the user who
// started it lacks, by set-user-ID, set-group-ID or file capabilities.
//
// The vector is unreadable in /proc only in a program with such rights, or where no descriptor is
// left. Without /proc, a program with capabilities that is not root's counts as one, although it
// may have inherited them.
func Secure() bool {
	var vector [1024]byte
	n, err := readAuxiliary(vector[:])
	if errors.Is(err, syscall.ENOENT) {
		return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid() ||
			os.Geteuid() != 0 && capable()
	}
	return err != nil || hasSecure(vector[:n])
}

// hasSecure reports whether an auxiliary vector sets AT_SECURE, or lacks it.
func hasSecure(vector []byte) bool {
	const atSecure = 23
	secure, ok := findAuxiliary(vector, atSecure)
	return !ok || secure != 0
}

// ProgramHeaders returns the address of the program headers, AT_PHDR of getauxval(3). It is not ok
// if that cannot be read.
func ProgramHeaders() (address uint64, ok bool) {
	const atPhdr = 3
	var vector [1024]byte
	n, err := readAuxiliary(vector[:])
	if err != nil {
		return 0, false
	}
	return findAuxiliary(vector[:n], atPhdr)
}

// readAuxiliary reads the auxiliary vector, some 20 entries of 16 bytes. The Go runtime does not
// always find it in a program with cgo, so the kernel is asked; before Linux 6.4, /proc is.
func readAuxiliary(vector []byte) (n int, err error) {
	const getAuxv = 0x41555856 // PR_GET_AUXV of prctl(2)
	size, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, getAuxv,
		uintptr(unsafe.Pointer(unsafe.SliceData(vector))), uintptr(len(vector)), 0, 0, 0)
	if errno == 0 {
		return min(int(size), len(vector)), nil // #nosec G115 -- the size of the vector
	}
	return ReadStart("/proc/self/auxv", vector)
}

// findAuxiliary returns the value of the first entry of a type.
func findAuxiliary(vector []byte, typ uint64) (value uint64, ok bool) {
	const entrySize = 16
	for ; len(vector) >= entrySize; vector = vector[entrySize:] {
		if binary.LittleEndian.Uint64(vector) == typ {
			return binary.LittleEndian.Uint64(vector[8:]), true
		}
	}
	return 0, false
}

// capable reports whether this process has permitted capabilities, or cannot tell. See capget(2).
func capable() bool {
	header := struct {
		version uint32
		pid     int32
	}{version: 0x20080522} // _LINUX_CAPABILITY_VERSION_3, of this process
	var data [2]struct{ effective, permitted, inheritable uint32 }
	_, _, errno := syscall.RawSyscall(syscall.SYS_CAPGET, uintptr(unsafe.Pointer(&header)),
		uintptr(unsafe.Pointer(&data)), 0)
	return errno != 0 || data[0].permitted|data[1].permitted != 0
}
