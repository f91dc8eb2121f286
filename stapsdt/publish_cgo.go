//go:build linux && cgo && !stapsdt_purego && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	libstapsdt "github.com/go-usdt/usdt/vendor_c"
)

// sitesChoosable: an installed libstapsdt without our extension makes plain nops.
var sitesChoosable = libstapsdt.HasUseSite()

// publishImage lets libstapsdt make the image, publish it and open it with the dynamic linker.
func publishImage(o order) (_ publication, err error) {
	c, err := libstapsdt.Init(o.provider)
	if err != nil {
		return publication{}, err
	}
	defer func() {
		if err != nil {
			c.Destroy()
		}
	}()
	if sitesChoosable && !c.UseSite(o.site) {
		return publication{}, fmt.Errorf("libstapsdt refuses the site % x", o.site)
	}
	if err := chooseFile(c, o.path); err != nil {
		return publication{}, err
	}
	for _, probe := range o.probes {
		if _, err := c.AddProbe(probe.name, wireTypes(probe)...); err != nil {
			return publication{}, err
		}
	}
	if err := c.Load(); err != nil {
		if o.path == "" {
			err = fmt.Errorf("%w (if memfds cannot be had here, try STAPSDT_BACKING=file)", err)
		}
		return publication{}, err
	}
	file, err := openPublished(c)
	if err != nil {
		return publication{}, err
	}
	withdraw := func() error {
		defer c.Destroy()
		return c.Unload()
	}
	return publication{file: file, path: c.Filename(), withdraw: withdraw}, nil
}

// chooseFile tells c where to publish.
func chooseFile(c *libstapsdt.Provider, path string) error {
	if memfd := path == ""; !c.UseMemfd(memfd) && memfd {
		return fmt.Errorf("%w: the system has no memfd, use a named file", ErrUnsupported)
	}
	if path != "" && !c.UseFile(path) {
		return fmt.Errorf("%w: the installed libstapsdt does not let us choose the file, use a memfd", ErrUnsupported)
	}
	return nil
}

func wireTypes(probe *Probe) []libstapsdt.ArgType {
	types := make([]libstapsdt.ArgType, len(probe.sizes))
	for i, size := range probe.sizes {
		types[i] = libstapsdt.ArgType(size)
	}
	return types
}

// openPublished opens what c published, through the descriptor where there is one: a path in
// /proc could be another process's.
func openPublished(c *libstapsdt.Provider) (*os.File, error) {
	if c.Memfd() < 0 {
		return os.Open(c.Filename())
	}
	fd, err := unix.FcntlInt(uintptr(c.Memfd()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("duplicate descriptor of %s: %w", c.Filename(), os.NewSyscallError("fcntl", err))
	}
	return os.NewFile(uintptr(fd), c.Filename()), nil
}
