package command

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// find returns the ids of the processes that are there now and that the scope chooses, by its
// criteria, sorted, but not this process. It reads nothing that a file system could hold up.
func (s scope) find(c criteria) ([]int, error) {
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	chosen := make(map[int]bool)
	parents := make(map[int]int)
	denied := false
	for _, name := range names {
		pid, err := strconv.Atoi(filepath.Base(name))
		if err != nil || pid == os.Getpid() {
			continue
		}
		status := readStatus(pid)
		parents[pid], _ = strconv.Atoi(status["PPid"])
		ok, err := c.match(pid, status)
		denied = denied || errors.Is(err, fs.ErrPermission)
		if ok || slices.Contains(s.pids, pid) {
			chosen[pid] = true
		}
	}
	if len(chosen) == 0 {
		err := fmt.Errorf("found no process with %s", printable.Text(s.flag()))
		if denied {
			err = fmt.Errorf("%w; this user may not see what all processes execute: %s",
				err, rights.ToRead())
		}
		return nil, err
	}
	if s.children {
		addDescendants(chosen, parents)
	}
	return slices.Sorted(maps.Keys(chosen)), nil
}

// addDescendants adds the processes whose parents are among the chosen, and so on.
func addDescendants(chosen map[int]bool, parents map[int]int) {
	for before := -1; before < len(chosen); {
		before = len(chosen)
		for pid, parent := range parents {
			if chosen[parent] {
				chosen[pid] = true
			}
		}
	}
}

// criteria are what a process has to have: one of each kind that is not empty.
type criteria struct {
	comms, exes, uids []string
	cgroupCriteria
}

// maxComm is how many bytes of a command name the kernel keeps.
const maxComm = 15

// criteria returns what the flags say in the words of /proc.
func (s scope) criteria() (c criteria, err error) {
	if c.cgroupCriteria, err = s.cgroupCriteria(); err != nil {
		return c, err
	}
	for _, comm := range s.comms {
		c.comms = append(c.comms, comm[:min(len(comm), maxComm)])
	}
	for _, exe := range s.exes {
		if !strings.Contains(exe, "/") {
			return c, usagef("%s %s: want a path, such as /usr/bin/%s; %s takes a name",
				s.option("exe"), exe, exe, s.option("comm"))
		}
		path, err := filepath.Abs(exe)
		if err != nil {
			return c, err
		}
		c.exes = append(c.exes, path)
		if resolved, err := filepath.EvalSymlinks(path); err == nil {
			c.exes = append(c.exes, resolved)
		}
	}
	for _, name := range s.users {
		if _, err := strconv.ParseUint(name, 10, 32); err == nil {
			c.uids = append(c.uids, name)
			continue
		}
		u, err := user.Lookup(name)
		if err != nil {
			return c, usagef("%s %s: %w", s.option("user"), name, err)
		}
		c.uids = append(c.uids, u.Uid)
	}
	return c, nil
}

// match tells whether a process has what it has to have. The error is why that is not known. The
// user is the one with whose rights the process acts. A file that a package has replaced still is
// what the process executes, and a path in a container is as the container has it.
func (c criteria) match(pid int, status map[string]string) (bool, error) {
	if len(c.comms)+len(c.exes)+len(c.uids) == 0 && c.cgroupCriteria.isZero() {
		return false, nil
	}
	if !c.cgroupCriteria.match(pid) {
		return false, nil
	}
	if len(c.comms) > 0 && !slices.Contains(c.comms, processComm(pid)) {
		return false, nil
	}
	if ids := strings.Fields(status["Uid"]); len(c.uids) > 0 &&
		(len(ids) < 2 || !slices.Contains(c.uids, ids[1])) {
		return false, nil
	}
	if len(c.exes) == 0 {
		return true, nil
	}
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return slices.Contains(c.exes, strings.TrimSuffix(exe, " (deleted)")), err
}
