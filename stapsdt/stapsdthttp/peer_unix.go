//go:build unix

package stapsdthttp

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// limitMode sets the mode that Linux gives the file of a socket that is not bound yet. Elsewhere it
// has no effect, and the file has the mode of the umask for a moment.
func limitMode(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) } // #nosec G115 -- a descriptor

// isOurs reports whether a file belongs to the program's user.
func isOurs(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
