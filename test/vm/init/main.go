//go:build linux

// Init is the first process of the machine that package vm starts. It makes the host's files its
// root, runs the shell or command of its task, and powers off.
package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/test/vm/task"
)

func main() {
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
	if err := mountWork(t.Work); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(t.Hostname)); err != nil {
		return os.NewSyscallError("sethostname", err)
	}
	if err := startLoopback(); err != nil {
		return err
	}
	status, err := execute(t)
	if err != nil {
		return err
	}
	return task.WriteStatus(task.DeskDirectory, status)
}
