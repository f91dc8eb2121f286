//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/test/qemu"
	"github.com/go-usdt/usdt/test/vm/task"
)

// A session is a machine for one command, or for one interactive shell.
type session struct {
	kernel     qemu.Kernel
	root, work string // directories of the host
	command    string // for the shell, or empty for an interactive one
	systemd    bool   // the root's systemd starts the command
	kvm        bool
	memory     int      // MiB
	console    *os.File // of an interactive shell, or nil
	output     io.Writer
}

// run runs the session and returns the exit status of the command or shell.
func (s session) run(ctx context.Context) (status int, err error) {
	desk, err := os.MkdirTemp("", "vm-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(desk)) }()
	m, err := s.machine(ctx, desk)
	if err != nil {
		return 0, err
	}
	if err := m.Run(ctx); err != nil {
		return 0, err
	}
	return task.ReadStatus(desk)
}

// machine prepares all files in desk, which the guest sees too.
func (s session) machine(ctx context.Context, desk string) (m qemu.Machine, err error) {
	m = qemu.Machine{
		Arch:      s.kernel.Arch,
		Image:     filepath.Join(desk, "vmlinuz"),
		Initramfs: filepath.Join(desk, "initramfs"),
		Memory:    s.memory,
		KVM:       s.kvm,
		Monitor:   s.console != nil,
		Output:    s.output,
	}
	if s.console != nil {
		m.Console = s.console
	}
	if s.systemd { // the console is for the command
		m.Parameters = []string{"systemd.getty_auto=no", "systemd.show_status=no"}
	}
	t, err := s.task()
	if err != nil {
		return m, err
	}
	if err := t.Write(desk); err != nil {
		return m, err
	}
	m.Shares = []qemu.Share{
		{Tag: task.Root, Directory: s.root},
		{Tag: task.Work, Directory: t.Work, Writable: true},
		{Tag: task.Desk, Directory: desk, Writable: true},
	}
	if err := build(ctx, m.Arch, "cmd/usdt", filepath.Join(desk, "bin", "usdt")); err != nil {
		return m, err
	}
	return m, s.prepare(ctx, m)
}

// prepare writes the image and the initramfs of m.
func (s session) prepare(ctx context.Context, m qemu.Machine) error {
	cache, err := s.kernel.Cache()
	if err != nil {
		return err
	}
	packages, err := s.kernel.Download(ctx, cache, true)
	if err != nil {
		return fmt.Errorf("download kernel: %w", err)
	}
	if err := packages.WriteImage(ctx, m.Image); err != nil {
		return err
	}
	modules, err := packages.Modules(ctx, "virtio_pci", "9pnet_virtio", "9p", "overlay")
	if err != nil {
		return err
	}
	return writeInitramfs(ctx, m, modules)
}

func (s session) task() (task.Task, error) {
	work, err := filepath.Abs(s.work)
	if err != nil {
		return task.Task{}, err
	}
	t := task.Task{
		Hostname: "linux-" + strings.ReplaceAll(s.kernel.Line, ".", "-"),
		Work:     work,
		Command:  s.command,
		Systemd:  s.systemd,
		Env:      environment(),
	}
	if s.console == nil {
		return t, nil
	}
	if size, err := unix.IoctlGetWinsize(int(s.console.Fd()), unix.TIOCGWINSZ); err == nil {
		t.Rows, t.Columns = size.Row, size.Col
	}
	return t, nil
}
