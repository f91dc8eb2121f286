//go:build linux

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// A target says in which processes probes are traced.
type target struct {
	pid int
	all bool
}

// addFlags adds the flags that set t.
func (t *target) addFlags(cmd *cobra.Command) {
	cmd.Flags().IntVarP(&t.pid, "pid", "p", 0, "trace the process `PID`")
	cmd.Flags().BoolVarP(&t.all, "all", "a", false, "trace all processes, those that start later with the same files included")
	mustComplete(cmd, "pid", completePIDs)
}

// check reports wrong flags.
func (t target) check() error {
	switch {
	case t.all && t.pid != 0:
		return usagef("either --pid or --all, not both")
	case !t.all && t.pid == 0:
		return usagef("which process? say --pid PID or --all; usdt list shows those with probes")
	case t.pid < 0:
		return usagef("--pid %d: process ids are positive", t.pid)
	}
	return nil
}

func (t target) String() string {
	if t.all {
		return "all processes"
	}
	return fmt.Sprintf("process %d", t.pid)
}

// flag is how the target is written on a command line.
func (t target) flag() string {
	if t.all {
		return "--all"
	}
	return fmt.Sprintf("-p %d", t.pid)
}

// objects returns the files with probes. Those that cannot be read are left out; when none is left the error
// says why.
func (t target) objects() ([]sdtnote.Object, error) {
	var objects []sdtnote.Object
	var denied int
	var err error
	if t.all {
		objects, denied, err = new(sdtnote.Reader).ReadAll()
	} else {
		objects, err = sdtnote.ReadProcess(t.pid)
	}
	if err != nil {
		return nil, err
	}
	var readable []sdtnote.Object
	var errs []error
	for _, o := range objects {
		if o.Err == nil {
			readable = append(readable, o)
		}
		errs = append(errs, o.Err)
	}
	if len(readable) > 0 {
		return readable, nil
	}
	if denied > 0 {
		errs = append(errs, fmt.Errorf("this user may not read %d of the processes: run as root", denied))
	}
	return nil, errors.Join(append([]error{t.noProbes()}, errs...)...)
}

func (t target) noProbes() error {
	if t.all {
		return errors.New("no process has probes")
	}
	return fmt.Errorf("process %d (%s) has no probes", t.pid, printable(processComm(t.pid)))
}
