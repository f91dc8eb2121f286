//go:build linux

package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// mustComplete has the shell complete the values of a flag, which must exist.
func mustComplete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

// completeProbes completes an argument PROVIDER:PROBE with the probes of the process that the flag pid names,
// or of all processes, as long as the command takes more arguments.
func completeProbes(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completeNames(cmd, args, toComplete, func(names []string) []string { return names })
}

// completeBases completes an argument PROVIDER:BASE in the same way.
func completeBases(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completeNames(cmd, args, toComplete, pairBases)
}

// completeNames completes an argument with what choose makes of the names of all probes.
func completeNames(cmd *cobra.Command, args []string, toComplete string, choose func([]string) []string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if cmd.ValidateArgs(append(args, toComplete)) != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	objects, err := objectsToComplete(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, o := range objects {
		for _, n := range o.Notes {
			// Whatever else a process calls its probes does not get into the shell.
			if plain.MatchString(n.Provider + n.Name) {
				names = append(names, n.Provider+":"+n.Name)
			}
		}
	}
	slices.Sort(names)
	offered := slices.DeleteFunc(choose(slices.Compact(names)), func(name string) bool {
		return !strings.HasPrefix(name, toComplete)
	})
	return offered, cobra.ShellCompDirectiveNoFileComp
}

func objectsToComplete(cmd *cobra.Command) ([]process.Object, error) {
	if pid, err := cmd.Flags().GetInt("pid"); err == nil && pid != 0 {
		return process.Read(pid)
	}
	objects, _, err := new(process.Reader).ReadAll()
	return objects, err
}

// completePIDs completes a process id with those of processes with probes.
func completePIDs(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	objects, _, err := new(process.Reader).ReadAll()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var pids []cobra.Completion
	for _, o := range objects {
		pid := strconv.Itoa(o.PID)
		if len(o.Notes) > 0 && strings.HasPrefix(pid, toComplete) {
			pids = append(pids, cobra.CompletionWithDesc(pid, printable(o.Comm)))
		}
	}
	return slices.Compact(pids), cobra.ShellCompDirectiveNoFileComp
}
