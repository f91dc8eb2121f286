//go:build linux

package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/test/vm/task"
)

// A mount is what mount(2) takes.
type mount struct{ source, target, kind, options string }

func (m mount) do() error {
	if err := os.MkdirAll(m.target, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(m.source, m.target, m.kind, 0, m.options); err != nil {
		return fmt.Errorf("mount %s on %s: %w", m.kind, m.target, err)
	}
	return nil
}

// share is a directory of the host. Without a cache, the guest sees changes there at once.
func share(tag, target, cache string) mount {
	return mount{tag, target, "9p",
		"trans=virtio,version=9p2000.L,msize=262144,access=any,cache=" + cache}
}

// desk is where the task is.
var desk = []mount{
	{"run", "/run", "tmpfs", "mode=755"},
	share(task.Desk, task.DeskDirectory, "none"),
}

// system are the file systems that a tracer, a compiler and a shell expect. Systemd mounts them
// itself.
var system = []mount{
	{"devtmpfs", "/dev", "devtmpfs", ""},
	{"devpts", "/dev/pts", "devpts", "mode=620,ptmxmode=666"},
	{"shm", "/dev/shm", "tmpfs", "mode=1777"},
	{"proc", "/proc", "proc", ""},
	{"sysfs", "/sys", "sysfs", ""},
	{"tracefs", "/sys/kernel/tracing", "tracefs", ""},
	{"securityfs", "/sys/kernel/security", "securityfs", ""},
	{"debugfs", "/sys/kernel/debug", "debugfs", ""},
	{"bpf", "/sys/fs/bpf", "bpf", ""},
	{"cgroup2", "/sys/fs/cgroup", "cgroup2", ""},
	{"tmp", "/tmp", "tmpfs", "mode=1777"},
}

// enterRoot makes the host's root the guest's. What the guest changes there stays in memory.
func enterRoot() error {
	const root, lower, cover = "/root", "/lower", "/cover"
	if err := mountAll([]mount{
		share(task.Root, lower, "loose"), // the guest does not change it
		{"cover", cover, "tmpfs", "size=75%"},
	}); err != nil {
		return err
	}
	for _, dir := range []string{cover + "/upper", cover + "/work"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	over := mount{"root", root, "overlay",
		"lowerdir=" + lower + ",upperdir=" + cover + "/upper,workdir=" + cover + "/work"}
	if err := over.do(); err != nil {
		return err
	}
	if err := moveTo(root); err != nil {
		return err
	}
	return mountAll(desk)
}

func mountSystem() error {
	if err := mountAll(system); err != nil {
		return err
	}
	return linkDescriptors()
}

func mountAll(mounts []mount) error {
	for _, m := range mounts {
		if err := m.do(); err != nil {
			return err
		}
	}
	return nil
}

// linkDescriptors makes the links in /dev that shells want, and that the kernel does not make.
func linkDescriptors() error {
	links := map[string]string{"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
	for name, descriptor := range links {
		if err := os.Symlink("/proc/self/fd"+descriptor, "/dev/"+name); err != nil {
			return err
		}
	}
	return nil
}

// moveTo does what switch_root(8) does, except that it does not empty the initramfs, which is
// small.
func moveTo(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return os.NewSyscallError("mount", err)
	}
	if err := unix.Chroot("."); err != nil {
		return os.NewSyscallError("chroot", err)
	}
	return os.Chdir("/")
}

// mountWork mounts the shared directory at its path on the host. Programs that write through a
// mapping, such as Go's linker, need this kind of cache.
func mountWork(dir string) error { return share(task.Work, dir, "mmap").do() }
