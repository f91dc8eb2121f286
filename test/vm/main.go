//go:build linux

// Vm boots one of Debian's kernels in QEMU, to trace by hand on a kernel that this machine does
// not run. The guest has this machine's programs and files, shares this repository, and runs a
// root shell on the console, or a command.
//
// A layer in memory covers the files of this machine: what the guest changes outside of the
// shared directory is gone when it ends.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/go-usdt/usdt/test/qemu"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status, err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vm:", err)
		status = 1
	}
	os.Exit(status)
}

func run(ctx context.Context, args []string) (status int, err error) {
	var names []string
	for _, k := range qemu.Kernels {
		names = append(names, k.String())
	}
	s := session{output: os.Stdout}
	flags := flag.NewFlagSet("vm", flag.ExitOnError)
	kernel := flags.String("kernel", names[0], "one of "+strings.Join(names, ", "))
	flags.StringVar(&s.command, "c", "",
		"run this `command` of the shell, not an interactive one, and return its exit status")
	flags.StringVar(&s.root, "root", "", "the `directory` that is the guest's root "+
		"(default this machine's, or a small Debian of the kernel's architecture)")
	flags.StringVar(&s.work, "share", ".", "the `directory` that host and guest share")
	flags.BoolVar(&s.systemd, "systemd", false,
		"have the systemd of the guest's root start first, and the command as a unit of it")
	flags.BoolVar(&s.kvm, "kvm", false,
		"use the processor's virtualisation, which is much faster where /dev/kvm works")
	flags.IntVar(&s.memory, "memory", 2048, "in MiB")
	flags.Parse(args)
	if s.kernel, err = qemu.Find(*kernel); err != nil {
		return 0, err
	}
	if s.root == "" {
		if s.root, err = defaultRoot(ctx, s.kernel.Arch); err != nil {
			return 0, err
		}
	}
	if s.command == "" {
		s.console = os.Stdin
	}
	defer fmt.Fprintln(s.output) // the kernel's last line has no end
	return s.run(ctx)
}
