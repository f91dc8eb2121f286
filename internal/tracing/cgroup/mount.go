package cgroup

import (
	"path"
	"slices"
	"strings"
)

// Mounts are where the hierarchies are mounted.
type Mounts []mount

type mount struct {
	hierarchy string // as of a Cgroup
	root      string // the cgroup that is mounted
	point     string
}

// ParseMounts parses /proc/self/mountinfo: see proc_pid_mountinfo(5).
func ParseMounts(text string) (m Mounts) {
	for line := range strings.Lines(text) {
		before, after, _ := strings.Cut(line, " - ")
		of, what := strings.Fields(before), strings.Fields(after)
		if len(of) < 5 || len(what) < 3 {
			continue
		}
		found := mount{root: of[3], point: unescape.Replace(of[4])}
		switch what[0] {
		case "cgroup2":
		case "cgroup":
			found.hierarchy = controllers(what[2])
		default:
			continue
		}
		m = append(m, found)
	}
	return m
}

// unescape undoes how the kernel writes paths.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// controllers returns those of the options of a mount, in the order that /proc/PID/cgroup has, too.
func controllers(options string) string {
	others := []string{
		"rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods",
	}
	return strings.Join(slices.DeleteFunc(strings.Split(options, ","), func(option string) bool {
		return slices.Contains(others, option) || strings.HasPrefix(option, "release_agent=")
	}), ",")
}

// Named returns what a user can mean by the path of a cgroup: that of its directory or, in any
// hierarchy, that below the mount.
func (m Mounts) Named(name string) (of []Cgroup) {
	clean := path.Clean("/" + name)
	for _, mount := range m {
		if isBelow(clean, mount.point) {
			rest := strings.TrimPrefix(clean, mount.point)
			of = append(of, Cgroup{mount.hierarchy, path.Join(mount.root, rest)})
		}
	}
	if len(of) > 0 {
		return of
	}
	for _, mount := range m {
		of = append(of, Cgroup{mount.hierarchy, path.Join(mount.root, clean)})
	}
	return of
}
