package cluster

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// startCleaner starts a process that removes the machine whose directory it is when this process
// ends, however it does, or when the returned function is called, which waits for it.
func startCleaner(dir string) (end func() error, err error) {
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{cleaner, dir}, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true}, // Ctrl-C is not for it
	}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return func() error { return errors.Join(input.Close(), cmd.Wait()) }, cmd.Start()
}

// clean waits for the end of its input. Then it ends all processes of the machine, and removes its
// cgroups and its directory. Its mounts and its network are gone with the processes.
func clean(dir string) error {
	_, _ = io.Copy(io.Discard, os.Stdin)
	name := filepath.Base(dir)
	err := Eventually("end the machine's processes", func() error { return killAll(name) })
	for _, root := range roots() {
		for _, group := range slices.Backward(below(filepath.Join(root, name))) {
			err = errors.Join(err, Eventually("remove "+group, func() error {
				return ignore(unix.Rmdir(group), unix.ENOENT)
			}))
		}
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// killAll kills the processes in the cgroups of the machine; it is an error if there are some.
func killAll(name string) error {
	var left error
	for _, root := range roots() {
		for _, group := range below(filepath.Join(root, name)) {
			text, _ := os.ReadFile(filepath.Join(group, "cgroup.procs")) // it may be gone
			for _, field := range strings.Fields(string(text)) {
				pid, err := strconv.Atoi(field)
				if err == nil && pid > 1 {
					left = errors.New("there are processes left")
					_ = unix.Kill(pid, unix.SIGKILL) // it may have ended
				}
			}
		}
	}
	return left
}

// below returns a directory and those below it, parents first.
func below(dir string) (dirs []string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}
		return nil // one that is gone has nothing below
	})
	return dirs
}

// ignore returns the error unless it is the expected one.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
