package doctor

import (
	"io/fs"
	"strings"
)

// checks come first if others depend on them.
var checks = []struct {
	name  string
	check func(System) Finding
}{
	{"proc file system", proc},
	{"kernel", version},
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

// Examine judges a system. Where usdt has just traced, nothing keeps it from tracing, so that what
// a check alone takes for a failure is only a warning.
func Examine(s System) []Finding {
	var findings []Finding
	for _, c := range checks {
		f := c.check(s)
		f.Name = c.name
		if s.Traced == nil {
			f.Status = min(f.Status, Warning)
		}
		findings = append(findings, f)
	}
	return findings
}

// Conclusion sums up in a sentence what was found in a system.
func Conclusion(s System) string {
	switch worst := Worst(Examine(s)); {
	case worst == Failure:
		return "cannot trace here: see the failures"
	case s.noProbes():
		return "Go programs started here can load no probes, " +
			"and usdt could not try to trace: see the warnings"
	case worst == Warning:
		return "usdt can trace here; see the warnings for what it or other tools cannot do"
	}
	return "usdt can trace here"
}

// read returns the text of a file without spaces around it; ok is false when it cannot be read, or
// says nothing.
func (s System) read(path string) (text string, ok bool) {
	content, _ := fs.ReadFile(s.Files, path)
	text = strings.TrimSpace(string(content))
	return text, text != ""
}

// exists reports whether there is a file or directory, readable or not.
func (s System) exists(path string) bool {
	_, err := fs.Stat(s.Files, path)
	return err == nil
}

// lists reports whether there is anything in a directory. A directory that is only a place for a
// mount, or that a container hides, is empty.
func (s System) lists(directory string) bool {
	entries, err := fs.ReadDir(s.Files, directory)
	return err == nil && len(entries) > 0
}

// hasProc and hasSys report whether the file systems are there that the kernel tells most by. What
// takes one of them is unknown without it, rather than bad.
func (s System) hasProc() bool { return s.statusField("CapEff") != "" }
func (s System) hasSys() bool  { return s.exists("sys/bus/event_source") }

// withoutProc is the finding of a check that takes the proc file system.
func withoutProc() Finding { return ok("unknown without /proc") }

// statusField returns a field of /proc/self/status, or "".
func (s System) statusField(name string) string {
	text, _ := s.read("proc/self/status")
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
