package main

import (
	"io"

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
	o := uprobe.Options{PID: f.scope.pid, Filter: expr, WaitForPages: bool(f.wait)}
	if f.scope.all {
		o.Skipped = warnSkipped(stderr)
	}
	return o, err
}

// warnSkipped warns of the files whose probes are not traced, of each file once.
func warnSkipped(stderr io.Writer) func(site uprobe.Site, err error) {
	warned := make(map[string]bool)
	return func(site uprobe.Site, err error) {
		if !warned[site.Path] {
			warn(stderr, "probes in %q are not traced: %v", site.Path, err)
		}
		warned[site.Path] = true
	}
}
