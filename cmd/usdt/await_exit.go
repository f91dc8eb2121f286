//go:build linux

package main

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// exitInterval is how often a kernel without pidfds (before Linux 5.3) is asked whether a process is there.
const exitInterval = 50 * time.Millisecond

// awaitExit waits until the process has ended, or, which gives false, until ctx has.
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

// awaitReadable waits until there is something to read, as a pidfd has once its process has ended, and closes
// the file.
func awaitReadable(ctx context.Context, f *os.File) bool {
	stop := context.AfterFunc(ctx, func() { f.Close() })
	defer func() {
		if stop() {
			f.Close()
		}
	}()
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	err = conn.Read(func(fd uintptr) bool {
		n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		return n > 0
	})
	return err == nil
}

// awaitNoProcess also waits for the parent of the process to notice its end.
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
