package process

import "github.com/go-usdt/usdt/internal/tracing/cgroup"

// containerIn names the innermost container that a process is in, or returns "". cgroups is what
// /proc/PID/cgroup has.
func containerIn(cgroups string) string {
	name := cgroup.Parse(cgroups).Container()
	if name == "-" {
		return ""
	}
	return name
}
