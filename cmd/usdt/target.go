//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// A target says in which processes probes are traced.
type target struct {
	pid int
	all bool

	stderr func() io.Writer // for warnings; nil for nobody
	loaded *loadedProbes    // what matches, for watchReload; nil to forget it
}

// addFlags adds the flags that set t.
func (t *target) addFlags(cmd *cobra.Command) {
	cmd.Flags().IntVarP(&t.pid, "pid", "p", 0, "trace the process `PID`")
	cmd.Flags().BoolVarP(&t.all, "all", "a", false, "trace all processes, those that start later with the same files included")
	mustComplete(cmd, "pid", completePIDs)
	t.stderr, t.loaded = cmd.ErrOrStderr, new(loadedProbes)
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

// objects returns the files with probes, and what is known of those that could not be read.
func (t target) objects() (objects []process.Object, unread []error, err error) {
	var found []process.Object
	var denied int
	if t.all {
		found, denied, err = new(process.Reader).ReadAll()
	} else {
		found, err = process.Read(t.pid)
	}
	if err == nil {
		err = t.checkThread(len(found) > 0)
	}
	if err != nil {
		return nil, nil, forTracing(err)
	}
	for _, o := range found {
		if o.Err == nil {
			objects = append(objects, o)
		} else {
			unread = append(unread, o.Err)
		}
	}
	if denied > 0 {
		unread = append(unread, fmt.Errorf("%s may not be read by this user", plural(denied, "process", "processes")))
	}
	if denied > 0 || errors.Is(errors.Join(unread...), fs.ErrPermission) {
		unread = append(unread, errors.New(rights.ToRead()))
	}
	return objects, unread, nil
}

// forTracing takes out of an error about rights what does for reading, but not for tracing: to be the same user.
func forTracing(err error) error {
	var denied *process.Error
	if errors.As(err, &denied) && errors.Is(err, fs.ErrPermission) {
		return &process.Error{PID: denied.PID, Reason: denied.Reason, Remedy: rights.ToRead(), Err: denied.Err}
	}
	return err
}

// checkThread reports what /proc has, but the kernel does not trace: a thread that is not a process, and, among
// others that live on, the main thread of one that has ended, by whose memory the kernel would know the process.
func (t target) checkThread(lives bool) error {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.pid)) // none of all processes
	for line := range strings.Lines(string(status)) {
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case field == "Tgid" && value != strconv.Itoa(t.pid):
			return fmt.Errorf("%d is a thread: say -p %s for its process", t.pid, value)
		case field == "State" && strings.HasPrefix(value, "Z") && lives:
			return fmt.Errorf("the main thread of process %d has ended, and the kernel traces no such process by its id: "+
				"say --all --where 'pid == %d'", t.pid, t.pid)
		}
	}
	return nil
}

func (t target) warn(warnings ...error) {
	if t.stderr == nil {
		return
	}
	for _, err := range warnings {
		fmt.Fprintf(t.stderr(), "usdt: %v\n", err)
	}
}

// noProbes is the error when there is nothing to trace.
func (t target) noProbes() error {
	if t.all {
		return errors.New("found no probes in any process")
	}
	return fmt.Errorf("found no probes in process %d (%s)", t.pid, printable(processComm(t.pid)))
}
