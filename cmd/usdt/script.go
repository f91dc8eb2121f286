//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// scriptWriters are by tool.
var scriptWriters = map[string]func(tracedProbe) (string, error){
	"bpftrace": bpftraceScript,
	"bcc":      bccScript,
	"perf":     perfScript,
	"gdb":      gdbScript,
}

func newScriptCommand() *cobra.Command {
	tools := slices.Sorted(maps.Keys(scriptWriters))
	var pid int
	var tool string
	var texts, bytes []int
	cmd := &cobra.Command{
		Use:   "script -p PID PROVIDER:PROBE --tool " + strings.Join(tools, "|"),
		Short: "Print a script that traces a probe with another tool",
		Long: `Print a script that traces a probe with bpftrace, bcc, perf or gdb, with the path by which every
version of that tool finds the probe. The script prints one line for each event until it is interrupted; that
for perf prints them all at the end.

What is printed is for sh, but for bcc, which is for Python.`,
		Example: `  usdt script -p 1234 shop:order --str 1 --tool bpftrace | sudo sh
  usdt script -p 1234 shop:order --tool bcc > order.py && sudo /usr/bin/python3 order.py`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := scriptWriters[tool]
			if !ok {
				return usagef("--tool %q is none of %s", tool, strings.Join(tools, ", "))
			}
			p, err := newTracedProbe(pid, args[0], texts, bytes)
			if err != nil {
				return err
			}
			script, err := write(p)
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), script)
			return err
		},
		ValidArgsFunction: completeProbes,
	}
	flags := cmd.Flags()
	flags.IntVarP(&pid, "pid", "p", 0, "process `PID` has the probe")
	flags.StringVar(&tool, "tool", "", "print a script for `TOOL`: "+strings.Join(tools, ", "))
	flags.IntSliceVar(&texts, "str", nil, "argument `N`, from 0, points to text that ends with a NUL")
	flags.IntSliceVar(&bytes, "bytes", nil, "argument `N`, from 0, points to as many bytes as argument N+1 says")
	for _, name := range []string{"pid", "tool"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // no such flag
		}
	}
	mustComplete(cmd, "pid", completePIDs)
	mustComplete(cmd, "tool", cobra.FixedCompletions(tools, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// shellQuote returns text as one word of a shell.
func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// header is the comment above each script. Nothing in it is from the process.
func (p tracedProbe) header(until string) string {
	return fmt.Sprintf("# Prints each hit of %v in process %d, %s.\n", p, p.pid, until)
}
