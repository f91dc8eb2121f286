//go:build linux

package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// mustComplete has the shell complete the values of a flag, which must exist.
func mustComplete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

// completeProbes completes an argument PROVIDER:PROBE with the probes of the process that the flag pid names,
// or of all processes.
func completeProbes(cmd *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	objects, err := objectsToComplete(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, o := range objects {
		for _, n := range o.Notes {
			name := n.Provider + ":" + n.Name
			// Whatever else a process calls its probes does not get into the shell.
			if strings.HasPrefix(name, toComplete) && plain.MatchString(n.Provider+n.Name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}

func objectsToComplete(cmd *cobra.Command) ([]sdtnote.Object, error) {
	if pid, err := cmd.Flags().GetInt("pid"); err == nil && pid != 0 {
		return sdtnote.ReadProcess(pid)
	}
	objects, _, err := new(sdtnote.Reader).ReadAll()
	return objects, err
}

// completePIDs completes a process id with those of processes with probes.
func completePIDs(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	objects, _, err := new(sdtnote.Reader).ReadAll()
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
