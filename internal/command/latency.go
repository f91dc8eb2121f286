package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
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
	key pairKey
	by  byFlag
	captureFlags
	slower time.Duration // 0: no pairs are shown
	view   histView
}

func newLatencyCommand() *cobra.Command {
	f := latencyFlags{key: pairKey{noArgument}}
	cmd := &cobra.Command{
		Use:   "latency [-p PID | --all | --at ADDRESS] {PROVIDER:BASE | START END} [-- COMMAND...]",
		Short: "Measure the time from one probe to another",
		Long: `Measure in the kernel the time from each hit of one probe to the hit of another with the
same key in the same process, and draw a histogram with percentiles at the end: on Ctrl-C, after
--duration, or when the process ends.

START and END are the names PROVIDER:PROBE of any two probes. PROVIDER:BASE stands for two whose
names are BASE, then _, __ or -, then one of these:

` + pairNames() + `
--key names the argument that is the key, or gives its number from 0; --key tid pairs the hits of
a thread, --key goroutine those of a goroutine of a program with this library. Without --key, it is
the first argument, if both probes have an integer there. Otherwise usdt says what it takes: an
argument that both have by one name or, where there is none, the thread or, in Go programs, the
goroutine. There threads are no key, because a goroutine changes its thread.

In the histogram max is exact, and mean is exact up to rounding. The lines below the histogram count
the hits without a partner. There is room for some 65,536 starts without an end; then the oldest
make room. --where selects among the starts; the ends of others are not counted.

With --by, there is a histogram for each combination of values: of the start, if it has an argument
of that name or number, otherwise of the end. ` + byKeysHelp + `
The ` + strconv.Itoa(mostGroups) + ` with most pairs are drawn, JSON has all.
` + histogramOthersHelp + `

With --slower, each pair that takes so long or longer is shown as soon as it ends: time, process
and thread of the end, how long it took, and the arguments of the start and of the end, as usdt
trace shows them. With --json that is an object with time, pid, tid and comm of the end; took, in
nanoseconds; start and end, each with provider, probe, args and fields. --str, --bytes and --strlen
mean what they mean to usdt trace. Not with --at: a program keeps no arguments of starts.
` + histViewHelp + unitHelp + stacksHelp + atHelp + kernelHelp,
		Example: `  sudo usdt latency -p 1234 shop:order
  sudo usdt latency shop:order -- ./shop
  sudo usdt latency -p 1234 http:request --key id --duration 10s -o requests.svg
  sudo usdt latency -p 1234 http:request --by path,container
  sudo usdt latency -p 1234 http:request --by path --sort p99.9 --quantiles 50,99,99.9 --unit ms
  sudo usdt latency -p 1234 http:request --interval 1s
  sudo usdt latency -p 1234 http:request --slower 100ms
  sudo usdt latency -p 1234 http:request -o requests.pb.gz && go tool pprof requests.pb.gz
  sudo usdt latency -p 1234 postgresql:query
  sudo usdt latency --all hotspot:gc__begin hotspot:gc__end --key tid`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			pair, err := parsePairing(args)
			if err != nil {
				return err
			}
			if err := f.view.check(); err != nil {
				return err
			}
			if f.at != "" {
				return f.latencyAt(cmd, pair)
			}
			return f.latencyKernel(cmd, pair)
		},
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completePairs,
	}
	f.output.draws = true
	f.aggregateFlags.addFlags(cmd, 0)
	cmd.Flags().Var(&f.key, "key",
		"pair hits by the argument `NAME`, by that number from 0, tid, or goroutine")
	cmd.Flags().Var(&f.by, "by", "draw a histogram for each value of "+byHelp)
	cmd.Flags().DurationVar(&f.slower, "slower", 0,
		"show each pair that takes `TIME` or longer, such as 10ms")
	f.captureFlags.addFlags(cmd)
	completeArguments(cmd, "key", "by")
	f.view.addFlags(cmd)
	return cmd
}

// reporter returns what reports a reading that was made at a time.
func (f *latencyFlags) reporter(
	cmd *cobra.Command, start, end uprobe.Probe, by grouping, unit histogram.Unit, began time.Time,
) func(r uprobe.LatencyReading, at time.Time, last bool) error {
	rows := newHistRows(cmd.OutOrStdout(), &f.view, f.slower == 0 && !bool(f.stack))
	return func(r uprobe.LatencyReading, at time.Time, last bool) error {
		by := by
		r.Histogram.Unit = unit
		groups := histReading{groups: r.Groups}
		all := f.stacksOf(groups.groups, start.String(), by, began, at, "pairs", "time", unit)
		groups.groups, by = f.shown(groups.groups, by)
		groups.prepare(unit, &f.view) // groups are in the order of what is shown
		if last {
			if err := f.writeStacks(cmd.OutOrStdout(), all); err != nil || f.folded {
				return err
			}
			title := "from " + printable.Text(start.String()) + " to " + printable.Text(end.String())
			panels := []histogram.Group{{Histogram: r.Histogram}}
			if len(by) > 0 {
				panels = groups.panels(by)
			}
			if err := f.output.draw(title, panels); err != nil {
				return err
			}
		}
		if f.asJSON {
			j := newLatencyJSON(r, began, at)
			j.Start, j.End, j.Key = start.String(), end.String(), f.key.json()
			j.Unit, j.Quantiles = unit.Name, f.view.jsonQuantiles(r.Histogram)
			j.Groups, j.Others, j.More = groups.json(by)
			return writeJSONLine(cmd.OutOrStdout(), j)
		}
		if f.interval > 0 {
			if err := rows.write(at, groups.groups, by, r.Histogram, last); err != nil || !last {
				return err
			}
		}
		if err := errors.Join(rows.end(), f.separate(cmd.OutOrStdout())); err != nil {
			return err
		}
		return writeLatency(cmd.OutOrStdout(), r, groups, by, f.loss())
	}
}

// writeLatency draws the histogram, or those of the groups, and counts the hits that are not in it.
// loss says why some are missing.
func writeLatency(
	w io.Writer, r uprobe.LatencyReading, groups histReading, by grouping, loss string,
) error {
	out := bufio.NewWriter(w)
	var err error
	switch {
	case r.Histogram.Total() == 0:
		fmt.Fprintln(out, "no pairs")
	case len(by) == 0:
		err = groups.view.writeHistogram(out, terminalWidth(w), r.Histogram)
	default:
		err = groups.draw(out, terminalWidth(w), by)
		fmt.Fprintf(out, "\nall: %s\n", groups.view.figures(r.Histogram))
	}
	if err != nil {
		return err
	}
	writeUnless0(out, r.Open, "starts without an end so far")
	writeUnless0(out, r.FellOut, fmt.Sprintf(
		"starts without an end that made room for later ones, when some %d were open", r.Room))
	writeUnless0(out, r.EndsAlone, "ends without a start")
	writeUnless0(out, r.StartsAgain, "starts replaced by another one with the same key")
	unreadable := "hits whose key could not be read"
	if len(by) > 0 {
		unreadable = "hits whose key, or argument to group by, could not be read"
	}
	writeUnless0(out, r.Unreadable, unreadable)
	writeUnless0(out, r.Lost+r.Unplaced, "hits lost to too many different values, or "+loss)
	return out.Flush()
}

// newLatencyJSON returns a reading as JSON has it, but for what is known beforehand.
func newLatencyJSON(r uprobe.LatencyReading, began, at time.Time) reading.Latency {
	return reading.Latency{
		Time: at, Seconds: at.Sub(began).Seconds(), Figures: reading.NewFigures(r.Histogram),
		Open: r.Open, FellOut: r.FellOut, EndsAlone: r.EndsAlone, Hidden: r.Hidden,
		StartsAgain: r.StartsAgain, Unreadable: r.Unreadable, Lost: r.Lost + r.Unplaced,
	}
}

// unit returns the unit of the times.
func (f *latencyFlags) unit() (histogram.Unit, error) {
	units := []histogram.Unit{histogram.Nanoseconds}
	err := f.view.unit.apply(units, func(int) string { return "latency" })
	return units[0], err
}
