package command

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// captureFlags tell what arguments point to.
type captureFlags struct {
	strings  pointedFlag // arguments that point to text
	byteArgs pointedFlag // arguments that point to bytes; the argument after each is their number
	limit    int         // in bytes
}

func (c *captureFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&c.strings, "str", strHelp)
	flags.Var(&c.byteArgs, "bytes", bytesHelp)
	flags.IntVar(&c.limit, "strlen", 128, "read at most `BYTES` of a text or of bytes")
}

func (c *captureFlags) check() error {
	if c.limit < 1 || c.limit > format.MaxPrecision {
		return usagef("--strlen %d: want 1 to %d bytes", c.limit, format.MaxPrecision)
	}
	for _, p := range c.byteArgs {
		if slices.ContainsFunc(c.strings, func(s pointed) bool { return s.text == p.text }) {
			return usagef("%s: use either --str or --bytes, not both", printable.Text(p.arg.String()))
		}
	}
	return nil
}

// captures returns what is to be read of each probe: what its format needs or, without formats,
// what the signatures and the flags say.
func (c *captureFlags) captures(
	probes []uprobe.Probe, formats []*format.Format,
) [][]uprobe.Capture {
	captures := make([][]uprobe.Capture, len(probes))
	for i, p := range probes {
		if formats != nil {
			captures[i] = c.ofFormat(formats[i], p)
			continue
		}
		targets := c.targets(p.Sites[0])
		for _, t := range targets {
			capture := uprobe.Capture{Arg: t.place, Length: -1, Max: c.share(len(targets))}
			if t.kind != signature.String {
				capture.Length = t.place + 1
			}
			captures[i] = append(captures[i], capture)
		}
	}
	return captures
}

// share returns how many bytes are read of each of some texts, so that all find room.
func (c *captureFlags) share(texts int) int {
	const besides = 16 // bytes that each takes, too
	return min(c.limit, uprobe.MaxCapture/texts-besides)
}

func (c *captureFlags) targets(s uprobe.Site) []target { return targets(s, c.strings, c.byteArgs) }

// ofFormat leaves out what cannot be read.
func (c *captureFlags) ofFormat(parsed *format.Format, p uprobe.Probe) []uprobe.Capture {
	var captures []uprobe.Capture
	args := p.Args()
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
		if args[need.Arg].Kind == operand.Invalid ||
			capture.Length >= 0 && args[capture.Length].Kind == operand.Invalid {
			continue
		}
		captures = append(captures, capture)
	}
	return captures
}

// checkUsed reports a flag that applies to none of the probes.
func (c *captureFlags) checkUsed(probes []uprobe.Probe) error {
	var sites []uprobe.Site
	for _, p := range probes {
		sites = append(sites, p.Sites[0])
	}
	if p := c.strings.unused(sites, false, c.targets); p != nil {
		return p.useless("--str", "is no address", probes)
	}
	if p := c.byteArgs.unused(sites, true, c.targets); p != nil {
		return p.useless("--bytes", "is no address, or has no number of bytes after it,", probes)
	}
	return nil
}

// useless is the error that the flag is of use for none of the probes.
func (p *pointed) useless(flag, why string, probes []uprobe.Probe) error {
	var meant []uprobe.Probe
	for _, probe := range probes {
		if p.pattern == nil || p.pattern.matches(nameOf(probe.Sites[0].Note)) {
			meant = append(meant, probe)
		}
	}
	if len(meant) == 0 {
		return usagef("%s %s: this names no traced probe; they are %s",
			flag, p.text, probeNames(probes))
	}
	if err := p.obstacle(meant); err != nil {
		return usagef("%s %s: %w", flag, p.text, err)
	}
	return usagef("%s %s: %s %s in %s; the first is arg0",
		flag, p.text, printable.Text(p.arg.String()), why, probeNames(meant))
}
