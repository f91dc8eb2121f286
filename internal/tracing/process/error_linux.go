package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// An Error says why a process cannot be read.
type Error struct {
	PID    int
	Reason string
	Remedy string // or empty
	Err    error
}

func (e *Error) Error() string {
	if e.Remedy == "" {
		return fmt.Sprintf("process %d %s", e.PID, e.Reason)
	}
	return fmt.Sprintf("process %d %s: %s", e.PID, e.Reason, e.Remedy)
}

func (e *Error) Unwrap() error { return e.Err }

func processError(pid int, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return denied(pid, err)
	case errors.Is(err, unix.ESRCH):
		return &Error{PID: pid, Reason: "has ended", Err: fs.ErrNotExist}
	case !errors.Is(err, fs.ErrNotExist):
		return &Error{PID: pid, Reason: fmt.Sprintf("cannot be read: %v", err), Err: err}
	}
	// Under the mount option hidepid, /proc does not show the processes of others.
	switch unix.Kill(pid, 0) {
	case unix.EPERM:
		return denied(pid, fs.ErrPermission)
	case nil:
		const remedy = "mount the proc file system there"
		return &Error{PID: pid, Reason: "is not in /proc", Remedy: remedy, Err: err}
	}
	return &Error{PID: pid, Reason: "does not exist", Err: err}
}

func denied(pid int, err error) error {
	reason, remedy := "may not be read by this user", rights.ToReadOne()
	if user := realUser(pid); user == os.Getuid() && user != 0 {
		reason = "may not be read, although it is this user's: it has more rights, or has asked " +
			"the kernel to keep its memory from others"
		remedy = rights.ToRead()
	}
	return &Error{PID: pid, Reason: reason, Remedy: remedy, Err: err}
}
