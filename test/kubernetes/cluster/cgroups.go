package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// hierarchies is where this machine has its cgroups: those of version 1 each in a directory.
const hierarchies = "/sys/fs/cgroup"

// makeCgroups makes a cgroup in each hierarchy, and moves this process there: the machine, which
// comes from it, sees them as the roots of the hierarchies.
func makeCgroups(name string) error {
	for _, root := range roots() {
		dir := filepath.Join(root, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		if err := join(root, dir); err != nil {
			return err
		}
	}
	return nil
}

// leaveCgroups moves this process back.
func leaveCgroups() (err error) {
	for _, root := range roots() {
		err = errors.Join(err, enter(root))
	}
	return err
}

// roots returns the directories of all hierarchies.
func roots() []string {
	if IsUnified() {
		return []string{hierarchies}
	}
	found, _ := filepath.Glob(hierarchies + "/*/cgroup.procs") // the pattern is valid
	for i, name := range found {
		found[i] = filepath.Dir(name)
	}
	return found
}

// IsUnified reports whether all cgroups are of version 2.
func IsUnified() bool {
	_, err := os.Stat(filepath.Join(hierarchies, "cgroup.controllers"))
	return err == nil
}

// join moves this process. A cgroup of cpuset takes none before it has processors and memory.
func join(root, dir string) error {
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(root, name))
		if err == nil && !IsUnified() {
			err = os.WriteFile(filepath.Join(dir, name), value, 0)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return enter(dir)
}

func enter(dir string) error {
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0)
}

// mountCgroups mounts the hierarchies in the machine, whose cgroups are their roots.
func mountCgroups(at string) error {
	if IsUnified() {
		return mountAt("cgroup2", at, "cgroup2", 0, "")
	}
	err := mountAt("tmpfs", at, "tmpfs", 0, "mode=755")
	for _, root := range roots() {
		name := filepath.Base(root)
		kind, options := "cgroup", name
		switch name {
		case "unified":
			kind, options = "cgroup2", ""
		case "systemd":
			options = "none,name=systemd"
		}
		dir := filepath.Join(at, name)
		err = errors.Join(err, mountAt("cgroup", dir, kind, 0, options))
	}
	if err != nil {
		return fmt.Errorf("cgroups: %w", err)
	}
	return nil
}
