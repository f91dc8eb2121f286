//go:build linux && (!cgo || stapsdt_purego) && (amd64 || arm64)

package stapsdt

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/imagefile"
	"github.com/go-usdt/usdt/internal/memfd"
)

const sitesChoosable = true

// publishImage writes the image and publishes it without help from C.
func publishImage(o order) (publication, error) {
	image, err := elfimage.Build(o.spec())
	if err != nil {
		return publication{}, err
	}
	if o.path != "" {
		return publishFile(o.path, image)
	}
	return publishMemfd(o.provider, image)
}

func publishMemfd(provider string, image []byte) (publication, error) {
	file, err := memfd.New("libstapsdt:"+provider, image)
	if err != nil {
		return publication{}, err
	}
	published, err := keepOpen(file)
	if err != nil {
		file.Close()
		return publication{}, err
	}
	path := fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), published.fd)
	return publication{file: file, path: path, withdraw: published.close}, nil
}

// descriptor is one that stays open for tracers. It is not an *os.File: a program that closes all
// descriptors, as daemons do, may give its number to another file, which must not be closed then.
type descriptor struct {
	fd            int
	device, inode uint64
}

// keepOpen returns another descriptor of file.
func keepOpen(file *os.File) (d descriptor, err error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return d, os.NewSyscallError("fstat", err)
	}
	d.device, d.inode = st.Dev, st.Ino
	d.fd, err = unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return d, fmt.Errorf("duplicate descriptor of the image: %w", os.NewSyscallError("fcntl", err))
	}
	return d, nil
}

func (d descriptor) close() error {
	var st unix.Stat_t
	if unix.Fstat(d.fd, &st) != nil || st.Dev != d.device || st.Ino != d.inode {
		return nil // somebody closed it
	}
	return os.NewSyscallError("close", unix.Close(d.fd))
}

func publishFile(path string, image []byte) (publication, error) {
	if err := imagefile.Write(path, image); err != nil {
		return publication{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		os.Remove(path)
		return publication{}, err
	}
	return publication{file: file, path: path, withdraw: func() error { return removeFile(path) }}, nil
}

// removeFile is content when somebody who cleans up was faster.
func removeFile(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
