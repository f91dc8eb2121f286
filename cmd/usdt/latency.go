//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/histogram"
	"github.com/go-usdt/usdt/internal/uprobe"
)

// latencyFlags are the flags of usdt latency.
type latencyFlags struct {
	aggregateFlags
	picture picture
}

func newLatencyCommand() *cobra.Command {
	var f latencyFlags
	cmd := &cobra.Command{
		Use:   "latency {-p PID | --all} PROVIDER:BASE",
		Short: "Measure the time from the probe BASE_start to BASE_end",
		Long: `Measure in the kernel the time from each hit of the probe BASE_start to the hit of BASE_end with the same
first argument in the same process, and draw a histogram with percentiles: at the end, which comes with Ctrl-C,
after --duration, or when the process has ended; with --interval now and then, too. Probes called
` + pairNames() + ` belong together, too.

Percentiles are within 1/32 of the truth, mean and max are exact. Hits that have no partner are counted below.
--where chooses among the starts.

` + rights,
		Example: `  sudo usdt latency -p 1234 shop:order
  sudo usdt latency -p 1234 python:function --duration 10s --svg calls.svg`,
		Args:              cobra.ExactArgs(1),
		RunE:              func(cmd *cobra.Command, args []string) error { return f.latency(cmd, args[0]) },
		ValidArgsFunction: completeProbes,
	}
	f.addFlags(cmd, 0)
	f.picture.addFlags(cmd)
	return cmd
}

// pairs are the ends of the names of probes that belong together.
var pairs = []struct{ start, end string }{
	{"_start", "_end"}, {"__start", "__end"}, {"__entry", "__return"}, {"_entry", "_return"}, {"_begin", "_end"},
}

func pairNames() string {
	var names []string
	for _, p := range pairs[1:] {
		names = append(names, fmt.Sprintf("BASE%s and BASE%s", p.start, p.end))
	}
	return strings.Join(names, ", ")
}

// selectPair returns the probes of PROVIDER:BASE.
func selectPair(t target, name string) (start, end uprobe.Probe, err error) {
	provider, base, ok := strings.Cut(name, ":")
	if !ok || provider == "" || base == "" || strings.ContainsAny(name, `*?[\`) {
		return start, end, usagef("%q is not PROVIDER:BASE; BASE is what the names of two probes begin with", name)
	}
	probes, err := selectProbes(t, []string{provider + ":*"})
	if err != nil {
		return start, end, err
	}
	named := func(name string) int {
		return slices.IndexFunc(probes, func(p uprobe.Probe) bool { return p.Name == name })
	}
	for _, p := range pairs {
		if s, e := named(base+p.start), named(base+p.end); s >= 0 && e >= 0 {
			return probes[s], probes[e], nil
		}
	}
	return start, end, noPair(t, name, probes)
}

// noPair is the error when there are no probes called that.
func noPair(t target, name string, probes []uprobe.Probe) error {
	var bases []string
	for _, p := range probes {
		for _, pair := range pairs {
			if base, ok := strings.CutSuffix(p.Name, pair.start); ok {
				bases = append(bases, p.Provider+":"+base)
			}
		}
	}
	hint := fmt.Sprintf("usdt list %s shows the probes", t.flag())
	if similar := nearest(name, bases); len(similar) > 0 {
		hint = fmt.Sprintf("did you mean %s?", printable(strings.Join(similar, " or ")))
	}
	return fmt.Errorf("no probes %s_start and %s_end in %v; %s", name, name, t, hint)
}

func (f *latencyFlags) latency(cmd *cobra.Command, name string) error {
	options, err := f.options()
	if err != nil {
		return err
	}
	start, end, err := selectPair(f.target, name)
	if err != nil {
		return err
	}
	if err := f.picture.open(); err != nil {
		return err
	}
	defer f.picture.close()
	l, err := uprobe.Pair(start, end, options)
	if err != nil {
		return attachError(err)
	}
	began := time.Now()
	return f.run(cmd, l, func(last bool) error {
		r, err := l.Read()
		if err != nil {
			return err
		}
		r.Histogram.Unit = histogram.Nanoseconds
		if last {
			title := fmt.Sprintf("from %s to %s", printable(start.String()), printable(end.String()))
			if err := f.picture.write(title, []histogram.Group{{Histogram: r.Histogram}}); err != nil {
				return err
			}
		}
		if f.asJSON {
			return writeLatencyJSON(cmd.OutOrStdout(), r, start, end, began)
		}
		if err := f.writeHeading(cmd.OutOrStdout()); err != nil {
			return err
		}
		return writeLatency(cmd.OutOrStdout(), r)
	})
}

// writeLatency draws the histogram and tells about the hits that are not in it.
func writeLatency(w io.Writer, r uprobe.LatencyReading) error {
	out := bufio.NewWriter(w)
	if r.Histogram.Total() == 0 {
		fmt.Fprintln(out, "no pairs")
	} else if err := writeHistogram(out, terminalWidth(w), r.Histogram); err != nil {
		return err
	}
	writeUnless0(out, r.Open, "starts without an end so far")
	writeUnless0(out, r.EndsAlone, "ends without a start")
	writeUnless0(out, r.StartsAgain, "starts forgotten because of another one with the same first argument")
	writeUnless0(out, r.Unreadable, "hits whose first argument could not be read")
	writeUnless0(out, r.Lost, "hits lost to too many open starts, or while another BPF program was running")
	return out.Flush()
}

// latencyJSON is a reading in JSON, in nanoseconds. The names of its members are an interface.
type latencyJSON struct {
	Time    time.Time `json:"time"`
	Seconds float64   `json:"seconds"` // since the beginning
	Start   string    `json:"start"`
	End     string    `json:"end"`
	figuresJSON
	Open        uint64 `json:"open"`         // starts whose end has not come yet
	EndsAlone   uint64 `json:"ends_alone"`   // ends without a start
	StartsAgain uint64 `json:"starts_again"` // starts forgotten because of another with the same argument
	Unreadable  uint64 `json:"unreadable"`
	Lost        uint64 `json:"lost"`
}

func writeLatencyJSON(w io.Writer, r uprobe.LatencyReading, start, end uprobe.Probe, began time.Time) error {
	now := time.Now()
	return writeJSONLine(w, latencyJSON{
		Time: now, Seconds: now.Sub(began).Seconds(), Start: start.String(), End: end.String(),
		figuresJSON: newFiguresJSON(r.Histogram),
		Open:        r.Open, EndsAlone: r.EndsAlone, StartsAgain: r.StartsAgain, Unreadable: r.Unreadable, Lost: r.Lost,
	})
}
