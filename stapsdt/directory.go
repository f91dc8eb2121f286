//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"encoding/binary"
	"errors"
	"os"

	"github.com/go-usdt/usdt/internal/linux"
)

// directories returns those that may hold named files, the preferred first.
//
// The environment has no say if the program has rights that the user who started it lacks: that
// user could exchange files in the directory, and the program would run the code in them.
func (p *Provider) directories() []string {
	if isSecure() {
		return []string{p.dir, "/tmp"}
	}
	return []string{os.Getenv("STAPSDT_DIR"), p.dir, os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()}
}

// isSecure reports whether AT_SECURE of getauxval(3) is set, as for set-user-id programs and those
// with file capabilities. The Go runtime does not always find the auxiliary vector in a program
// with cgo, so it is read from /proc. The file is unreadable only in a program with such rights.
func isSecure() bool {
	var vector [1024]byte // the kernel writes some 20 entries of 16 bytes
	n, err := linux.ReadStart("/proc/self/auxv", vector[:])
	if errors.Is(err, os.ErrNotExist) {
		return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid()
	}
	return err != nil || hasSecure(vector[:n])
}

// hasSecure reports whether an auxiliary vector sets AT_SECURE, or lacks it.
func hasSecure(vector []byte) bool {
	const atSecure, entrySize = 23, 16
	for ; len(vector) >= entrySize; vector = vector[entrySize:] {
		if binary.LittleEndian.Uint64(vector) == atSecure {
			return binary.LittleEndian.Uint64(vector[8:]) != 0
		}
	}
	return true
}
