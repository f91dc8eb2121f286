package cgroup

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func readMounts(t *testing.T) Mounts {
	t.Helper()
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	return ParseMounts(string(text))
}

// unified returns where the cgroups of version 2 are.
func unified(t *testing.T, mounts Mounts) string {
	t.Helper()
	for _, m := range mounts {
		if m.hierarchy == "" && m.root == "/" {
			return m.point
		}
	}
	testenv.Lacks(t, errors.New("no cgroups of version 2"))
	return ""
}

// TestContainersOfCgroups: a cgroup is known by the container that it or one above it is of, also
// when it is gone, if it was there before.
func TestContainersOfCgroups(t *testing.T) {
	mounts := readMounts(t)
	root := unified(t, mounts)
	container := strings.Repeat("0123456789abcdef", 4)
	top := filepath.Join(root, fmt.Sprintf("go-usdt-%d", os.Getpid()))
	scope := filepath.Join(top, "docker-"+container+".scope")
	named := filepath.Join(top, "lxc.payload.web")
	inner := filepath.Join(scope, "init")
	remove := func() {
		for _, dir := range []string{inner, scope, named, top} {
			_ = os.Remove(dir) // it may be removed by now
		}
	}
	t.Cleanup(remove)
	for _, dir := range []string{inner, named} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			testenv.Lacks(t, err)
		}
	}
	ids := make(map[string]uint64)
	for _, dir := range []string{root, scope, inner, named} {
		var err error
		if ids[dir], err = ID(dir); err != nil {
			t.Fatal(err)
		}
	}
	early := NewContainers(mounts, Membership.Container)
	remove()
	late := NewContainers(mounts, Membership.Container)
	for _, test := range []struct {
		of   *Containers
		dir  string
		want string
	}{
		{early, root, "-"}, {early, scope, container[:12]}, {early, inner, container[:12]},
		{early, named, "web"}, {late, root, "-"}, {late, inner, fmt.Sprintf("cgroup %d", ids[inner])},
	} {
		if got := test.of.OfCgroup(ids[test.dir]); got != test.want {
			t.Errorf("%s: %q, want %q", test.dir, got, test.want)
		}
	}
}

// TestContainersOfProcesses: a process is known as long as it is there.
func TestContainersOfProcesses(t *testing.T) {
	c := NewContainers(nil, Membership.Container)
	cgroups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	self := uint64(os.Getpid()) // #nosec G115 -- not negative
	if got, want := c.OfProcess(self), Parse(string(cgroups)).Container(); got != want {
		t.Errorf("this process: %q, want %q", got, want)
	}
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	pid := uint64(cmd.Process.Pid) // #nosec G115 -- not negative
	if got, want := c.OfProcess(pid), fmt.Sprintf("pid %d", pid); got != want {
		t.Errorf("a process that is gone: %q, want %q", got, want)
	}
}

// TestContainersOfZombies: the container of a process is still known when it has ended, and its
// parent does not know yet.
func TestContainersOfZombies(t *testing.T) {
	cmd := exec.Command("cat")
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		input.Close()
		_ = cmd.Wait()
	})
	pid := uint64(cmd.Process.Pid) // #nosec G115 -- not negative
	container := strings.Repeat("0123456789abcdef", 4)
	join(t, filepath.Join(fmt.Sprintf("go-usdt-%d", os.Getpid()), "docker-"+container+".scope"), pid)
	c := NewContainers(nil, Membership.Container)
	if got := c.OfProcess(pid); got != container[:12] {
		t.Fatalf("the process is in %q", got)
	}
	if err := input.Close(); err != nil {
		t.Fatal(err)
	}
	var info unix.Siginfo
	err = unix.Waitid(unix.P_PID, int(pid), &info, unix.WEXITED|unix.WNOWAIT, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.OfProcess(pid); got != container[:12] {
		t.Errorf("the zombie is in %q", got)
	}
	late := NewContainers(nil, Membership.Container)
	if got, want := late.OfProcess(pid), fmt.Sprintf("pid %d", pid); got != want {
		t.Errorf("a zombie that nobody knew: %q, want %q", got, want)
	}
}

// join makes a cgroup in some hierarchy, and moves a process into it.
func join(t *testing.T, name string, pid uint64) {
	t.Helper()
	err := errors.New("no cgroups")
	for _, m := range readMounts(t) {
		if err == nil || m.root != "/" {
			continue
		}
		dir := filepath.Join(m.point, name)
		t.Cleanup(func() {
			_ = os.Remove(dir)
			_ = os.Remove(filepath.Dir(dir))
		})
		if err = os.MkdirAll(dir, 0o755); err == nil { // not all hierarchies take processes at once
			err = os.WriteFile(filepath.Join(dir, "cgroup.procs"), fmt.Append(nil, pid), 0)
		}
	}
	if err != nil {
		testenv.Lacks(t, err)
	}
}

func TestMountsAreUnified(t *testing.T) {
	const (
		v1 = "24 23 0:21 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
		v2 = "25 23 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
	)
	for text, want := range map[string]bool{"": false, v1: false, v2: true, v1 + v2: false} {
		if got := ParseMounts(text).AreUnified(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
