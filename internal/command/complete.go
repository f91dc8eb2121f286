package command

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/script"
)

// mustComplete makes the shell complete the values of a flag, which must exist.
func mustComplete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

// completeArguments makes the shell complete flags that name an argument, with the names of the
// arguments that the probes of the command line have.
func completeArguments(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		mustComplete(cmd, flag, completeArgument)
	}
}

// completeProbes completes an argument PROVIDER:PROBE, as long as the command takes more arguments,
// with the probes of the program at the address of the flag at, of the processes that other flags
// choose, or of all processes.
func completeProbes(cmd *cobra.Command, args []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completeNames(cmd, args, toComplete, func(names []string) []string { return names })
}

// completePairs completes PROVIDER:BASE in the same way or, where no base begins so, the name of
// the first or the second probe.
func completePairs(cmd *cobra.Command, args []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completeNames(cmd, args, toComplete, func(names []string) []string {
		bases := slices.DeleteFunc(pairBases(names), func(base string) bool {
			return !strings.HasPrefix(base, toComplete)
		})
		if len(args) > 0 || len(bases) == 0 {
			return names
		}
		return bases
	})
}

// completeNames completes an argument with what choose makes of the names of all probes.
func completeNames(
	cmd *cobra.Command, args []string, toComplete string, choose func([]string) []string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if cmd.ValidateArgs(append(args, toComplete)) != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	known, err := knownNames(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, n := range known {
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

func knownNames(cmd *cobra.Command) ([]probeName, error) {
	address, _ := cmd.Flags().GetString("at") // script does not have it
	if address == "" {
		return localNames(cmd)
	}
	client, err := remote.New(address)
	if err != nil {
		return nil, err
	}
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(cmd.Context(), patience)
	defer cancel()
	list, err := client.Probes(ctx)
	return atNames(list), err
}
