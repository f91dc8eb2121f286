package command

import "github.com/spf13/cobra"

// stackFlag asks for the calls that have led to hits.
type stackFlag bool

func (f *stackFlag) addFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar((*bool)(f), "stack", false, "show from where in the code probes are hit")
}

// errStackAt refuses stacks of programs that are asked themselves.
func errStackAt() error {
	return usagef("--stack, --folded and profiles need the kernel: with --at, a program does not " +
		"tell where it fires")
}

// stacksHelp says what else is written of stacks.
const stacksHelp = `
--stack groups by the calls that led to the hits, too. --folded writes them for flame graphs, with
the number of hits, or the sum of the values, and -o FILE.pb.gz a profile for go tool pprof. With
--json, stack is a list with address, function, offset, file, line and object of each call.
`
