//go:build !386 && !arm

package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/launch"
)

// asCaller calls f, which stays in its thread, with the rights to files of the user who called
// sudo, as the shell opens what the output of sudo is redirected to. So what f creates belongs to
// that user, and a link that somebody has put in the way leads to nothing that the user could not
// write to. Linux knows such rights of each thread.
func asCaller(f func() error) error {
	caller, err := launch.Invoker()
	if err != nil {
		return err
	}
	if caller == nil {
		return f()
	}
	groups, err := unix.Getgroups()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	err = setFileRights(caller.UID, caller.GID, caller.Groups)
	if err == nil {
		err = f()
	}
	if restored := setFileRights(0, unix.Getegid(), groups); restored != nil {
		return errors.Join(err, restored) // no other goroutine may have its thread
	}
	runtime.UnlockOSThread()
	return err
}

// setFileRights sets user, group and groups of this thread, as far as files ask for them. With
// another user than root, the kernel takes the capabilities from it by which root opens all files.
func setFileRights(uid, gid int, groups []int) error {
	ids := make([]uint32, len(groups)+1) // one more, so that there is a first
	for i, id := range groups {
		ids[i] = uint32(id) // #nosec G115 -- from the kernel, or from its users
	}
	// The function of package unix would set the groups of all threads.
	_, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(groups)),
		uintptr(unsafe.Pointer(&ids[0])), 0) // #nosec G103 -- the kernel reads a slice of its length
	if errno != 0 {
		return os.NewSyscallError("setgroups", errno)
	}
	_, gidErr := unix.SetfsgidRetGid(gid)
	_, uidErr := unix.SetfsuidRetUid(uid)
	// These calls do not tell whether they have worked. With an id that does not exist, they change
	// nothing, and tell the ids as they are.
	gotGID, _ := unix.SetfsgidRetGid(-1)
	gotUID, _ := unix.SetfsuidRetUid(-1)
	if gotGID != gid || gotUID != uid {
		return errors.Join(gidErr, uidErr, fmt.Errorf(
			"the kernel refuses the rights of user %d and group %d, who called sudo; "+
				"unset SUDO_UID to write with those of root", uid, gid))
	}
	return nil
}

// callerHint says what a user of sudo can do about an error of asCaller.
func callerHint(err error) string {
	if caller, _ := launch.Invoker(); caller == nil || !errors.Is(err, fs.ErrPermission) {
		return ""
	}
	return "; under sudo, files are opened with the rights of the user who called it: " +
		"use | sudo tee FILE or, in a shell of root, unset SUDO_UID"
}
