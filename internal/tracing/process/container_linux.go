package process

import "regexp"

// containerName finds the id that docker, podman, containerd and CRI-O put into the path of a
// container's cgroup, such as docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope or
// /docker/ID.
var containerName = regexp.MustCompile(`(?m)^.*[/:-]([0-9a-f]{12})[0-9a-f]{52}(\.scope)?(/|$)`)

// containerID returns the first 12 digits of the id of the innermost container that a process is
// in, or "". cgroups is the text of /proc/PID/cgroup.
func containerID(cgroups string) string {
	found := containerName.FindAllStringSubmatch(cgroups, -1)
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1][1]
}
