//go:build linux

package main

import (
	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/catalog"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// A typeFiles is the files of --types.
type typeFiles []string

func (f *typeFiles) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar((*[]string)(f), "types", nil,
		"take names and types of arguments from `FILE.d`, in DTrace's syntax of providers")
	mustComplete(cmd, "types",
		cobra.FixedCompletions([]string{"d"}, cobra.ShellCompDirectiveFilterFileExt))
}

// open reads the descriptions: those in the files, and those that need not be named.
func (f typeFiles) open(reader *process.Client) (descriptions, error) {
	c, skipped, err := catalog.Open(f, reader)
	if err != nil {
		return descriptions{}, usagef("--types: %w", err)
	}
	return descriptions{catalog: c, skipped: skipped}, nil
}
