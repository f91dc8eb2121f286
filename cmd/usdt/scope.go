package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// A scope is the processes that a command line is about.
type scope struct {
	pid int
	all bool // then pid is 0
}

// addFlags adds the flags that choose the processes to trace.
func (s *scope) addFlags(cmd *cobra.Command) {
	cmd.Flags().IntVarP(&s.pid, "pid", "p", 0, "trace the process `PID`")
	cmd.Flags().BoolVarP(&s.all, "all", "a", false,
		"trace all processes, also those that start later and map the same files")
	mustComplete(cmd, "pid", completePIDs)
}

func (s scope) String() string {
	if s.all {
		return "all processes"
	}
	return fmt.Sprintf("process %d", s.pid)
}

// flag returns the scope as it is written on a command line.
func (s scope) flag() string {
	if s.all {
		return "--all"
	}
	return fmt.Sprintf("-p %d", s.pid)
}
