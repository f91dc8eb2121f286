package process

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Errors that those of [Reader.Lease] match.
var (
	// ErrBeingWritten: the file is open for writing, or was written since it was read.
	ErrBeingWritten = errors.New("the file is being written")
	// ErrNoLease: the file is another user's, and this process has no CAP_LEASE.
	ErrNoLease = errors.New("no right to have a lease of the file")
)

// Lease opens the regular file at path for reading, with a read lease (fcntl(2), F_SETLEASE): who
// opens it for writing waits until the lease is given up, which closing the file does, or for
// /proc/sys/fs/lease-break-time. The file must be the one that id identifies, and not be written
// since. Who gets the file sets who is told that somebody waits (F_SETOWN).
//
// Where a file system has no leases the error matches errors.ErrUnsupported. It has no path.
func (r *Reader) Lease(path string, id FileID) (*os.File, error) {
	type answer struct {
		file *os.File // is closed by its finalizer if nobody waits for the answer any more
		err  error
	}
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.file, a.err = lease(w, path, id)
		return a
	})
	return a.file, withoutPath(errors.Join(err, a.err))
}

func lease(w *watch, path string, id FileID) (*os.File, error) {
	found, err := openPath(w, path, 0)
	if err != nil {
		return nil, err
	}
	defer found.close()
	if !found.id.isSame(id) {
		return nil, errOtherFile
	}
	if !found.hasLeases(w) {
		return nil, errors.ErrUnsupported
	}
	f, err := found.open(w)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	err = f.lease(w, id)
	if err == nil && w.abandoned.Load() {
		err = errNoAnswer // nobody would give the lease up
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return os.NewFile(uintptr(f.fd), path), nil
}

// lease takes the lease. Then nobody can write the file, so it can be compared.
func (f readFile) lease(w *watch, id FileID) error {
	// What is open for reading without waiting would be polled by an os.File.
	if err := unix.SetNonblock(f.fd, false); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	if err := w.call(func() error { return setLease(f.fd) }); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := w.call(func() error { return unix.Fstat(f.fd, &st) }); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	if idOf(&st) != id {
		return ErrBeingWritten
	}
	return nil
}

func setLease(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK)
	switch err {
	case unix.EACCES:
		return ErrNoLease
	case unix.EAGAIN:
		return ErrBeingWritten
	case unix.EINVAL, unix.ENOLCK:
		return errors.ErrUnsupported
	}
	return os.NewSyscallError("fcntl", err)
}

// hasLeases tells whether a file is in a file system whose leases are known to be right. Those of
// servers are not: NFS and SMB say of any file that it is open for writing, and to close a file of
// FUSE can wait for ever.
func (f pathFile) hasLeases(w *watch) bool {
	var fs unix.Statfs_t
	if err := w.call(func() error { return unix.Fstatfs(f.fd, &fs) }); err != nil {
		return false
	}
	const bcachefs, zfs = 0xca451a4e, 0x2fc12fc1
	switch uint32(fs.Type) { // #nosec G115 -- these are numbers of 32 bits
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC,
		unix.TMPFS_MAGIC, unix.RAMFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, bcachefs, zfs:
		return true
	}
	return false
}
