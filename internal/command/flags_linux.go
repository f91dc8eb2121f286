package command

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// options checks the flags. What the engine has to say while it traces goes to stderr.
func (f *commonFlags) options(stderr io.Writer) (uprobe.Options, error) {
	if err := f.scope.check(); err != nil {
		return uprobe.Options{}, err
	}
	if err := f.checkDuration(); err != nil {
		return uprobe.Options{}, err
	}
	if err := f.wait.check(f.scope); err != nil {
		return uprobe.Options{}, err
	}
	expr, err := f.where.parse()
	o := uprobe.Options{Filter: expr, WaitForPages: bool(f.wait)}
	if f.scope.isMany() {
		o.Skipped = warnSkipped(stderr)
	}
	return o, err
}

// warnSkipped warns of the files whose probes are not traced, of each file once. A process that has
// ended is told of otherwise.
func warnSkipped(stderr io.Writer) func(site uprobe.Site, err error) {
	warned := make(map[string]bool)
	return func(site uprobe.Site, err error) {
		if !warned[site.Path] && !errors.Is(err, unix.ESRCH) {
			warn(stderr, "probes in %q are not traced: %v", site.Path, err)
		}
		warned[site.Path] = true
	}
}
