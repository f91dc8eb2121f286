//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// cgroupMount returns where cgroups of version 2 are.
func cgroupMount() (string, error) {
	for _, dir := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		if _, err := os.Stat(filepath.Join(dir, "cgroup.controllers")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("no cgroups of version 2")
}

// lackOfCgroups says why no cgroup can be made. Scripts ask at the same time.
func lackOfCgroups() error {
	mount, err := cgroupMount()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(mount, "usdt-try-")
	if err != nil {
		return err
	}
	return os.Remove(dir)
}

// putInCgroup makes a cgroup with its parents, below one of its own, and moves the program that was
// started last there. The end of the script moves it back.
func putInCgroup(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: cgroup PATH")
	}
	mount, err := cgroupMount()
	ts.Check(err)
	top, err := os.MkdirTemp(mount, "usdt-test-")
	ts.Check(err)
	path := filepath.Join(top, args[0])
	ts.Check(os.MkdirAll(path, 0o755))
	pid := []byte(ts.Getenv("PID"))
	ts.Defer(func() {
		_ = os.WriteFile(filepath.Join(mount, "cgroup.procs"), pid, 0) // unless it has ended
		for dir := path; dir != mount; dir = filepath.Dir(dir) {
			ts.Check(os.Remove(dir))
		}
	})
	ts.Check(os.WriteFile(filepath.Join(path, "cgroup.procs"), pid, 0))
	ts.Setenv("CGROUP", path)
}
