//go:build linux

// Init is the first process of the machine that package vm starts: it makes the host's files its own,
// runs the shell or command that it finds ordered, and powers off.
package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/test/vm/order"
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
	o, err := order.Read(order.DeskDirectory)
	if err != nil {
		return err
	}
	if err := mountWork(o.Work); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(o.Hostname)); err != nil {
		return os.NewSyscallError("sethostname", err)
	}
	if err := startLoopback(); err != nil {
		return err
	}
	status, err := execute(o)
	if err != nil {
		return err
	}
	return order.WriteStatus(order.DeskDirectory, status)
}
