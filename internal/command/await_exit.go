//go:build linux

package command

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// exitInterval is how often a kernel without pidfds (before Linux 5.3) is asked whether a process
// is still there.
const exitInterval = 50 * time.Millisecond

// awaitExit waits until the process has ended. It returns false if ctx ended before.
func awaitExit(ctx context.Context, pid int) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	switch err {
	case nil:
		_ = unix.SetNonblock(fd, true) // for Go to wait without a thread
		return awaitReadable(ctx, os.NewFile(uintptr(fd), "pidfd"))
	case unix.ESRCH:
		return true
	}
	return awaitNoProcess(ctx, pid)
}

// awaitReadable waits until the file is readable, which a pidfd is once its process has ended. It
// closes the file.
func awaitReadable(ctx context.Context, f *os.File) bool {
	stop := context.AfterFunc(ctx, func() { _ = f.Close() })
	defer func() {
		if stop() {
			_ = f.Close()
		}
	}()
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	err = conn.Read(func(fd uintptr) bool {
		readable := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}} // #nosec G115 -- a descriptor
		n, _ := unix.Poll(readable, 0)
		return n > 0
	})
	return err == nil
}

// awaitNoProcess is awaitExit without a pidfd. It waits until the parent of the process has noticed
// the end, too.
func awaitNoProcess(ctx context.Context, pid int) bool {
	again := time.NewTicker(exitInterval)
	defer again.Stop()
	for unix.Kill(pid, 0) != unix.ESRCH {
		select {
		case <-ctx.Done():
			return false
		case <-again.C:
		}
	}
	return true
}
