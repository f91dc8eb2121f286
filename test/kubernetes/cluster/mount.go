package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A machine is made of directories of the machine that runs it.
type machine struct {
	dir      string // for all that it writes
	debian   string // a root directory, which stays as it is
	programs string // of Kubernetes
	source   string // the repository
}

func (m machine) arguments(more []string) []string {
	return append([]string{m.dir, m.debian, m.programs, m.source}, more...)
}

func machineOf(arguments []string) (m machine, rest []string) {
	return machine{arguments[0], arguments[1], arguments[2], arguments[3]}, arguments[4:]
}

// written are the directories that must not be in an overlay, because overlays are mounted there.
var written = []string{"var/lib/containerd", "var/lib/kubelet", "var/lib/etcd"}

// mount gives this process the machine's root directory.
func (m machine) mount() error {
	root, images := filepath.Join(m.dir, "root"), filepath.Join(m.dir, "images")
	upper, work := filepath.Join(m.dir, "upper"), filepath.Join(m.dir, "work")
	for _, dir := range []string{root, upper, work, images} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	err := errors.Join(
		mountAt("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		// Names of packages are separated by commas in the cached directory's name.
		overlay(m.debian, upper, work, root),
	)
	if err != nil {
		return err
	}
	at := func(name string) string { return filepath.Join(root, name) }
	for _, name := range written {
		own := filepath.Join(m.dir, name)
		err = errors.Join(err, os.MkdirAll(own, 0o755), bind(own, at(name), 0))
	}
	err = errors.Join(err,
		mountAt("proc", at("proc"), "proc", 0, ""),
		mountAt("sysfs", at("sys"), "sysfs", 0, ""),
		bind("/dev", at("dev"), unix.MS_REC),
		mountAt("tmpfs", at("run"), "tmpfs", 0, "mode=755"),
		bind(m.programs, at("opt/kubernetes"), 0),
		bind(m.source, at("src"), 0),
		bind(images, at("images"), 0),
		mountCgroups(at("sys/fs/cgroup")),
	)
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return os.NewSyscallError("pivot_root", err)
	}
	// What pods mount is to be seen by others.
	return errors.Join(os.NewSyscallError("umount", unix.Unmount(".", unix.MNT_DETACH)),
		os.Chdir("/"), mountAt("", "/", "", unix.MS_REC|unix.MS_SHARED, ""))
}

// overlay mounts what is written over what stays.
func overlay(lower, upper, work, at string) error {
	// A link has a name without commas and colons, which options do not take.
	link := upper + ".lower"
	if err := os.Symlink(lower, link); err != nil {
		return err
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", link, upper, work)
	return mountAt("overlay", at, "overlay", 0, options)
}

func bind(from, at string, flags uintptr) error {
	return mountAt(from, at, "", unix.MS_BIND|flags, "")
}

// mountAt mounts at a directory, which it makes if there is none.
func mountAt(from, at, kind string, flags uintptr, options string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(from, at, kind, flags, options); err != nil {
		return fmt.Errorf("mount %s at %s: %w", cmp.Or(from, kind, "nothing"), at, err)
	}
	return nil
}
