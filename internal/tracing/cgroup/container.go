package cgroup

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Container is what a process runs in.
type Container struct {
	ID   string // 64 hexadecimal digits, or empty
	Name string // or empty
}

// containerID finds the id that Docker, Podman, containerd and CRI-O put into the path of a
// container's cgroup, such as docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope or
// /docker/ID. What watches over a container, conmon, is not in it.
var containerID = regexp.MustCompile(`(^|[/:-])([0-9a-f]{64})(\.scope)?$`)

// containerName finds the name that LXC, Incus and systemd-nspawn put there.
var containerName = regexp.MustCompile(
	`^(?:lxc\.payload\.|machine-|systemd-nspawn@)(.+?)(?:\.scope|\.service)?$`)

// Containers returns the containers that the process is in, the innermost last.
func (m Membership) Containers() (found []Container) {
	for _, c := range m {
		parts := strings.Split(c.Path, "/")
		for i, part := range parts {
			var in Container
			switch id := containerID.FindStringSubmatch(part); {
			case id != nil && !strings.Contains(part, "conmon"):
				in.ID = id[2]
			case i > 0 && (parts[i-1] == "lxc" || parts[i-1] == "lxc.payload"):
				in.Name = part
			default:
				if name := containerName.FindStringSubmatch(part); name != nil {
					in.Name = unescapeUnit(name[1])
				}
			}
			if in != (Container{}) && !slices.Contains(found, in) {
				found = append(found, in)
			}
		}
	}
	return found
}

// unescapeUnit undoes how systemd writes names: systemd-escape(1).
func unescapeUnit(name string) string {
	return escaped.ReplaceAllStringFunc(name, func(code string) string {
		var b byte
		_, _ = fmt.Sscanf(code, `\x%02x`, &b) // as the expression has it
		return string([]byte{b})
	})
}

var escaped = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// Find returns which of the containers is meant by an id, the beginning of one, or a name. named
// returns the id of a container that a container engine knows by a name, or nothing.
func Find(containers []Container, text string, named func(name string) string) (Container, error) {
	_, id, isURL := strings.Cut(text, "://") // as Kubernetes has it
	if !isURL {
		id = text
	}
	by := func(is func(Container) bool) (c Container, ok bool) {
		i := slices.IndexFunc(containers, is)
		if i < 0 {
			return c, false
		}
		return containers[i], true
	}
	if c, ok := by(func(c Container) bool { return c.ID == id || c.Name == text }); ok && id != "" {
		return c, nil
	}
	if known := named(text); known != "" {
		if c, ok := by(func(c Container) bool { return c.ID == known }); ok {
			return c, nil
		}
		return Container{}, fmt.Errorf("no process is in the container %s, whose id is %.12s",
			text, known)
	}
	var meant []string
	for _, c := range containers {
		if id != "" && strings.HasPrefix(c.ID, id) && !slices.Contains(meant, c.ID) {
			meant = append(meant, c.ID)
		}
	}
	switch len(meant) {
	case 1:
		return Container{ID: meant[0]}, nil
	case 0:
		return Container{}, fmt.Errorf("no process is in a container %s; docker ps --no-trunc, "+
			"podman ps --no-trunc and crictl ps --no-trunc show ids", text)
	}
	slices.Sort(meant)
	return Container{}, fmt.Errorf("several containers begin with %s: %s",
		text, strings.Join(meant, ", "))
}
