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
		Use:   "latency {-p PID | --all | --at ADDRESS} PROVIDER:BASE",
		Short: "Measure the time from the probe BASE_start to BASE_end",
		Long: `Measure in the kernel the time from each hit of the probe BASE_start to the hit of
BASE_end with the same key in the same process, and draw a histogram with percentiles at the
end: on Ctrl-C, after --duration, or when the process ends. With --interval it is also drawn
in between. The key is the first argument, or with --key the one with a name or a number. These
pairs of names work, too:

` + pairNames() + `
Percentiles are within 1/32 of the true value, max is exact, and mean is exact up to rounding.
The lines below the histogram count the hits without a partner. --where selects among the starts.
` + atHelp + kernelHelp,
		Example: `  sudo usdt latency -p 1234 shop:order
  sudo usdt latency -p 1234 http:request --key id --duration 10s --svg requests.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.at != "" {
				return f.latencyAt(cmd, args[0])
			}
			return f.latencyKernel(cmd, args[0])
		},
		ValidArgsFunction: completeBases,
	}
	f.addFlags(cmd, 0)
	cmd.Flags().Var(&f.key, "key", "pair hits by the argument `NAME`, or by that number from 0")
	completeArguments(cmd, "key")
	f.picture.addFlags(cmd)
	return cmd
}

// reporter returns what reports a reading that was made at a time.
func (f *latencyFlags) reporter(
	cmd *cobra.Command, start, end uprobe.Probe, began time.Time,
) func(r uprobe.LatencyReading, at time.Time, last bool) error {
	return func(r uprobe.LatencyReading, at time.Time, last bool) error {
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
		return writeLatency(cmd.OutOrStdout(), r, f.loss())
	}
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

// writeLatency draws the histogram and counts the hits that are not in it. loss says why some are
// missing.
func writeLatency(w io.Writer, r uprobe.LatencyReading, loss string) error {
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
	writeUnless0(out, r.Lost, "hits lost to too many open starts, or "+loss)
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
