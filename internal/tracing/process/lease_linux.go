package process

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ErrBeingWritten is matched by the error of [Reader.Lease] when the file is open for writing, or
// was written since it was read.
var ErrBeingWritten = errors.New("the file is being written")

// Lease opens the regular file at path for reading, with a read lease (fcntl(2), F_SETLEASE): who
// opens it for writing waits until the lease is given up, which closing the file does, or for
// /proc/sys/fs/lease-break-time. The file must be the one that id identifies, and not be written
// since. Who gets the file sets who is told that somebody waits (F_SETOWN).
//
// Files that another user owns take CAP_LEASE, without which the error matches fs.ErrPermission.
// With file systems that have no leases it matches errors.ErrUnsupported. The error has no path.
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
	f, err := found.open(w)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	if err := f.lease(id); err != nil {
		f.close()
		return nil, err
	}
	return os.NewFile(uintptr(f.fd), path), nil
}

// lease takes the lease. Then nobody can write the file, so it can be compared.
func (f readFile) lease(id FileID) error {
	// What is open for reading without waiting would be polled by an os.File.
	if err := unix.SetNonblock(f.fd, false); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	if err := f.watch.call(func() error { return setLease(f.fd) }); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := f.watch.call(func() error { return unix.Fstat(f.fd, &st) }); err != nil {
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
	case nil:
		return nil
	case unix.EAGAIN:
		return ErrBeingWritten
	case unix.EINVAL, unix.ENOLCK:
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, os.NewSyscallError("fcntl", err))
	}
	return os.NewSyscallError("fcntl", err)
}
