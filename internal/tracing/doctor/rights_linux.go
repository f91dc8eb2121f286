package doctor

import (
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Inode numbers of the namespaces that the kernel starts with: PROC_PID_INIT_INO, PROC_USER_INIT_INO.
const (
	initialPIDNamespace  = 0xeffffffc
	initialUserNamespace = 0xeffffffd
)

const (
	remedyRoot         = `sudo "$(command -v usdt)" …, or once: sudo setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep "$(command -v usdt)"`
	remedyOldRoot      = `sudo "$(command -v usdt)" …, or once: sudo setcap cap_sys_admin,cap_sys_ptrace,cap_dac_read_search,cap_sys_resource+ep "$(command -v usdt)"`
	remedyContainer    = "docker run --pid=host --cap-add BPF --cap-add PERFMON --cap-add SYS_PTRACE --cap-add DAC_READ_SEARCH …, or run usdt on the host"
	remedyOldContainer = "docker run --pid=host --cap-add SYS_ADMIN --cap-add SYS_PTRACE --cap-add DAC_READ_SEARCH --cap-add SYS_RESOURCE …, or run usdt on the host"
)

// has reports whether this process has a capability, in its own user namespace.
func (s System) has(capability int) bool {
	mask, err := strconv.ParseUint(s.statusField("CapEff"), 16, 64)
	return err == nil && mask>>capability&1 != 0
}

// inContainer: a namespace of its own is what containers have in common.
func (s System) inContainer() bool {
	return s.PIDNamespace != 0 && s.PIDNamespace != initialPIDNamespace
}

// capable reports whether this process has the capabilities that usdt needs. Perf events of the uprobe PMU
// ask for CAP_SYS_ADMIN on every kernel; uprobe_multi links do not.
func (s System) capable() bool {
	return s.has(unix.CAP_SYS_ADMIN) || s.fewSuffice() && s.has(unix.CAP_BPF) && s.has(unix.CAP_PERFMON)
}

func (s System) fewSuffice() bool { return s.Features.Multi || s.since(6, 10) }

func capabilities(s System) Finding {
	lack := "neither CAP_BPF with CAP_PERFMON nor CAP_SYS_ADMIN"
	if !s.fewSuffice() {
		lack = "no CAP_SYS_ADMIN (before Linux 6.10 nothing less will do)"
	}
	switch {
	case s.has(unix.CAP_SYS_ADMIN):
		return ok("CAP_SYS_ADMIN")
	case s.capable():
		return ok("CAP_BPF and CAP_PERFMON")
	}
	return failure(s.remedyRights(), "%s", lack)
}

// remedyRights says how to get all the capabilities.
func (s System) remedyRights() string {
	if s.inContainer() && s.fewSuffice() {
		return remedyContainer
	}
	if s.inContainer() {
		return remedyOldContainer
	}
	if s.fewSuffice() {
		return remedyRoot
	}
	return remedyOldRoot
}

// userNamespace: capabilities in another than the initial one do not count for BPF and perf.
func userNamespace(s System) Finding {
	switch s.UserNamespace {
	case 0:
		return ok("unknown; the other checks tell")
	case initialUserNamespace:
		return ok("the initial one")
	}
	if s.Program == nil {
		return ok("not the initial one, yet it may load BPF programs")
	}
	return failure("Run usdt outside of it: on the host, or in a container that is not rootless.",
		"not the initial one: no capability that it grants counts for tracing")
}

// seccomp looks for a filter in front of the system calls. What it answers instead of the kernel
// gives it away.
func seccomp(s System) Finding {
	filtered := s.statusField("Seccomp") == "2"
	var denied []string
	// Older kernels also answer EPERM to whoever may not load programs.
	if s.BPFCall == unix.ENOSYS || s.BPFCall == unix.EPERM && (filtered && s.capable()) {
		denied = append(denied, "bpf")
	}
	if s.PerfCall != unix.EFAULT {
		denied = append(denied, "perf_event_open")
	}
	list := strings.Join(denied, " and ")
	switch {
	case len(denied) == 0 && filtered:
		return ok("a filter, which lets bpf and perf_event_open pass")
	case len(denied) == 0:
		return ok("no filter")
	case filtered:
		return failure("docker run --security-opt seccomp=unconfined …, or allow the calls in the profile",
			"a filter forbids %s", list)
	}
	return failure("Run a kernel that is built with CONFIG_BPF_SYSCALL and CONFIG_PERF_EVENTS; see what the security module logs.",
		"no filter, yet %s is refused: %v, %v", list, answer(s.BPFCall), answer(s.PerfCall))
}

func answer(e syscall.Errno) string {
	if e == 0 {
		return "accepted"
	}
	return unix.ErrnoName(e)
}

func paranoid(s System) Finding {
	text, readable := s.read("proc/sys/kernel/perf_event_paranoid")
	level, err := strconv.Atoi(text)
	switch {
	case !readable || err != nil:
		return ok("unknown")
	case level > 2 && !s.has(unix.CAP_SYS_ADMIN):
		// Debian's and Ubuntu's own levels.
		return warning("sudo sysctl kernel.perf_event_paranoid=2",
			"%d: some distributions' kernels then ask for CAP_SYS_ADMIN", level)
	}
	return ok("%d, which does not matter with the capabilities above", level)
}

func unprivilegedBPF(s System) Finding {
	text, readable := s.read("proc/sys/kernel/unprivileged_bpf_disabled")
	if !readable {
		return ok("unknown")
	}
	return ok("%s, which does not matter: tracing needs the capabilities above anyway", text)
}

// lockedMemory: before Linux 5.11 BPF maps and programs count against RLIMIT_MEMLOCK.
func lockedMemory(s System) Finding {
	if s.since(5, 11) {
		return ok("no limit for BPF since Linux 5.11")
	}
	if s.has(unix.CAP_SYS_RESOURCE) {
		return ok("CAP_SYS_RESOURCE to raise the limit")
	}
	return warning("ulimit -l unlimited", "no CAP_SYS_RESOURCE to raise the limit, which may be too low for the buffers")
}

func otherUsers(s System) Finding {
	switch {
	case !s.has(unix.CAP_SYS_PTRACE):
		return warning(s.remedyRights(), "no CAP_SYS_PTRACE: only processes of the same user can be seen")
	case !s.has(unix.CAP_DAC_READ_SEARCH) && !s.has(unix.CAP_DAC_OVERRIDE):
		return warning(s.remedyRights(), "no CAP_DAC_READ_SEARCH: memory-backed files of other users cannot be read")
	}
	return ok("CAP_SYS_PTRACE to read their mappings, and the right to read their files")
}

func pidNamespace(s System) Finding {
	if s.inContainer() {
		return warning(s.remedyRights(), "not the initial one: only processes in it, and below, can be seen")
	}
	return ok("the initial one, or unknown")
}

// hidden looks for a /proc that shows a user only their own processes.
func hidden(s System) Finding {
	mounts, _ := s.read("proc/self/mounts")
	for line := range strings.Lines(mounts) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != "/proc" {
			continue
		}
		for option := range strings.SplitSeq(fields[3], ",") {
			value, ok := strings.CutPrefix(option, "hidepid=")
			if ok && value != "0" && value != "off" && !s.has(unix.CAP_SYS_PTRACE) {
				return warning("sudo mount -o remount,hidepid=0 /proc", "/proc is mounted with %s", option)
			}
		}
	}
	return ok("none")
}
