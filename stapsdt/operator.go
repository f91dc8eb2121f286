//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"encoding/binary"
	"errors"
	"os"

	"github.com/go-usdt/usdt/internal/imagefile"
)

// operatorDir returns STAPSDT_DIR, or "" if the program has rights that the user who started it
// lacks (set-user-id, file capabilities): that user could exchange files in the directory, whose
// code the program would run.
func operatorDir() string {
	if secure() {
		return ""
	}
	return os.Getenv("STAPSDT_DIR")
}

// secure reports whether AT_SECURE of getauxval(3) is set. The Go runtime does not always find the
// auxiliary vector in a program with cgo, so it is read from /proc; the file is unreadable only in a
// program with more rights than its user.
func secure() bool {
	f, err := imagefile.Open("/proc/self/auxv")
	if errors.Is(err, os.ErrNotExist) {
		return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid()
	}
	if err != nil {
		return true
	}
	defer f.Close()
	const atSecure, entrySize = 23, 16 // bytes: a number and a value
	var vector [64 * entrySize]byte    // the kernel writes some 20 entries
	n, _ := f.Read(vector[:])
	for entry := vector[:n]; len(entry) >= entrySize; entry = entry[entrySize:] {
		if binary.LittleEndian.Uint64(entry) == atSecure {
			return binary.LittleEndian.Uint64(entry[8:]) != 0
		}
	}
	return true
}
