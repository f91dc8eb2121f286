//go:build linux

package main

import (
	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// traceFlags are the flags of usdt trace.
type traceFlags struct {
	commonFlags
	captureFlags
	format string
	bare   bool
	json   bool
	count  uint64 // 0: no limit
	buffer int    // MiB; 0: the engine's choice
}

// maxTraceBuffer is in MiB. The kernel wants no more than 2 GiB.
const maxTraceBuffer = 1024

func newTraceCommand() *cobra.Command {
	var f traceFlags
	cmd := &cobra.Command{
		Use:   "trace {-p PID | --all} PROVIDER:PROBE... ['FORMAT']",
		Short: "Show each hit of probes, with its arguments",
		Long: `Show each hit of the probes that match PROVIDER:PROBE, in which * ? and [a-z] mean what they mean to a
shell: time, process, thread, the thread's name, probe and arguments. It ends on Ctrl-C, after --count or
--duration, or when the process does, and says then how many events there were and how many were lost because
they came faster than they could be written.

Arguments are shown as integers, by size and sign. With --str N, argument N (the first is 0) is the address of
text that ends with a NUL; with --bytes N, argument N is the address of as many bytes as argument N+1 says.
Both are read at the moment of the hit, at most --strlen bytes; what was cut ends with … behind its quotes.
They hold for every traced probe that has such an argument.

FORMAT says instead how the arguments are written. It is the last argument, if that has a % in it, or that of
--format:

  %d %i %u %x %X %o %p   integer: signed as the probe says, unsigned, hexadecimal, octal, as an address
  %c                     character
  %f %e %g               the argument's bits as a floating-point number
  %s %.20s               text at the address; at most 20 bytes of it
  %b                     bytes, quoted; takes two arguments, address and number
  %[arg2]d               argument 2; those after it follow

What cannot be read is shown as (fault), and what could harm a terminal as escapes such as \x1b.

--where chooses among the hits in the kernel. It compares arg0 to arg11, pid, tid, numbers and text by
== != < <= > >=, with & for bits, and joins comparisons by && || ! and parentheses. All traced probes must have
the arguments.

With --json there is a line for each event: an object with time (RFC 3339, UTC, in nanoseconds), pid, tid,
comm, provider, probe and args, an array of numbers and strings: bytes (--bytes) are in base64, what cannot be
read is null, and what is not UTF-8 in a text is replaced by U+FFFD. If anything was cut, cut has the numbers
of these arguments.

With --all, files that no process had mapped when the command began are not traced.

` + rights.Help,
		Example: `  sudo usdt trace -p 1234 shop:order_start
  sudo usdt trace -p 1234 shop:order_start 'id=%d customer=%s'
  sudo usdt trace -p 1234 http:request --str 1 --where 'arg0 > 100 && arg1 == "GET"'
  sudo usdt trace --all 'libc:*' --duration 10s --json | jq .probe`,
		DisableFlagsInUseLine: true,
		RunE:                  func(cmd *cobra.Command, args []string) error { return f.trace(cmd, args) },
		ValidArgsFunction:     completeProbes,
	}
	f.commonFlags.addFlags(cmd)
	f.captureFlags.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.format, "format", "f", "", "write the arguments as `FORMAT` says")
	flags.BoolVar(&f.bare, "bare", false, "write nothing but what the format says")
	flags.BoolVar(&f.json, "json", false, "write JSON, a line for each event")
	flags.Uint64VarP(&f.count, "count", "n", 0, "end after `N` events")
	flags.IntVar(&f.buffer, "buffer", 0, "keep up to `MIB` of events that are not written yet (default 8)")
	cmd.MarkFlagsMutuallyExclusive("json", "format")
	cmd.MarkFlagsMutuallyExclusive("json", "bare")
	return cmd
}
