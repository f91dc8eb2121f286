package doctor

import (
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// rightsTests are about the findings of rights_linux.go.
var rightsTests = []findingTest{
	{
		"capabilities unknown",
		func(s *System) { s.removeProc() },
		"capabilities", OK, []string{"unknown without /proc"},
	},
	{
		"filter unknown",
		func(s *System) { s.removeProc() },
		"seccomp", OK, []string{"bpf and perf_event_open pass"},
	},
	{
		"rights to read unknown",
		func(s *System) { s.removeProc() },
		"other users' processes", OK, []string{"unknown without /proc"},
	},
	{
		"hiding unknown",
		func(s *System) { s.removeProc() },
		"hidden processes", OK, []string{"unknown without /proc"},
	},
	{
		"nobody",
		func(s *System) { s.drop() },
		"capabilities", Failure, []string{"CAP_BPF", "setcap cap_bpf,cap_perfmon"},
	},
	{
		"old nobody",
		func(s *System) { s.drop(); s.Kernel.Features.Multi = false },
		"capabilities", Failure, []string{"setcap cap_sys_admin"},
	},
	{
		"few rights",
		func(s *System) { s.drop(rights.BPF, rights.Perfmon) },
		"capabilities", OK, []string{"CAP_PERFMON"},
	},
	{
		"too few rights",
		func(s *System) { s.drop(rights.BPF, rights.SysPtrace) },
		"capabilities", Failure, nil,
	},
	{
		"few rights do not help",
		func(s *System) {
			s.drop(rights.BPF, rights.Perfmon)
			s.Kernel.Features.Multi = false
		},
		"capabilities", Failure, []string{"no CAP_SYS_ADMIN"},
	},
	{
		"new nobody",
		func(s *System) {
			s.drop()
			s.Kernel = kernel.Kernel{Release: "6.12.0", Untried: errDenied}
		},
		"capabilities", Failure, []string{"setcap cap_bpf"},
	},
	{
		"untried, old",
		func(s *System) {
			s.drop()
			s.Kernel = kernel.Kernel{Release: "6.5.0", Untried: errDenied}
		},
		"capabilities", Failure, []string{"before Linux 6.6", "setcap cap_sys_admin"},
	},
	{
		"old container",
		func(s *System) { s.drop(); s.Kernel.Features.Multi = false; s.PIDNamespace = aNamespace },
		"capabilities", Failure, []string{"--cap-add SYS_ADMIN"},
	},
	{
		"container",
		func(s *System) { s.drop(); s.PIDNamespace = aNamespace },
		"capabilities", Failure, []string{"docker run --pid=host --cap-add BPF"},
	},
	{
		"rootless",
		func(s *System) { s.UserNamespace = aNamespace; s.Kernel.Untried = errDenied },
		"user namespace", Failure, []string{"rootless"},
	},
	{
		"token",
		func(s *System) { s.UserNamespace = aNamespace },
		"user namespace", OK, nil,
	},
	{
		"no sight",
		func(s *System) { s.drop(rights.BPF, rights.Perfmon) },
		"other users' processes", Warning, []string{"cap_sys_ptrace"},
	},
	{
		"half sight",
		func(s *System) { s.drop(rights.SysPtrace) },
		"other users' processes", Warning, []string{"DAC_READ_SEARCH"},
	},
	{
		"no sight in container",
		func(s *System) { s.drop(); s.PIDNamespace = aNamespace },
		"other users' processes", Warning, []string{"docker run"},
	},
	{
		"pid namespace",
		func(s *System) { s.PIDNamespace = aNamespace },
		"pid namespace", Warning, []string{"--pid=host"},
	},
	{
		"hidepid",
		func(s *System) {
			s.drop()
			s.set("proc/self/mounts", "proc /proc proc rw,relatime,hidepid=invisible 0 0\n")
		},
		"hidden processes", Warning, []string{"hidepid=invisible", "remount"},
	},
	{
		"hidepid off",
		func(s *System) {
			s.drop()
			s.set("proc/self/mounts", "proc /proc proc rw,relatime,hidepid=0 0 0\n")
		},
		"hidden processes", OK, nil,
	},
	{
		"filtered",
		func(s *System) { s.setStatus(allCapabilities, "2"); s.BPFCall = unix.EPERM },
		"seccomp", Failure, []string{"forbids bpf", "seccomp=unconfined"},
	},
	{
		"both filtered",
		func(s *System) { s.setStatus(0, "2"); s.BPFCall, s.PerfCall = unix.ENOSYS, unix.EPERM },
		"seccomp", Failure, []string{"forbids bpf and perf_event_open"},
	},
	{
		"not the filter's EPERM",
		func(s *System) { s.setStatus(0, "2"); s.BPFCall = unix.EPERM },
		"seccomp", OK, []string{"lets bpf"},
	},
	{
		"Debian's EACCES",
		func(s *System) {
			s.drop()
			s.setParanoid(3, unix.EACCES)
		},
		"seccomp", OK, []string{"no filter"},
	},
	{
		"Ubuntu's EACCES in a container",
		func(s *System) {
			s.setStatus(1<<unix.CAP_BPF|1<<unix.CAP_PERFMON, "2")
			s.setParanoid(4, unix.EACCES)
		},
		"seccomp", OK, []string{"lets bpf and perf_event_open pass"},
	},
	{
		"not Debian's EACCES",
		func(s *System) {
			s.drop()
			s.setParanoid(2, unix.EACCES)
		},
		"seccomp", Failure, []string{"perf_event_open is refused", "EACCES", "security module"},
	},
	{
		"a filter's EPERM on Debian",
		func(s *System) {
			s.setStatus(0, "2")
			s.setParanoid(3, unix.EPERM)
		},
		"seccomp", Failure, []string{"forbids perf_event_open"},
	},
	{
		"root's EACCES on Debian",
		func(s *System) { s.setParanoid(3, unix.EACCES) },
		"seccomp", Failure, []string{"EACCES"},
	},
	{
		"kernel without BPF",
		func(s *System) { s.BPFCall = unix.ENOSYS },
		"seccomp", Failure, []string{"no filter, yet bpf is refused: ENOSYS", "CONFIG_BPF_SYSCALL"},
	},
	{
		"paranoid",
		func(s *System) {
			s.drop(rights.BPF, rights.Perfmon)
			s.set("proc/sys/kernel/perf_event_paranoid", "4\n")
		},
		"perf_event_paranoid", Warning, []string{"sysctl kernel.perf_event_paranoid=2"},
	},
	{
		"paranoid for others",
		func(s *System) { s.set("proc/sys/kernel/perf_event_paranoid", "4\n") },
		"perf_event_paranoid", OK, nil,
	},
	{
		"locked memory",
		func(s *System) { s.drop(rights.SysAdmin); s.Kernel.Release = "5.10.0" },
		"locked memory", Warning, []string{"ulimit -l unlimited"},
	},
}
