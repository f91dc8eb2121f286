package command

import (
	"strings"

	"github.com/spf13/cobra"
)

// timelineFlags are the flags of usdt timeline, which traces as usdt trace does and writes events
// in another way.
type timelineFlags struct {
	traceFlags
	key   pairKey
	pairs []string // START,END

	threadsTell bool // threads may tell hits apart

	told   *cobra.Command  // on its standard error, each message comes once
	events *timelineEvents // nil until the probes are attached
}

func newTimelineCommand() *cobra.Command {
	f := timelineFlags{key: pairKey{noArgument}}
	f.timeline = &f
	cmd := &cobra.Command{
		Use:   "timeline [-p PID | --all | --at ADDRESS] PROVIDER:PROBE... -o FILE [-- COMMAND...]",
		Short: "Write what happens when, for Perfetto and chrome://tracing",
		Long: `Write each hit of the probes that match PROVIDER:PROBE into a file that the Perfetto UI
(https://ui.perfetto.dev, "Open trace file") and chrome://tracing show as a timeline.

Two probes whose names make a pair, as usdt latency knows them, are a span from each hit of the
one to the hit of the other with the same key in the same process. --key means what it means there,
and --pair START,END names two probes that make a pair, too. Each key has a track of its own, so
spans may overlap; spans of one pair and one key are within each other: an end belongs to the
last start. Hits of other probes, and ends without a start, are instants in the track of
their thread. Spans and instants have the arguments, those of the end in "end".

Tracing ends on Ctrl-C, after --count events or --duration, or when the processes end. The file is
written as events come: it can have any length, and it can be opened, too, if usdt was killed. It
is an array of the Trace Event Format; times are microseconds since the full second before the
first event, which the instant "usdt" has as its argument. There is room for some 65,536 spans
without an end; then the oldest of them are forgotten, and their ends are instants.
` + atHelp + kernelHelp,
		Example: `  sudo usdt timeline -p 1234 'shop:*' -o shop.json
  sudo usdt timeline -p 1234 'http:request_*' --key id --duration 10s -o requests.json
  sudo usdt timeline --all 'hotspot:gc__*' --key tid -o gc.json
  sudo usdt timeline 'shop:*' -o shop.json -- ./shop --port 8080
  sudo usdt timeline -p 1234 --pair shop:asked,shop:answered -o shop.json
  usdt timeline --at localhost:6060 'shop:*' -o shop.json`,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, args)
		},
		ValidArgsFunction: completeProbes,
	}
	f.commonFlags.addFlags(cmd)
	f.captureFlags.addFlags(cmd)
	f.output.addFlags(cmd)
	f.addLimits(cmd)
	flags := cmd.Flags()
	flags.Var(&f.key, "key", "pair hits by the argument `NAME`, by that number from 0, or by tid")
	flags.StringArrayVar(&f.pairs, "pair", nil, "two probes, `START,END`, make a pair")
	completeArguments(cmd, "key")
	return cmd
}

// run carries out the command.
func (f *timelineFlags) run(cmd *cobra.Command, patterns []string) error {
	f.told = &cobra.Command{}
	f.told.SetErr(&onceWriter{cmd.ErrOrStderr(), make(map[string]bool)})
	if !f.output.isFile() && terminalWidth(cmd.OutOrStdout()) != 0 {
		return usagef("a terminal cannot show a timeline; name a file by -o FILE")
	}
	if f.at != "" && f.key.isThread() {
		return usagef("--key %s: %s", f.key.String(), noThreadAt)
	}
	for _, p := range patterns {
		if strings.Contains(p, "%") {
			return usagef("%q is no PROVIDER:PROBE; a timeline has no format", p)
		}
	}
	for _, pair := range f.pairs {
		names, err := splitPair(pair)
		if err != nil {
			return err
		}
		patterns = append(patterns, names...)
	}
	trace := f.traceKernel
	if f.at != "" {
		trace = f.traceAt
	}
	return f.finish(cmd, trace(cmd, patterns))
}

// splitPair returns the names of two probes that --pair gives.
func splitPair(text string) ([]string, error) {
	names := strings.Split(text, ",")
	if len(names) != 2 {
		return nil, usagef("--pair %q: want two probes, START,END", text)
	}
	if _, err := parsePairing(names); err != nil {
		return nil, usagef("--pair %q: %w", text, err)
	}
	return names, nil
}

// finish ends the file, however tracing has ended, and says what is not in it.
func (f *timelineFlags) finish(cmd *cobra.Command, traced error) error {
	if f.events == nil {
		return traced
	}
	_, err := cmd.OutOrStdout().Write(f.events.end())
	if traced != nil {
		return traced // which can be the same error
	}
	f.events.tell(cmd.ErrOrStderr())
	return err
}
