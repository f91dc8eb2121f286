//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/imagefile"
	"github.com/go-usdt/usdt/internal/linux"
	"github.com/go-usdt/usdt/internal/memfd"
)

// publishByGo writes the image and publishes it without help from C.
func publishByGo(r publishRequest) (publication, error) {
	spec := r.image
	spec.BTF = signatures(r.probes)
	image, err := elfimage.Build(spec)
	if err != nil {
		return publication{}, err
	}
	if r.path != "" {
		return publishFile(r.path, image)
	}
	return publishMemfd(r.image.Provider, image)
}

func publishMemfd(provider string, image []byte) (publication, error) {
	file, err := memfd.New("libstapsdt:"+provider, image)
	if err != nil {
		return publication{}, err
	}
	published, err := keepOpen(file)
	if err != nil {
		_ = file.Close()
		return publication{}, err
	}
	return publication{file: file, path: published.path(), withdraw: published.close}, nil
}

// descriptor is one that stays open for tracers. It is not an *os.File: a program that closes all
// descriptors, as daemons do, may give its number to another file, which must not be closed then.
type descriptor struct {
	fd            int
	device, inode uint64
}

// keepOpen returns another descriptor of file.
func keepOpen(file *os.File) (d descriptor, err error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(file.Fd()), &st); err != nil {
		return d, os.NewSyscallError("fstat", err)
	}
	d.device, d.inode = st.Dev, st.Ino
	d.fd, err = linux.Fcntl(file.Fd(), syscall.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return d, fmt.Errorf("duplicate descriptor of the image: %w", os.NewSyscallError("fcntl", err))
	}
	return d, nil
}

// path returns a path for tracers. /proc/PID/fd has the descriptors of the main thread, which has
// others than the rest of the program after unshare(CLONE_FILES).
func (d descriptor) path() string {
	directory := "/proc/" + strconv.Itoa(os.Getpid())
	name := "/fd/" + strconv.Itoa(d.fd)
	path := directory + name
	ofThread := directory + "/task/" + strconv.Itoa(syscall.Gettid()) + name
	if !d.isAt(path) && d.isAt(ofThread) {
		return ofThread
	}
	return path
}

// isAt reports whether path leads to d's file.
func (d descriptor) isAt(path string) bool {
	var st syscall.Stat_t
	err := syscall.Stat(path, &st)
	return err == nil && st.Dev == d.device && st.Ino == d.inode
}

// close does nothing if the program has closed the descriptor.
func (d descriptor) close() error {
	var st syscall.Stat_t
	if syscall.Fstat(d.fd, &st) != nil || st.Dev != d.device || st.Ino != d.inode {
		return nil
	}
	return os.NewSyscallError("close", syscall.Close(d.fd))
}

func publishFile(path string, image []byte) (publication, error) {
	file, err := imagefile.Create(path, image)
	if err != nil {
		return publication{}, err
	}
	remove := func() error { return imagefile.Remove(path) }
	return publication{file: file, path: path, withdraw: remove}, nil
}
