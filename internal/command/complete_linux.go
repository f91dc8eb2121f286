package command

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/script"
)

// scopeSoFar returns the scope of a command line that is not complete: all processes, unless it
// says which.
func scopeSoFar(cmd *cobra.Command) (s scope) {
	flags := cmd.Flags()
	if flag := flags.Lookup("pid"); flag != nil {
		s.pids = *flag.Value.(*pidList)
	}
	s.comms, _ = flags.GetStringArray("comm") // script has none of these
	s.exes, _ = flags.GetStringArray("exe")
	s.users, _ = flags.GetStringArray("user")
	s.services, _ = flags.GetStringArray("service")
	s.containers, _ = flags.GetStringArray("container")
	s.pods, _ = flags.GetStringArray("pod")
	s.cgroups, _ = flags.GetStringArray("cgroup")
	s.files, _ = flags.GetStringArray("file")
	s.children, _ = flags.GetBool("children")
	s.all = s.isZero()
	return s
}

// localNames returns the names of the probes of the processes that the flags choose.
func localNames(cmd *cobra.Command) ([]probeName, error) {
	v, err := takeInventory(scopeSoFar(cmd), nil)
	if err != nil {
		return nil, err
	}
	return v.names(), nil
}

func completeArgument(cmd *cobra.Command, args []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if address, _ := cmd.Flags().GetString("at"); address != "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	named, _ := cmd.Flags().GetStringArray("types")
	types := typeFiles(named)
	v, err := takeInventory(scopeSoFar(cmd), &types)
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
