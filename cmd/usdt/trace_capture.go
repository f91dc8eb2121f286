//go:build linux

package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// What help says of the flags that tell what arguments point to.
const (
	strHelp   = "argument `N`, from 0, points to text that ends with a NUL"
	bytesHelp = "argument `N`, from 0, points to as many bytes as argument N+1 says"
)

// captureFlags tell what arguments point to.
type captureFlags struct {
	strings  []int // arguments that point to text
	byteArgs []int // those that point to bytes, whose number is the argument after them
	limit    int   // bytes
}

func (c *captureFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntSliceVar(&c.strings, "str", nil, strHelp)
	flags.IntSliceVar(&c.byteArgs, "bytes", nil, bytesHelp)
	flags.IntVar(&c.limit, "strlen", 128, "read at most `BYTES` of a text or of bytes")
}

func (c *captureFlags) check() error {
	if c.limit < 1 || c.limit > format.MaxPrecision {
		return usagef("--strlen %d: from 1 to %d bytes", c.limit, format.MaxPrecision)
	}
	for _, n := range c.byteArgs {
		if slices.Contains(c.strings, n) {
			return usagef("arg%d: either --str or --bytes, not both", n)
		}
	}
	return nil
}

// captures returns what is to be read of each probe: what the format needs or, without a format, the flags say.
func (c *captureFlags) captures(probes []uprobe.Probe, form *format.Format) ([][]uprobe.Capture, error) {
	captures := make([][]uprobe.Capture, len(probes))
	for i, p := range probes {
		if form == nil {
			captures[i] = c.ofFlags(p.Args())
			continue
		}
		if err := form.Check(len(p.Args())); err != nil {
			return nil, usagef("format for %s: %w", printable(p.String()), err)
		}
		captures[i] = c.ofFormat(form)
	}
	if form == nil {
		return captures, c.checkUsed(probes, captures)
	}
	return captures, nil
}

func (c *captureFlags) ofFormat(form *format.Format) []uprobe.Capture {
	var captures []uprobe.Capture
	for _, need := range form.Captures() {
		capture := uprobe.Capture{Arg: need.Arg, Length: -1, Max: need.Max}
		if capture.Max == 0 {
			capture.Max = c.limit
		}
		switch need.Kind {
		case format.Integer:
			continue
		case format.Bytes:
			capture.Length = need.Length
		}
		captures = append(captures, capture)
	}
	return captures
}

const addressSize = 8 // bytes

// ofFlags leaves out what a probe does not have, or has too small for an address.
func (c *captureFlags) ofFlags(args []operand.Arg) []uprobe.Capture {
	var captures []uprobe.Capture
	for arg, a := range args {
		if a.Size < addressSize {
			continue
		}
		if slices.Contains(c.strings, arg) {
			captures = append(captures, uprobe.Capture{Arg: arg, Length: -1, Max: c.limit})
		}
		if slices.Contains(c.byteArgs, arg) && arg+1 < len(args) {
			captures = append(captures, uprobe.Capture{Arg: arg, Length: arg + 1, Max: c.limit})
		}
	}
	return captures
}

// checkUsed reports a flag that is about no probe at all.
func (c *captureFlags) checkUsed(probes []uprobe.Probe, captures [][]uprobe.Capture) error {
	used := func(arg int) bool {
		return slices.ContainsFunc(captures, func(of []uprobe.Capture) bool {
			return slices.ContainsFunc(of, func(capture uprobe.Capture) bool { return capture.Arg == arg })
		})
	}
	for _, arg := range c.strings {
		if !used(arg) {
			return usagef("--str %d: arg%d is no address in %s; the first is arg0", arg, arg, probeNames(probes))
		}
	}
	for _, arg := range c.byteArgs {
		if !used(arg) {
			return usagef("--bytes %d: arg%d is no address, or has no number of bytes after it, in %s; the first is arg0",
				arg, arg, probeNames(probes))
		}
	}
	return nil
}
