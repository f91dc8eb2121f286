//go:build !386 && !arm

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"runtime"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sudoCaller returns the user and the group who called this process by sudo, and 0 if root did, or
// if it was not called by sudo.
func sudoCaller() (uid, gid int) {
	if os.Geteuid() != 0 {
		return 0, 0
	}
	uid, err := strconv.Atoi(os.Getenv("SUDO_UID"))
	gid, gidErr := strconv.Atoi(os.Getenv("SUDO_GID"))
	if err != nil || gidErr != nil || uid <= 0 || gid < 0 {
		return 0, 0
	}
	return uid, gid
}

// asCaller calls f, which stays in its thread, with the rights to files of the user who called
// sudo, as the shell opens what the output of sudo is redirected to. So what f creates belongs to
// that user, and a link that somebody has put in the way leads to nothing that the user could not
// write to. Linux knows such rights of each thread.
func asCaller(f func() error) error {
	uid, gid := sudoCaller()
	if uid == 0 {
		return f()
	}
	groups, err := unix.Getgroups()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	err = setFileRights(uid, gid, groupsOf(uid, gid))
	if err == nil {
		err = f()
	}
	if restored := setFileRights(0, unix.Getegid(), groups); restored != nil {
		return errors.Join(err, restored) // the thread is not used for anything else
	}
	runtime.UnlockOSThread()
	return err
}

// groupsOf returns all groups of a user. If nobody knows the user, there is the one.
func groupsOf(uid, gid int) []int {
	groups := []int{gid}
	known, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return groups
	}
	names, err := known.GroupIds()
	if err != nil {
		return groups
	}
	for _, name := range names {
		if id, err := strconv.Atoi(name); err == nil {
			groups = append(groups, id)
		}
	}
	return groups
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
	if _, err := unix.SetfsgidRetGid(gid); err != nil {
		return os.NewSyscallError("setfsgid", err)
	}
	if _, err := unix.SetfsuidRetUid(uid); err != nil {
		return os.NewSyscallError("setfsuid", err)
	}
	if now, err := unix.SetfsuidRetUid(-1); err != nil || now != uid { // it tells of no failure
		return fmt.Errorf("setfsuid %d: refused", uid)
	}
	return nil
}

// callerHint says what a user of sudo can do about an error of asCaller.
func callerHint(err error) string {
	if uid, _ := sudoCaller(); uid == 0 || !errors.Is(err, fs.ErrPermission) {
		return ""
	}
	return "; under sudo, files are opened with the rights of the user who called it: " +
		"use | sudo tee FILE"
}
