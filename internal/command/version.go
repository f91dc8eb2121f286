package command

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of usdt, Go and the kernel",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			system, err := systemVersion()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "usdt %s\n%s %s/%s\n%s",
				moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, system)
			return err
		},
	}
}

// version is what the program that calls Main says, or nothing.
var version string

// moduleVersion returns the version of the program, such as v0.1.0.
func moduleVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
