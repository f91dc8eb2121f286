package command

import "github.com/spf13/cobra"

// A typeFiles is the files of --types.
type typeFiles []string

func (f *typeFiles) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar((*[]string)(f), "types", nil,
		"take names and types of arguments from `FILE.d`, in DTrace's syntax of providers")
	mustComplete(cmd, "types",
		cobra.FixedCompletions([]string{"d"}, cobra.ShellCompDirectiveFilterFileExt))
}
