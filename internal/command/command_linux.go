package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/command/internal/quiet"
	"github.com/go-usdt/usdt/internal/tracing/launch"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// launched is the process of a command.
type launched struct {
	launch *launch.Launch // nil: there is none yet

	terminate sync.Once // passes SIGTERM on

	mu      sync.Mutex    // held while it begins to run, and while it is asked whether it does
	ended   chan struct{} // closed when the command has ended; nil: it does not run yet
	status  syscall.WaitStatus
	waitErr error
}

// Exit statuses of env(1) and of shells.
const (
	statusNoExec   = 126 // the command cannot be executed
	statusNoFile   = 127 // there is no such command
	statusSignaled = 128 // and the number of the signal
)

// prepare finds the file of the command, and starts a process that will execute it. The process is
// there before usdt attaches: see detachAtEnd.
func (c *tracedCommand) prepare() error {
	path, err := exec.LookPath(c.args[0])
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return c.cannotRun(err)
	}
	c.path = path
	user, err := launch.Invoker()
	if err != nil {
		return err
	}
	plan := launch.Plan{Path: path, Args: c.args, Env: quiet.Environ, User: user}
	if user != nil {
		plan.Env = user.Environ(plan.Env)
	}
	cmd := exec.Command("/proc/self/exe", launchCommand)
	cmd.Args[0] = "usdt"
	cmd.Env = quiet.Environ
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.launch, err = launch.Prepare(cmd, plan)
	return err
}

// cannotRun is the error when the file of the command is not there, or not to be executed.
func (c *tracedCommand) cannotRun(err error) error {
	var ofPath *fs.PathError
	var ofName *exec.Error
	switch {
	case errors.As(err, &ofPath):
		err = ofPath.Err
	case errors.As(err, &ofName):
		err = ofName.Err
	}
	status, hint := statusNoExec, ""
	if errors.Is(err, exec.ErrNotFound) {
		status = statusNoFile
		if os.Getenv("SUDO_UID") != "" {
			hint = "; sudo has a PATH of its own: name the file by its path"
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		status = statusNoFile
	}
	return statusError{fmt.Errorf("cannot run %s: %w%s", c.args[0], err, hint), status}
}

// objects returns the files with probes that the command will map, as far as they are known or, if
// files are named, these. They are of its process.
func (c *tracedCommand) objects(
	reader *process.Client, named []process.Object,
) (objects []process.Object, err error) {
	if objects = slices.Clone(named); len(named) == 0 {
		objects, err = c.executions(reader)
	}
	for i := range objects {
		objects[i].PID = c.launch.PID()
	}
	return objects, err
}

// maxExecuted is how many words of a command are looked at as names of files that it executes.
const maxExecuted = 8

// executions returns the files of the command, and those of the programs that its other words name:
// env(1), timeout(1) and the like execute one. What is not executed then is not hit.
func (c *tracedCommand) executions(reader *process.Client) ([]process.Object, error) {
	e := process.Execution{
		Path: c.path, LibraryPath: os.Getenv("LD_LIBRARY_PATH"), Preload: os.Getenv("LD_PRELOAD"),
	}
	objects, err := reader.ReadExecution(e)
	found := 0
	for _, word := range c.args[1:] {
		if e.Path, _ = exec.LookPath(word); e.Path == "" || found == maxExecuted {
			continue
		}
		found++
		more, _ := reader.ReadExecution(e) // it may be anything
		objects = append(objects, more...)
	}
	return objects, err
}

// run has the process execute the command, unless it does already.
func (c *tracedCommand) run() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended != nil {
		return nil
	}
	if err := c.launch.Go(); err != nil {
		return c.cannotRun(err)
	}
	c.ended = make(chan struct{})
	go func() {
		defer close(c.ended)
		c.status, c.waitErr = c.launch.Wait()
	}()
	return nil
}

// runs tells whether the command has begun to run, and whether it has ended since.
func (c *tracedCommand) runs() (begun, ended bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.ended:
		return true, true
	default:
		return c.ended != nil, false
	}
}

// end waits for the command's end, if it runs, and returns how it has ended. err is why tracing has
// failed, which is told at once.
func (c *tracedCommand) end(err error) error {
	begun, ended := c.runs()
	switch {
	case !begun && c.launch != nil:
		_ = c.launch.Close()
		fallthrough
	case !begun:
		return err
	case !ended && err != nil:
		report(c.stderr, err)
		err = toldError{err}
	}
	if !ended {
		warn(c.stderr, "tracing has ended; usdt ends with %v (process %d)", c, c.launch.PID())
	}
	<-c.ended
	how := c.howEnded()
	if err == nil || how == nil {
		return errors.Join(err, how)
	}
	report(c.stderr, how)
	return err
}

// howEnded is nil when the command has ended with exit status 0.
func (c *tracedCommand) howEnded() error {
	switch {
	case c.waitErr != nil:
		return fmt.Errorf("wait for %v: %w", c, c.waitErr)
	case c.status.Signaled():
		s := c.status.Signal()
		name := unix.SignalName(s)
		if name == "" {
			name = fmt.Sprintf("signal %d", int(s))
		}
		return statusError{fmt.Errorf("%v was ended by %s", c, name), statusSignaled + int(s)}
	case c.status.ExitStatus() == 0:
		return nil
	}
	n := c.status.ExitStatus()
	return statusError{fmt.Errorf("%v has ended with exit status %d", c, n), n}
}
