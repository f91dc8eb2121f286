package main

import "github.com/spf13/cobra"

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
