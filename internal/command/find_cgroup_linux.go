package command

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/cgroup"
)

// cgroupCriteria are what the cgroups of a process have to be: one of each kind that is not empty.
type cgroupCriteria struct {
	services   []string
	containers []cgroup.Container
	pods       podCriteria
	cgroups    []cgroup.Cgroup
}

func (c cgroupCriteria) isZero() bool {
	return len(c.services)+len(c.containers)+len(c.pods.patterns)+len(c.cgroups) == 0
}

// match tells whether a process has what it has to have.
func (c cgroupCriteria) match(pid int) bool {
	return c.isZero() || c.holds(readCgroups(pid))
}

// holds tells whether a process with these cgroups has what it has to have.
func (c cgroupCriteria) holds(m cgroup.Membership) bool {
	return (len(c.services) == 0 || slices.ContainsFunc(c.services, m.InUnit)) &&
		(len(c.containers) == 0 || slices.ContainsFunc(m.Containers(), func(of cgroup.Container) bool {
			return slices.Contains(c.containers, of)
		})) &&
		c.pods.hold(m) &&
		(len(c.cgroups) == 0 || m.In(c.cgroups...))
}

// directories returns the cgroups of version 2 that the processes have to be in.
func (c cgroupCriteria) directories() []string {
	if c.isZero() {
		return nil
	}
	mounts, err := cgroup.ReadMounts()
	if err != nil {
		return nil
	}
	return mounts.Directories(c.holds)
}

func readCgroups(pid int) cgroup.Membership {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	return cgroup.Parse(string(text))
}

// cgroupCriteria returns what the flags say in the words of /proc.
func (s scope) cgroupCriteria() (c cgroupCriteria, err error) {
	for _, name := range s.services {
		if strings.Contains(name, "/") {
			return c, usagef("%s %s: want the name of a unit, such as shop.service; "+
				"%s takes a path", s.option("service"), name, s.option("cgroup"))
		}
		c.services = append(c.services, cgroup.UnitName(name))
	}
	if c.containers, err = s.findContainers(); err != nil {
		return c, err
	}
	if c.pods, err = s.findPods(); err != nil || len(s.cgroups) == 0 {
		return c, err
	}
	mounts, err := cgroup.ReadMounts()
	if err != nil {
		return c, err
	}
	for _, name := range s.cgroups {
		c.cgroups = append(c.cgroups, mounts.Named(name)...)
	}
	return c, nil
}

// findContainers returns the containers that are meant, in which some process must be.
func (s scope) findContainers() (meant []cgroup.Container, err error) {
	if len(s.containers) == 0 {
		return nil, nil
	}
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var all []cgroup.Container
	for _, name := range names {
		if pid, err := strconv.Atoi(filepath.Base(name)); err == nil {
			all = append(all, readCgroups(pid).Containers()...)
		}
	}
	for _, text := range s.containers {
		c, err := cgroup.Find(all, text, func(name string) string {
			return cgroup.NameIn(os.DirFS("/var/lib"), name)
		})
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.option("container"), text, err)
		}
		meant = append(meant, c)
	}
	return meant, nil
}
