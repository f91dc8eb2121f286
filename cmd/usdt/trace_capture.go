//go:build linux

package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
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
	byteArgs []int // arguments that point to bytes; the argument after each is their number
	limit    int   // in bytes
}

func (c *captureFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntSliceVar(&c.strings, "str", nil, strHelp)
	flags.IntSliceVar(&c.byteArgs, "bytes", nil, bytesHelp)
	flags.IntVar(&c.limit, "strlen", 128, "read at most `BYTES` of a text or of bytes")
}

func (c *captureFlags) check() error {
	if c.limit < 1 || c.limit > format.MaxPrecision {
		return usagef("--strlen %d: want 1 to %d bytes", c.limit, format.MaxPrecision)
	}
	for _, n := range c.byteArgs {
		if slices.Contains(c.strings, n) {
			return usagef("arg%d: use either --str or --bytes, not both", n)
		}
	}
	return nil
}

// captures returns what is to be read of each probe: what the format needs or, without a format,
// what the flags say.
func (c *captureFlags) captures(
	probes []uprobe.Probe, parsed *format.Format,
) ([][]uprobe.Capture, error) {
	captures := make([][]uprobe.Capture, len(probes))
	for i, p := range probes {
		if parsed == nil {
			captures[i] = c.ofFlags(p.Args())
			continue
		}
		if err := parsed.Check(len(p.Args())); err != nil {
			return nil, usagef("format for %s: %w", printable.Text(p.String()), err)
		}
		captures[i] = c.ofFormat(parsed)
	}
	if parsed == nil {
		return captures, c.checkUsed(probes, captures)
	}
	return captures, nil
}

func (c *captureFlags) ofFormat(parsed *format.Format) []uprobe.Capture {
	var captures []uprobe.Capture
	for _, need := range parsed.Needs() {
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

// ofFlags leaves out arguments that a probe does not have, or that are too small for an address.
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

// checkUsed reports a flag that applies to none of the probes.
func (c *captureFlags) checkUsed(probes []uprobe.Probe, captures [][]uprobe.Capture) error {
	used := make(map[int]bool)
	for _, capture := range slices.Concat(captures...) {
		used[capture.Arg] = true
	}
	for _, arg := range c.strings {
		if !used[arg] {
			return usagef("--str %d: arg%d is no address in %s; the first is arg0",
				arg, arg, probeNames(probes))
		}
	}
	for _, arg := range c.byteArgs {
		if !used[arg] {
			return usagef("--bytes %d: arg%d is no address, or has no number of bytes after it, in %s; "+
				"the first is arg0", arg, arg, probeNames(probes))
		}
	}
	return nil
}
