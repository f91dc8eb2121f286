package rights

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// CheckReadable returns an error if the real user may not read what f was opened as. The command
// may have more rights than its user, by file capabilities. It is safe for concurrent use.
func CheckReadable(f *os.File) error {
	// The rights of the real user decide, here also on the way to the file; and by now the path may
	// lead to another file.
	for _, path := range []string{f.Name(), fmt.Sprintf("/proc/self/fd/%d", f.Fd())} {
		if err := unix.Access(path, unix.R_OK); err != nil {
			return &os.PathError{Op: "open", Path: f.Name(), Err: err}
		}
	}
	return nil
}
