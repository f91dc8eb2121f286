package command

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// traceFlags are the flags of usdt trace.
type traceFlags struct {
	commonFlags
	captureFlags
	format string
	bare   bool
	json   bool
	count  uint64 // 0: no limit
	output output
	stack  stackFlag
	buffer int // in MiB; without the flag 0: the engine decides

	timeline *timelineFlags // nil: it is not usdt timeline
}

func newTraceCommand() *cobra.Command {
	lastArg := strconv.Itoa(operand.MaxArgs - 1)
	var f traceFlags
	cmd := &cobra.Command{
		Use:   "trace [-p PID | --all | --at ADDRESS] PROVIDER:PROBE... ['FORMAT'] [-- COMMAND...]",
		Short: "Show each hit of probes, with its arguments",
		Long: `Show each hit of the probes that match PROVIDER:PROBE: time, process, thread, the
thread's name if there can be several processes, probe and arguments. In PROVIDER and in PROBE,
the wildcards * ? and [a-z] mean what they mean to a shell. Tracing ends on Ctrl-C, after --count
or --duration, or when the processes end. Then usdt says how many events there were, and how many
were lost because they came faster than they could be written.

Arguments of probes that are described (usdt list shows their signatures) are shown by name
and type: text and bytes quoted, times as 1.5s, addresses in hexadecimal. Those of other probes
are arg0, arg1 and so on: integers, by size and sign. Of these, --str N says that argument N
(the first is 0) is the address of text that ends with a NUL, and --bytes N that it is the
address of as many bytes as argument N+1 says. Both apply to all traced probes that have such an
argument and are not described; --str PROVIDER:PROBE:N to the probes that match, described or not.
Text and bytes are read at the moment of the hit, at most --strlen bytes of each; when there are
more, an … follows the closing quote.

FORMAT says how to write the arguments instead. It is the last argument of the command line,
if that contains a %, or the value of --format:

  %d %i                  integer, signed if the probe says so
  %u %x %X %o %p         unsigned integer: decimal, hexadecimal, octal, as an address
  %c                     character
  %f %e %g               floating-point number with the bits of the argument
  %s %.20s               text at the address; at most 20 bytes of it
  %b                     bytes, quoted; takes two arguments, address and number
  %v                     what the type says, as without a format
  %[customer]s           the argument customer
  %[arg2]d               argument 2; the next directive takes argument 3

What was not there at the hit, such as a page, is shown as (fault), and what can be read at no
hit as ?, for which usdt gives the reason once. What could harm a terminal is shown as escapes
such as \x1b.

--where is evaluated in the kernel and keeps only the hits that satisfy it. It compares
arguments (by name, or arg0 to arg` + lastArg + `), pid, tid, numbers, times such as 1.5ms, true,
and false by == != < <= > >=, text by == and !=, masks bits by &, and joins comparisons by
&& || ! and parentheses. All traced probes must have the arguments that the filter names.

With --stack, the calls that led to the hit follow, the innermost first: function, offset in it,
and where in the source the call is. In JSON, the list stack has address, function, offset, file,
line and object of each.

With --json, each event is one line: an object with time (RFC 3339, UTC, in nanoseconds), pid,
tid, comm, provider, probe and args, an array of numbers and strings. Bytes are in base64, and
what cannot be read is null. In text, U+FFFD replaces what is not UTF-8. The array cut has the
numbers of the arguments that were cut off, if there are any. If the probe is described, the
object fields has the arguments once more, by name and type: numbers with their fractions, true
and false, times in nanoseconds, text, and bytes in base64. What is no number of JSON is "NaN",
"+Inf" or "-Inf".
` + atHelp + kernelHelp,
		Example: `  sudo usdt trace -p 1234 shop:order_start
  sudo usdt trace -p 1234 shop:order_start '%[customer]s orders %[id]d'
  sudo usdt trace -p 1234 shop:order_end --where 'customer == "Ada" && cents > 100'
  sudo usdt trace -p 1234 php:request__startup --str 0 --where 'arg0 == "/index.php"'
  sudo usdt trace -p 1234,1240 'shop:*' --count 10
  sudo usdt trace -p 1234 shop:order_start --stack
  sudo usdt trace --exe /usr/bin/python3 --user www-data --children 'python:function__*'
  sudo usdt trace --all 'python:gc__*' --duration 10s --json | jq .probe
  sudo usdt trace --service shop --container 9b2cd0f6 --cgroup /user.slice 'shop:*'
  sudo usdt trace --file /usr/lib/jvm/default/lib/server/libjvm.so 'hotspot:gc__*'
  sudo usdt trace 'shop:*' -- ./shop --port 8080
  usdt trace --at localhost:6060 'shop:*'`,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.at != "" {
				return f.traceAt(cmd, args)
			}
			return f.traceKernel(cmd, args)
		},
		ValidArgsFunction: completeProbes,
	}
	f.commonFlags.addFlags(cmd)
	f.captureFlags.addFlags(cmd)
	f.output.addFlags(cmd)
	f.stack.addFlag(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.format, "format", "f", "", "write the arguments as `FORMAT` says")
	flags.BoolVar(&f.bare, "bare", false, "write only what the format says")
	flags.BoolVar(&f.json, "json", false, "write JSON, one line for each event")
	f.addLimits(cmd)
	cmd.MarkFlagsMutuallyExclusive("json", "format")
	cmd.MarkFlagsMutuallyExclusive("json", "bare")
	return cmd
}

func (f *traceFlags) addLimits(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Uint64VarP(&f.count, "count", "n", 0, "end after `N` events")
	flags.IntVar(&f.buffer, "buffer", 0,
		"buffer up to `MIB` of events that are not written yet (default 8)")
}
