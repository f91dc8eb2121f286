//go:build linux

package main

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// commonFlags are the flags that all commands that trace have in common.
type commonFlags struct {
	scope    scope
	where    where
	duration time.Duration // 0: no limit
	wait     waitForPages
}

func (f *commonFlags) addFlags(cmd *cobra.Command) {
	f.scope.addFlags(cmd)
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

// where is the text of a filter, empty when there is none.
type where string

func (w *where) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP((*string)(w), "where", "w", "",
		"only hits that satisfy `FILTER`, such as 'arg0 > 100 && arg1 == \"GET\"'")
}

// parse returns nil when there is no filter. Its error is about the command line.
func (w where) parse() (filter.Expr, error) {
	if w == "" {
		return nil, nil
	}
	expr, err := filter.Parse(string(w))
	if err != nil {
		return nil, usagef("--where: %w", err)
	}
	return expr, nil
}

// checkWhere reports an argument that the filter uses and that one of the probes lacks.
func checkWhere(expr filter.Expr, probes ...uprobe.Probe) error {
	if expr == nil {
		return nil
	}
	ints, texts := filter.Args(expr)
	highest := slices.Max(slices.Concat(ints, texts, []int{-1}))
	for _, p := range probes {
		for _, site := range p.Sites {
			if has := len(operand.Parse(site.Note)); highest >= has {
				return usagef("--where: %s has no arg%d, it has %s; name only probes that have it",
					printable.Text(p.String()), highest, plural(has, "argument", "arguments"))
			}
		}
	}
	return nil
}

// An argument is a flag that names one argument of a probe, from 0. It is noArgument when the flag
// is not given.
type argument int

const noArgument argument = -1

func (a *argument) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return errors.New("want the number of an argument; the first is 0")
	}
	*a = argument(n)
	return nil
}

// String is empty for noArgument, so that help shows no default.
func (a *argument) String() string {
	if *a < 0 {
		return ""
	}
	return strconv.Itoa(int(*a))
}

func (a *argument) Type() string { return "int" }
