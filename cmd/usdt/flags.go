//go:build linux

package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// commonFlags are the flags that all commands that trace have in common.
type commonFlags struct {
	scope    scope
	types    typeFiles
	where    where
	duration time.Duration // 0: no limit
	wait     waitForPages
}

func (f *commonFlags) addFlags(cmd *cobra.Command) {
	f.scope.addFlags(cmd)
	f.types.addFlags(cmd)
	f.where.addFlags(cmd)
	f.wait.addFlags(cmd)
	cmd.Flags().DurationVarP(&f.duration, "duration", "d", 0,
		"end after `TIME`, such as 10s (default: on Ctrl-C)")
}

// options checks the flags. What the engine has to say while it traces goes to stderr.
func (f *commonFlags) options(stderr io.Writer) (uprobe.Options, error) {
	if err := f.scope.check(); err != nil {
		return uprobe.Options{}, err
	}
	if f.duration < 0 {
		return uprobe.Options{}, usagef("--duration %v is negative", f.duration)
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
