package cgroup

import "strings"

// A Membership is the cgroups that a process is in, one in each hierarchy.
type Membership []Cgroup

// A Cgroup is a path in a hierarchy.
type Cgroup struct {
	// Hierarchy has the controllers of version 1, such as "cpu,cpuacct" or "name=systemd". It is
	// empty for version 2.
	Hierarchy string
	Path      string
}

// Parse parses /proc/PID/cgroup.
func Parse(text string) (m Membership) {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) == 3 {
			m = append(m, Cgroup{parts[1], strings.TrimSuffix(parts[2], " (deleted)")})
		}
	}
	return m
}

// In tells whether the process is in the cgroup, or below it, in any of the hierarchies.
func (m Membership) In(of ...Cgroup) bool {
	for _, c := range m {
		for _, o := range of {
			if c.Hierarchy == o.Hierarchy && isBelow(c.Path, o.Path) {
				return true
			}
		}
	}
	return false
}

func isBelow(p, of string) bool {
	return p == of || strings.HasPrefix(p, strings.TrimSuffix(of, "/")+"/")
}

// InUnit tells whether the process belongs to a unit of systemd, by the full name of the unit:
// shop.service. Units have cgroups of their names, below the slices that they are in and, for
// those of a user, below the unit of that user's manager.
func (m Membership) InUnit(name string) bool {
	for _, c := range m {
		for part := range strings.SplitSeq(c.Path, "/") {
			// systemd puts a _ before a name that the kernel could take for one of its files.
			if part == name || part == "_"+name {
				return true
			}
		}
	}
	return false
}

// unitTypes are what names of units end with: systemd.unit(5).
var unitTypes = []string{
	".service", ".socket", ".device", ".mount", ".automount", ".swap", ".target", ".path", ".timer",
	".slice", ".scope",
}

// UnitName returns the full name of a unit: without a type it is a service.
func UnitName(name string) string {
	for _, t := range unitTypes {
		if strings.HasSuffix(name, t) {
			return name
		}
	}
	return name + ".service"
}
