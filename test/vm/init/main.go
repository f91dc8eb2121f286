//go:build linux

// Init is the first process of the machine that package vm starts. It makes the host's files its
// root, runs the shell or command of its task, and powers off. If the task wants systemd, it
// becomes that, and runs once more, as a unit, for the command.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/test/vm/task"
)

func main() {
	if slices.Equal(os.Args[1:], []string{task.AsUnit}) {
		if err := runAsUnit(); err != nil {
			fmt.Fprintln(os.Stderr, "init:", err)
			os.Exit(1)
		}
		return
	}
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, "init: only for the machine of `make vm`")
		os.Exit(1)
	}
	if err := run(); err != nil {
		fmt.Println("init:", err)
	}
	unix.Sync()
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

func run() error {
	if err := loadModules("/modules"); err != nil {
		return err
	}
	if err := enterRoot(); err != nil {
		return err
	}
	t, err := task.Read(task.DeskDirectory)
	if err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(t.Hostname)); err != nil {
		return os.NewSyscallError("sethostname", err)
	}
	if t.Systemd {
		return errors.Join(mountWork(t.Work), becomeSystemd())
	}
	if err := mountSystem(); err != nil {
		return err
	}
	if err := mountWork(t.Work); err != nil {
		return err
	}
	if err := startLoopback(); err != nil {
		return err
	}
	return finish(t)
}

// runAsUnit does the rest when systemd has started.
func runAsUnit() error {
	t, err := task.Read(task.DeskDirectory)
	if err != nil {
		return err
	}
	return finish(t)
}

// finish runs the command of the task, and leaves its exit status on the desk.
func finish(t task.Task) error {
	status, err := execute(t)
	if err != nil {
		return err
	}
	return task.WriteStatus(task.DeskDirectory, status)
}
