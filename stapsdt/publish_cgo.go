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

// publish lets libstapsdt publish the image. Where libstapsdt cannot, because there is no /proc, no
// dynamic linker (static programs with musl), or no choice of the file (an installed libstapsdt
// without our extensions), the image is published without it. That is the same to tracers.
func publish(r publishRequest) (publication, error) {
	if pub, err := publishByLinker(r); err == nil {
		return pub, nil
	}
	return publishByGo(r)
}

// publishByLinker lets libstapsdt make the image, publish it and open it with the dynamic linker.
func publishByLinker(r publishRequest) (_ publication, err error) {
	c, err := libstapsdt.Init(r.image.Provider)
	if err != nil {
		return publication{}, err
	}
	defer func() {
		if err != nil {
			c.Destroy()
		}
	}()
	if sitesChoosable && !c.UseSite(r.image.Site) || !chooseFile(c, r.path) {
		return publication{}, ErrUnsupported
	}
	for _, probe := range r.probes {
		if _, err := c.AddProbe(probe.name, wireTypes(probe)...); err != nil {
			return publication{}, err
		}
	}
	c.Describe(signatures(r.probes)) // an installed libstapsdt may lack the extension
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

// chooseFile tells c where to publish, and reports whether c takes the choice.
func chooseFile(c *libstapsdt.Provider, path string) bool {
	if path == "" {
		return c.UseMemfd(true)
	}
	c.UseMemfd(false) // refused where there are only named files
	return c.UseFile(path)
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
