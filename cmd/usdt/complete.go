//go:build linux

package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/script"
)

// mustComplete makes the shell complete the values of a flag, which must exist.
func mustComplete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

// completeProbes completes an argument PROVIDER:PROBE, as long as the command takes more arguments,
// with the probes of the process that the flag pid names, or of all processes.
func completeProbes(cmd *cobra.Command, args []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completeNames(cmd, args, toComplete, func(names []string) []string { return names })
}

// completeBases completes an argument PROVIDER:BASE in the same way.
func completeBases(cmd *cobra.Command, args []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completeNames(cmd, args, toComplete, pairBases)
}

// completeNames completes an argument with what choose makes of the names of all probes.
func completeNames(
	cmd *cobra.Command, args []string, toComplete string, choose func([]string) []string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if cmd.ValidateArgs(append(args, toComplete)) != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	pid, _ := cmd.Flags().GetInt("pid") // all commands that complete names have the flag
	v, err := takeInventory(scope{pid: pid, all: pid == 0}, nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, n := range v.names() {
		// A process could call its probes anything, to have the shell do something else.
		if script.IsPlain(n.provider) && script.IsPlain(n.name) {
			names = append(names, n.String())
		}
	}
	slices.Sort(names)
	offered := slices.DeleteFunc(choose(slices.Compact(names)), func(name string) bool {
		return !strings.HasPrefix(name, toComplete)
	})
	return offered, cobra.ShellCompDirectiveNoFileComp
}

// completeArguments makes the shell complete flags that name an argument, with the names of the
// arguments that the probes of the command line have.
func completeArguments(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		mustComplete(cmd, flag, completeArgument)
	}
}

func completeArgument(cmd *cobra.Command, args []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	pid, _ := cmd.Flags().GetInt("pid")
	named, _ := cmd.Flags().GetStringArray("types")
	types := typeFiles(named)
	v, err := takeInventory(scope{pid: pid, all: pid == 0}, &types)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []cobra.Completion
	for _, o := range v.objects {
		for _, n := range o.Notes {
			s := v.descriptions.of(n, o.Signatures)
			if s == nil || !isMeant(args, nameOf(n)) {
				continue
			}
			for _, p := range s.Params {
				if script.IsPlain(p.Label()) && strings.HasPrefix(p.Label(), toComplete) {
					names = append(names, cobra.CompletionWithDesc(p.Label(), printable.Text(p.Type.Name)))
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}

// isMeant reports whether a probe is one that the arguments of a command line name, as a pattern or
// as the base of a pair. Without arguments, any probe is.
func isMeant(args []string, name probeName) bool {
	for _, text := range args {
		p, err := parsePattern(text)
		if err == nil && (p.matches(name) || baseOf(name.String()) == text) {
			return true
		}
	}
	return len(args) == 0
}

// completePIDs completes a process id with those of the processes that have probes.
func completePIDs(_ *cobra.Command, _ []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	v, err := takeInventory(scope{all: true}, nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var pids []cobra.Completion
	for _, o := range v.objects {
		pid := strconv.Itoa(o.PID)
		if len(o.Notes) > 0 && strings.HasPrefix(pid, toComplete) {
			pids = append(pids, cobra.CompletionWithDesc(pid, printable.Text(o.Comm)))
		}
	}
	return slices.Compact(pids), cobra.ShellCompDirectiveNoFileComp
}
