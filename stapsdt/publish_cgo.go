//go:build linux && cgo && !stapsdt_purego && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"os"
	"syscall"

	"github.com/go-usdt/usdt/internal/imagefile"
	"github.com/go-usdt/usdt/internal/linux"
	libstapsdt "github.com/go-usdt/usdt/vendor_c"
)

// sitesChoosable: an installed libstapsdt without our extension makes plain nops.
var sitesChoosable = libstapsdt.HasUseSite()

// publish lets libstapsdt make the image, publish it and open it with the dynamic linker.
func publish(r publishRequest) (_ publication, err error) {
	c, err := libstapsdt.Init(r.provider)
	if err != nil {
		return publication{}, err
	}
	defer func() {
		if err != nil {
			c.Destroy()
		}
	}()
	if sitesChoosable && !c.UseSite(r.site) {
		return publication{}, fmt.Errorf("libstapsdt refuses the site % x", r.site)
	}
	if err := chooseFile(c, r.path); err != nil {
		return publication{}, err
	}
	for _, probe := range r.probes {
		if _, err := c.AddProbe(probe.name, wireTypes(probe)...); err != nil {
			return publication{}, err
		}
	}
	if err := c.Load(); err != nil {
		return publication{}, explainMapping(err)
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
		return fmt.Errorf("create memfd: %w", os.NewSyscallError("memfd_create", syscall.ENOSYS))
	}
	if path != "" && !c.UseFile(path) {
		return fmt.Errorf("%w: the installed libstapsdt does not let us choose the file, use a memfd",
			ErrUnsupported)
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

// openPublished opens what c published. If c has a descriptor, it is duplicated: the path in /proc
// could be that of another process.
func openPublished(c *libstapsdt.Provider) (*os.File, error) {
	if c.Memfd() < 0 {
		return imagefile.Open(c.Filename())
	}
	fd, err := linux.Fcntl(uintptr(c.Memfd()), syscall.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("duplicate descriptor of %s: %w", c.Filename(),
			os.NewSyscallError("fcntl", err))
	}
	return os.NewFile(uintptr(fd), c.Filename()), nil
}
