package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The program of a test runs four times: as go test starts it, to clean up, as the first process of
// the machine, and in the machine. It knows by the name by which it is started.
const (
	cleaner      = "usdt-kubernetes-clean"
	firstProcess = "usdt-kubernetes-init"
	testProcess  = "usdt-kubernetes-test"
)

// Main runs the tests of m in a machine of their own, and returns their exit status.
func Main(m *testing.M) int {
	switch os.Args[0] {
	case cleaner:
		return report(clean(os.Args[1]))
	case firstProcess:
		return report(runFirst())
	case testProcess:
		if err := errors.Join(setEnvironment(), Start()); err != nil {
			return report(err)
		}
		return m.Run()
	}
	runtime.LockOSThread() // the machine ends with the thread that has started it
	return report(runMachine())
}

// report returns the exit status for an error, which it prints unless the program that failed has.
func report(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode()
	}
	fmt.Fprintln(os.Stderr, "cluster:", err)
	return 1
}

// runMachine makes what the machine is made of, and runs it. Another process removes everything,
// even if this one is killed.
func runMachine() (err error) {
	if os.Geteuid() != 0 {
		return errors.New("only root can make a machine: run it with sudo")
	}
	dir, err := os.MkdirTemp("", "usdt-kubernetes-")
	if err != nil {
		return err
	}
	end, err := startCleaner(dir)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	defer func() { err = errors.Join(err, end()) }()
	m := machine{dir: dir}
	if err := m.prepare(); err != nil {
		return err
	}
	if err := makeCgroups(filepath.Base(dir)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, leaveCgroups()) }()
	// The first process has the directories as its arguments, before those of the test. It has the
	// process ids of this machine, as a node has those of its machine: see docs/kubernetes.md.
	first, err := start(firstProcess, m.arguments(os.Args[1:]), &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
			unix.CLONE_NEWCGROUP,
		Pdeathsig: syscall.SIGKILL,
	})
	if err != nil {
		return err
	}
	return first.Wait()
}

// runFirst is the first process of the machine: it mounts, starts the tests, and waits for
// everybody's end.
func runFirst() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	m, arguments := machineOf(os.Args[1:])
	if err := m.mount(); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	if err := connect(); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(Node)); err != nil {
		return os.NewSyscallError("sethostname", err)
	}
	if err := os.Chdir("/src/test/kubernetes"); err != nil {
		return err
	}
	child, err := start(testProcess, arguments, nil)
	if err != nil {
		return err
	}
	return reapUntil(child.Process.Pid)
}

// reapUntil waits for all processes that have lost their parents, until that of the tests ends.
func reapUntil(tests int) error {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return os.NewSyscallError("wait4", err)
		case pid == tests && status != 0:
			os.Exit(max(status.ExitStatus(), 1))
		case pid == tests:
			return nil
		}
	}
}

// start starts this program again, by another name.
func start(name string, arguments []string, attr *syscall.SysProcAttr) (*exec.Cmd, error) {
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: append([]string{name}, arguments...),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, SysProcAttr: attr,
	}
	return cmd, cmd.Start()
}
