//go:build linux

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of usdt, Go and the kernel",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			kernel, err := kernelRelease()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "usdt %s\n%s %s/%s\nLinux %s\n",
				moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, kernel)
			return err
		},
	}
}

// moduleVersion returns the version as the go command stamped it.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// kernelRelease returns what uname -r prints.
func kernelRelease() (string, error) {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "", fmt.Errorf("ask for the kernel's version: uname: %w", err)
	}
	return unix.ByteSliceToString(u.Release[:]), nil
}
