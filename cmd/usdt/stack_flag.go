package main

import "github.com/spf13/cobra"

// stackFlag asks for the calls that have led to hits.
type stackFlag bool

func (f *stackFlag) addFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar((*bool)(f), "stack", false, "show from where in the code probes are hit")
}

// errStackAt refuses stacks of programs that are asked themselves.
func errStackAt() error {
	return usagef("--stack, --folded and profiles need the kernel: with --at, a program does not tell " +
		"where it fires")
}
