package launch

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Plan says what to execute, and as whom.
type Plan struct {
	Path string
	Args []string // the first is the name of the command
	Env  []string
	User *User // nil: the user of this process
}

// An answer comes when a step is done, or has failed. The kernel closes the socket when the file is
// executed.
type answer struct {
	Op    string
	Errno syscall.Errno // 0 for success
}

// err returns the error of a step, as of fs.
func (a answer) err(path string) error {
	if a.Errno == 0 {
		return nil
	}
	return &os.PathError{Op: a.Op, Path: path, Err: a.Errno}
}

// A Launch is a process that is ready to execute a command. It is not safe for concurrent use,
// except for Signal.
type Launch struct {
	cmd     *exec.Cmd
	path    string
	socket  *os.File
	answers *gob.Decoder
}

// Prepare starts a command that calls [Serve] for the descriptor that is its last argument, and
// waits until that process is ready to execute the plan. The process has the descriptors of cmd
// and, under the same numbers, those that this process was started with. The caller calls Go, or
// closes the launch.
//
// No other process may be started at the same time: it would have the descriptor.
func Prepare(cmd *exec.Cmd, plan Plan) (*Launch, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "launch"), pair[1]
	l := &Launch{cmd: cmd, path: plan.Path, socket: ours, answers: gob.NewDecoder(ours)}
	// A number of our own choice, as in exec.Cmd.ExtraFiles, could be one that the command needs.
	_, err = unix.FcntlInt(uintptr(theirs), unix.F_SETFD, 0)
	if err == nil {
		cmd.Args = append(cmd.Args, strconv.Itoa(theirs))
		err = cmd.Start()
	}
	_ = unix.Close(theirs)
	if err != nil {
		_ = ours.Close()
		return nil, fmt.Errorf("start a process for the command: %w", err)
	}
	err = gob.NewEncoder(ours).Encode(plan)
	if err == nil {
		err = l.receive()
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// receive returns the error of a step.
func (l *Launch) receive() error {
	var a answer
	if err := l.answers.Decode(&a); err != nil {
		return err
	}
	return a.err(l.path)
}

// PID returns the id of the process, which the command will have.
func (l *Launch) PID() int { return l.cmd.Process.Pid }

// Go has the process execute the command. The error is that of execve(2); there is no command then,
// and the process has ended.
func (l *Launch) Go() error {
	if _, err := l.socket.Write([]byte{0}); err != nil {
		return errors.Join(err, l.Close())
	}
	err := l.receive()
	if !errors.Is(err, io.EOF) {
		return errors.Join(err, l.Close())
	}
	return l.socket.Close()
}

// Signal sends a signal to the command, unless it has ended.
func (l *Launch) Signal(s os.Signal) { _ = l.cmd.Process.Signal(s) }

// Wait waits until the command has ended, after Go.
func (l *Launch) Wait() (syscall.WaitStatus, error) {
	err := l.cmd.Wait()
	if l.cmd.ProcessState == nil {
		return 0, err
	}
	return l.cmd.ProcessState.Sys().(syscall.WaitStatus), nil
}

// Close ends the process before it executes the command.
func (l *Launch) Close() error {
	err := l.socket.Close()
	_ = l.cmd.Wait() // it ends when it finds the socket closed
	return err
}
