package doctor

import (
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// has reports whether this process has the capabilities, in its own user namespace.
func (s System) has(capabilities ...rights.Capability) bool {
	mask, err := strconv.ParseUint(s.statusField("CapEff"), 16, 64)
	for _, c := range capabilities {
		if mask>>c.Number&1 == 0 {
			return false
		}
	}
	return err == nil
}

// inContainer reports whether this process is in a container. What containers have in common is a
// pid namespace of their own.
func (s System) inContainer() bool {
	return s.PIDNamespace != 0 && s.PIDNamespace != kernel.InitialPIDNamespace
}

// needed are the capabilities that attaching takes on this kernel.
func (s System) needed() rights.Set { return rights.Attach(s.Kernel.Expected().Multi) }

// capable reports whether this process has the capabilities to attach.
func (s System) capable() bool { return s.has(rights.SysAdmin) || s.has(s.needed()...) }

func capabilities(s System) Finding {
	switch {
	case !s.hasProc():
		return withoutProc()
	case s.has(rights.SysAdmin):
		return ok("%v", rights.SysAdmin)
	case s.capable():
		return ok("%v", s.needed())
	case s.Kernel.Expected().Multi:
		return failure(s.remedyRights(), "neither %v with %v nor %v",
			rights.BPF, rights.Perfmon, rights.SysAdmin)
	}
	return failure(s.remedyRights(), "no %v (before Linux %v nothing less will do)",
		rights.SysAdmin, kernel.Multi.Since)
}

// remedyRights says how to get all the capabilities.
func (s System) remedyRights() string {
	multi := s.Kernel.Expected().Multi
	if s.inContainer() {
		return rights.Container(multi)
	}
	return rights.Sudo(multi)
}

// userNamespace judges the user namespace. For BPF and perf, capabilities count only in the initial
// one.
func userNamespace(s System) Finding {
	switch s.UserNamespace {
	case 0:
		return ok("unknown; the other checks tell")
	case kernel.InitialUserNamespace:
		return ok("the initial one")
	}
	if s.Kernel.Untried == nil {
		return ok("not the initial one, yet it may load BPF programs")
	}
	return failure("Run usdt outside of it: on the host, or in a container that is not rootless.",
		"not the initial one: no capability that it grants counts for tracing")
}

// seccomp looks for a filter in front of the system calls. A filter gives answers that the kernel
// would not give.
func seccomp(s System) Finding {
	filtered := s.statusField("Seccomp") == "2"
	var denied []string
	// Older kernels also answer EPERM to processes that may not load programs.
	if s.BPFCall == unix.ENOSYS || s.BPFCall == unix.EPERM && (filtered && s.capable()) {
		denied = append(denied, "bpf")
	}
	if s.PerfCall != unix.EFAULT && !s.perfIsParanoid() {
		denied = append(denied, "perf_event_open")
	}
	list := strings.Join(denied, " and ")
	switch {
	case len(denied) == 0 && !s.hasProc():
		return ok("bpf and perf_event_open pass")
	case len(denied) == 0 && filtered:
		return ok("a filter, which lets bpf and perf_event_open pass")
	case len(denied) == 0:
		return ok("no filter")
	case filtered:
		return failure("docker run --security-opt seccomp=unconfined …, "+
			"or allow the calls in the profile",
			"a filter forbids %s", list)
	}
	return failure("Run a kernel that is built with CONFIG_BPF_SYSCALL and CONFIG_PERF_EVENTS; "+
		"see what the security module logs.",
		"no filter, yet %s is refused: %v, %v", list, answer(s.BPFCall), answer(s.PerfCall))
}

func answer(e syscall.Errno) string {
	if e == 0 {
		return "accepted"
	}
	return unix.ErrnoName(e)
}

// perfIsParanoid reports whether the refusal of perf_event_open is that of a distribution's kernel
// at its own level of paranoia, which answers EACCES before it looks at the attributes.
func (s System) perfIsParanoid() bool {
	level, known := s.paranoia()
	return s.PerfCall == unix.EACCES && known && s.tooParanoid(level)
}

// paranoia returns the level of perf_event_paranoid.
func (s System) paranoia() (level int, known bool) {
	text, readable := s.read("proc/sys/kernel/perf_event_paranoid")
	level, err := strconv.Atoi(text)
	return level, readable && err == nil
}

// tooParanoid reports whether a level keeps this process from perf events. Levels above 2 are those
// of Debian's and Ubuntu's kernels, which then ask for CAP_SYS_ADMIN.
func (s System) tooParanoid(level int) bool { return level > 2 && !s.has(rights.SysAdmin) }

func paranoid(s System) Finding {
	level, known := s.paranoia()
	switch {
	case !known:
		return ok("unknown")
	case s.tooParanoid(level):
		return warning("sudo sysctl kernel.perf_event_paranoid=2",
			"%d: some distributions' kernels then ask for %v", level, rights.SysAdmin)
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

// lockedMemory judges RLIMIT_MEMLOCK, against which older kernels count BPF maps and programs.
func lockedMemory(s System) Finding {
	if kernel.UnlimitedMemory.In(s.Kernel.Release) {
		return ok("no limit for BPF since Linux %v", kernel.UnlimitedMemory.Since)
	}
	if s.has(rights.SysResource) {
		return ok("%v to raise the limit", rights.SysResource)
	}
	return warning("ulimit -l unlimited",
		"no %v to raise the limit, which may be too low for the buffers", rights.SysResource)
}

func otherUsers(s System) Finding {
	switch {
	case !s.hasProc():
		return withoutProc()
	case !s.has(rights.SysPtrace):
		return warning(s.remedyRights(), "no %v: only processes of the same user can be seen",
			rights.SysPtrace)
	case !s.has(rights.DACReadSearch) && !s.has(rights.DACOverride):
		return warning(s.remedyRights(), "no %v: memory-backed files of other users cannot be read",
			rights.DACReadSearch)
	}
	return ok("%v to read their mappings, and the right to read their files", rights.SysPtrace)
}

func pidNamespace(s System) Finding {
	if s.inContainer() {
		return warning(s.remedyRights(),
			"not the initial one: only processes in it, and below, can be seen")
	}
	return ok("the initial one, or unknown")
}

// hidden looks for a /proc that shows users only their own processes.
func hidden(s System) Finding {
	if !s.hasProc() {
		return withoutProc()
	}
	mounts, _ := s.read("proc/self/mounts")
	for line := range strings.Lines(mounts) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != "/proc" {
			continue
		}
		for option := range strings.SplitSeq(fields[3], ",") {
			value, ok := strings.CutPrefix(option, "hidepid=")
			if ok && value != "0" && value != "off" && !s.has(rights.SysPtrace) {
				return warning("sudo mount -o remount,hidepid=0 /proc",
					"/proc is mounted with %s", option)
			}
		}
	}
	return ok("none")
}
