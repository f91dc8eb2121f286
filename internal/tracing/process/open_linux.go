package process

import (
	"errors"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// This file has the only places where the path of a traced file is opened. A process can put
// anything there: a FIFO that nobody writes to, a device that does something when it is opened, a
// link to a file that only root may read. So a path is opened with O_PATH, which does nothing to
// the file. What is found there is checked, and is then opened through its descriptor.

// A pathFile is a regular file, opened with O_PATH, which gives no right to read it.
type pathFile struct {
	fd int
	id FileID
}

// ErrNotRegular is matched by errors about paths that lead to no regular file.
var ErrNotRegular = errors.New("not a regular file")

// openPath finds the regular file at path.
func openPath(w *watch, path string, flags int) (f pathFile, err error) {
	err = w.call(func() (err error) {
		f.fd, err = unix.Open(path, unix.O_PATH|unix.O_CLOEXEC|flags, 0)
		return err
	})
	if err != nil {
		return pathFile{}, &os.PathError{Op: "open", Path: path, Err: err}
	}
	var st unix.Stat_t
	if err := w.call(func() error { return unix.Fstat(f.fd, &st) }); err != nil {
		f.close()
		return pathFile{}, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		f.close()
		return pathFile{}, ErrNotRegular
	}
	f.id = idOf(&st)
	return f, nil
}

// OpenPath opens the regular file at path with O_PATH, if it is the file that the numbers of
// stat(2) identify. The error has no path.
func (r *Reader) OpenPath(path string, dev, inode uint64) (*os.File, error) {
	type answer struct {
		file pathFile
		err  error
	}
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.file, a.err = openPath(w, path, 0)
		return a
	})
	if err = errors.Join(err, a.err); err != nil {
		return nil, withoutPath(err)
	}
	if !a.file.id.isSame(FileID{Dev: dev, Inode: inode}) {
		a.file.close()
		return nil, errOtherFile
	}
	return os.NewFile(uintptr(a.file.fd), path), nil
}

var errOtherFile = errors.New("another file is there by now")

// withoutPath returns an error about opening a file, whose path the caller knows.
func withoutPath(err error) error {
	var ofPath *os.PathError
	if errors.As(err, &ofPath) {
		return os.NewSyscallError(ofPath.Op, ofPath.Err)
	}
	return err
}

func (f pathFile) close() { _ = unix.Close(f.fd) }

// isOverlaid reports whether the file is in an overlay.
func (f pathFile) isOverlaid(w *watch) bool {
	var fs unix.Statfs_t
	err := w.call(func() error { return unix.Fstatfs(f.fd, &fs) })
	return err == nil && int64(fs.Type) == unix.OVERLAYFS_SUPER_MAGIC
}

// open opens the file for reading. It waits for nothing: since the check, the file is regular, but
// it may have a lease. The errors have no path, which would mean nothing to other processes.
func (f pathFile) open(w *watch) (readFile, error) {
	r := readFile{watch: w}
	path := "/proc/self/fd/" + strconv.Itoa(f.fd)
	err := w.call(func() (err error) {
		r.fd, err = unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		return err
	})
	return r, err
}

// A readFile is a file that is open for reading. An os.File would ask the file system whether it
// can be polled, without a limit.
type readFile struct {
	fd    int
	watch *watch
}

func (f readFile) ReadAt(b []byte, offset int64) (n int, err error) {
	for n < len(b) {
		var got int
		err := f.watch.call(func() (err error) {
			got, err = unix.Pread(f.fd, b[n:], offset+int64(n))
			return err
		})
		if err != nil {
			return n, err
		}
		if got == 0 {
			return n, io.EOF
		}
		n += got
	}
	return n, nil
}

// close may wait, too: FUSE asks its server. The descriptor is free even when the call fails.
func (f readFile) close() { f.watch.measure(func() { _ = unix.Close(f.fd) }) }
