package command

import (
	"time"

	"github.com/spf13/cobra"
)

// commonFlags are the flags that all commands that trace have in common.
type commonFlags struct {
	scope    scope
	at       at
	types    typeFiles
	where    where
	duration time.Duration // 0: no limit
	wait     waitForPages
}

func (f *commonFlags) addFlags(cmd *cobra.Command) {
	f.scope.addFlags(cmd, "trace")
	f.at.addFlags(cmd)
	f.types.addFlags(cmd)
	f.where.addFlags(cmd)
	f.wait.addFlags(cmd)
	f.mayStart(cmd)
	cmd.Flags().DurationVarP(&f.duration, "duration", "d", 0,
		"end after `TIME`, such as 10s (default: on Ctrl-C)")
}

func (f *commonFlags) checkDuration() error {
	if f.duration < 0 {
		return usagef("--duration %v is negative", f.duration)
	}
	return nil
}
