//go:build !linux

package command

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// errNeedsLinux is the error of what the kernel of Linux does.
var errNeedsLinux = fmt.Errorf("this takes Linux; on %s, usdt can list, trace, count, hist, "+
	"latency, timeline and describe with --at ADDRESS: see usdt help trace", runtime.GOOS)

const kernelHelp = `
This system has no uprobes: name the program by --at.`

// kernelCommands are commands that say what they need.
func kernelCommands() (all []*cobra.Command) {
	for _, name := range []string{"export", "inspect", "script", "doctor"} {
		all = append(all, &cobra.Command{
			Use:                name,
			Short:              "Takes Linux",
			DisableFlagParsing: true,
			RunE:               func(*cobra.Command, []string) error { return errNeedsLinux },
		})
	}
	return all
}

func (f *traceFlags) traceKernel(*cobra.Command, []string) error { return errNeedsLinux }

func (f *countFlags) countKernel(*cobra.Command, []string) error { return errNeedsLinux }

func (f *histFlags) histKernel(*cobra.Command, []string) error { return errNeedsLinux }

func (f *latencyFlags) latencyKernel(*cobra.Command, pairing) error { return errNeedsLinux }

func (f *listFlags) listKernel(*cobra.Command, []string) error { return errNeedsLinux }

func (f *describeFlags) describeKernel(*cobra.Command, []string) error { return errNeedsLinux }

func (c *tracedCommand) end(err error) error { return err }

func systemVersion() (string, error) { return "", nil }

func localNames(*cobra.Command) ([]probeName, error) { return nil, errNeedsLinux }

func completeNothing(*cobra.Command, []string, string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// namedFiles are files, of which there are none.
type namedFiles struct{}

// launched is the process of a command, of which there is none.
type launched struct{}

var (
	completeArgument = completeNothing
	completePIDs     = completeNothing
)
