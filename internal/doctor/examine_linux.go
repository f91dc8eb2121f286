package doctor

import (
	"fmt"
	"io/fs"
	"strings"
)

// checks are in the order in which a reader wants them: first what the rest depends on.
var checks = []struct {
	name  string
	check func(System) Finding
}{
	{"kernel", kernel},
	{"kernel config", config},
	{"uprobe PMU", pmu},
	{"capabilities", capabilities},
	{"user namespace", userNamespace},
	{"seccomp", seccomp},
	{"lockdown", lockdown},
	{"BPF programs", programs},
	{"perf_event_paranoid", paranoid},
	{"unprivileged_bpf_disabled", unprivilegedBPF},
	{"locked memory", lockedMemory},
	{"tracing a probe", tracing},
	{"reading arguments", readUser},
	{"ring buffer", ringBuffer},
	{"semaphores", semaphores},
	{"uprobe_multi", multi},
	{"other users' processes", otherUsers},
	{"pid namespace", pidNamespace},
	{"hidden processes", hidden},
	{"tracefs", tracefs},
	{"probe sites", site},
	{"vm.memfd_noexec", memfdPolicy},
	{"probes in memory", inMemory},
	{"probes in named files", inFiles},
	{"bpftrace", bpftrace},
	{"bcc", bcc},
	{"perf", perf},
	{"gdb", gdb},
}

// Examine judges a system.
func Examine(s System) []Finding {
	var findings []Finding
	for _, c := range checks {
		f := c.check(s)
		f.Name = c.name
		findings = append(findings, f)
	}
	return findings
}

// read returns the text of a file without spaces around it; ok is false when it cannot be read.
func (s System) read(path string) (text string, ok bool) {
	content, err := fs.ReadFile(s.Files, path)
	return strings.TrimSpace(string(content)), err == nil
}

// since reports whether the kernel is of a version or later. One that cannot be read is taken for new.
func (s System) since(major, minor int) bool {
	var x, y int
	if _, err := fmt.Sscanf(s.Release, "%d.%d", &x, &y); err != nil {
		return true
	}
	return x > major || x == major && y >= minor
}

// statusField returns a field of /proc/self/status, "" when it has none.
func (s System) statusField(name string) string {
	text, _ := s.read("proc/self/status")
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
