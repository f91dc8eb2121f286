package doctor

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/stapsdt"
)

// System is what was observed of a machine, for Examine to judge.
type System struct {
	Files  fs.FS // the root of the file system
	Kernel kernel.Kernel

	PIDNamespace, UserNamespace uint64 // inode numbers, 0 when unknown

	// What the kernel answers to bpf and perf_event_open calls that it always refuses: another
	// errno than its own comes from a filter in front of it.
	BPFCall, PerfCall syscall.Errno

	Traced error // of counting a fire of a probe of our own

	Memory, File error // of loading probes with that backing
	Site         probesite.Form
	SiteError    error

	Tools map[string]Tool // by name: bpftrace, bcc, perf, gdb; those that are installed
}

// Tool is an installed program.
type Tool struct {
	Version string // such as "0.17.0"
	Error   error  // why it did not say its version
}

// Observe observes this machine as this process sees it. It takes about a second, most of which the
// other tools take to tell their versions. Do not call it concurrently: it changes the environment
// while it loads probes.
func Observe() System {
	s := System{
		Files:         os.DirFS("/"),
		Kernel:        kernel.Running(),
		PIDNamespace:  namespace("pid"),
		UserNamespace: namespace("user"),
		BPFCall:       refusedBPF(),
		PerfCall:      refusedPerf(),
		Memory:        loadProbes(stapsdt.Memfd),
		File:          loadProbes(stapsdt.File),
		Traced:        traceProbe(),
		Tools:         tools(),
	}
	s.Site, s.SiteError = probesite.Choose()
	return s
}

func namespace(kind string) uint64 {
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/"+kind, &st) != nil {
		return 0
	}
	return st.Ino
}

// refusedBPF makes a bpf call with a command that does not exist: EINVAL, or EPERM from kernels
// that look at the capabilities first.
func refusedBPF() syscall.Errno {
	const noSuchCommand = 1 << 20
	_, _, errno := unix.Syscall(unix.SYS_BPF, noSuchCommand, 0, 0)
	return errno
}

// refusedPerf makes a perf_event_open call without attributes: EFAULT.
func refusedPerf() syscall.Errno {
	_, _, errno := unix.Syscall6(unix.SYS_PERF_EVENT_OPEN, 0, 0, 0, 0, 0, 0)
	return errno
}
