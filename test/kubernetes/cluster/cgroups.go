package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// cgroups are the cgroups of the machine, one in each hierarchy. Whoever is in them sees them as
// the roots of the hierarchies.
type cgroups []string

// hierarchies is where this machine has its cgroups: those of version 1 each in a directory.
const hierarchies = "/sys/fs/cgroup"

// makeCgroups makes the cgroups, and moves this process there: the machine comes from it.
func makeCgroups(name string) (made cgroups, err error) {
	for _, root := range roots() {
		dir := filepath.Join(root, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return made, errors.Join(err, made.remove())
		}
		made = append(made, dir)
		if err := join(root, dir); err != nil {
			return made, errors.Join(err, made.remove())
		}
	}
	return made, nil
}

// roots returns the directories of all hierarchies.
func roots() []string {
	if isUnified() {
		return []string{hierarchies}
	}
	found, _ := filepath.Glob(hierarchies + "/*/cgroup.procs") // the pattern is valid
	for i, name := range found {
		found[i] = filepath.Dir(name)
	}
	return found
}

func isUnified() bool {
	_, err := os.Stat(filepath.Join(hierarchies, "cgroup.controllers"))
	return err == nil
}

// join moves this process. A cgroup of cpuset takes none before it has processors and memory.
func join(root, dir string) error {
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(root, name))
		if err == nil && !isUnified() {
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

// remove moves this process back, and removes the cgroups with those below them. The machine has
// ended; the kernel may still be at its processes.
func (c cgroups) remove() (err error) {
	for _, dir := range c {
		err = errors.Join(err, enter(filepath.Dir(dir)))
		var dirs []string
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append(dirs, path)
			}
			return nil
		})
		for _, dir := range slices.Backward(dirs) {
			err = errors.Join(err, Eventually("remove "+dir, func() error {
				return ignore(unix.Rmdir(dir), unix.ENOENT)
			}))
		}
	}
	return err
}

// ignore returns the error unless it is the expected one.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// mountCgroups mounts the hierarchies in the machine, whose cgroups are their roots.
func mountCgroups(at string) error {
	if isUnified() {
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
