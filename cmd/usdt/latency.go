//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/rights"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// latencyFlags are the flags of usdt latency.
type latencyFlags struct {
	aggregateFlags
	key     argument
	picture picture
}

func newLatencyCommand() *cobra.Command {
	f := latencyFlags{key: argument(uprobe.Numbered(0))}
	cmd := &cobra.Command{
		Use:   "latency {-p PID | --all} PROVIDER:BASE",
		Short: "Measure the time from the probe BASE_start to BASE_end",
		Long: `Measure in the kernel the time from each hit of the probe BASE_start to the hit of
BASE_end with the same key in the same process, and draw a histogram with percentiles at the
end: on Ctrl-C, after --duration, or when the process ends. With --interval it is also drawn
in between. The key is the first argument, or with --key the one with a name or a number. These
pairs of names work, too:

` + pairNames() + `
Percentiles are within 1/32 of the true value, max is exact, and mean is exact up to rounding.
The lines below the histogram count the hits without a partner. --where selects among the starts.
` + waitForPagesHelp + rights.Help,
		Example: `  sudo usdt latency -p 1234 shop:order
  sudo usdt latency -p 1234 http:request --key id --duration 10s --svg requests.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.latency(cmd, args[0])
		},
		ValidArgsFunction: completeBases,
	}
	f.addFlags(cmd, 0)
	cmd.Flags().Var(&f.key, "key", "pair hits by the argument `NAME`, or by that number from 0")
	completeArguments(cmd, "key")
	f.picture.addFlags(cmd)
	return cmd
}

func (f *latencyFlags) latency(cmd *cobra.Command, name string) error {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	sel, err := selectPair(f.scope, f.types, name)
	if err != nil {
		return err
	}
	if err := checkWhere(options.Filter, sel.probes[0]); err != nil {
		return err
	}
	if err := f.checkKey(sel.probes); err != nil {
		return err
	}
	if err := f.picture.open(); err != nil {
		return err
	}
	defer f.picture.close()
	defer catchSignals(cmd)()
	attached := attaching(cmd, &options)
	start, end := sel.probes[0], sel.probes[1]
	l, err := uprobe.Pair(start, end, uprobe.Argument(f.key), options)
	attached()
	if err != nil {
		return attachError(err)
	}
	began := time.Now()
	return f.run(cmd, l, sel, func(at time.Time, last bool) error {
		r, err := l.Read()
		if err != nil {
			return err
		}
		r.Histogram.Unit = histogram.Nanoseconds
		if last {
			title := "from " + printable.Text(start.String()) + " to " + printable.Text(end.String())
			panels := []histogram.Group{{Histogram: r.Histogram}}
			if err := f.picture.write(title, panels); err != nil {
				return err
			}
		}
		if f.asJSON {
			return writeLatencyJSON(cmd.OutOrStdout(), r, start, end, began, at)
		}
		if err := f.writeHeading(cmd.OutOrStdout(), at); err != nil {
			return err
		}
		return writeLatency(cmd.OutOrStdout(), r)
	})
}

// checkKey reports a key that one of the probes lacks, or that has the same value in no two hits.
func (f *latencyFlags) checkKey(probes []uprobe.Probe) error {
	params, err := f.key.find("--key", probes...)
	if err != nil {
		return err
	}
	for _, p := range params {
		if p != nil && p.Type.Kind.IsAddress() {
			return usagef("--key %s: the address of %s (%s) is no key; name an argument that is a number",
				f.key.String(), printable.Text(p.Label()), printable.Text(p.Type.Name))
		}
	}
	return nil
}

// writeLatency draws the histogram and counts the hits that are not in it.
func writeLatency(w io.Writer, r uprobe.LatencyReading) error {
	out := bufio.NewWriter(w)
	if r.Histogram.Total() == 0 {
		fmt.Fprintln(out, "no pairs")
	} else if err := writeHistogram(out, terminalWidth(w), r.Histogram); err != nil {
		return err
	}
	writeUnless0(out, r.Open, "starts without an end so far")
	writeUnless0(out, r.EndsAlone, "ends without a start")
	writeUnless0(out, r.StartsAgain, "starts replaced by another one with the same key")
	writeUnless0(out, r.Unreadable, "hits whose key could not be read")
	writeUnless0(out, r.Lost,
		"hits lost to too many open starts, or while another BPF program was running")
	return out.Flush()
}

func writeLatencyJSON(
	w io.Writer, r uprobe.LatencyReading, start, end uprobe.Probe, began, at time.Time,
) error {
	return writeJSONLine(w, reading.Latency{
		Time: at, Seconds: at.Sub(began).Seconds(), Start: start.String(), End: end.String(),
		Figures: reading.NewFigures(r.Histogram), Open: r.Open, EndsAlone: r.EndsAlone,
		StartsAgain: r.StartsAgain, Unreadable: r.Unreadable, Lost: r.Lost,
	})
}
