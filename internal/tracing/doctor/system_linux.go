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

// A System is what was observed of a machine, for Examine to judge.
type System struct {
	Files  fs.FS // the root of the file system
	Kernel kernel.Kernel

	PIDNamespace, UserNamespace uint64 // inode numbers, 0 when unknown

	// The answers to bpf and perf_event_open calls that the kernel always refuses. An errno that is
	// not the kernel's comes from a filter in front of it.
	BPFCall, PerfCall syscall.Errno

	Traced error // of counting a fire of a probe of usdt itself

	Memory, File error // of loading probes with each backing
	Site         probesite.Form
	SiteError    error

	Tools map[string]Tool // by name: bpftrace, bcc, perf, gdb; those that are installed
}

// Tool is an installed program.
type Tool struct {
	Version string // such as "0.17.0"
	Error   error  // why it did not say its version
}

// Observe observes this machine as this process sees it. It takes about a second, most of it for
// the other tools to tell their versions. It is not safe for concurrent use, because it changes the
// environment while it loads probes.
func Observe() System {
	s := System{
		Files:         os.DirFS("/"),
		Kernel:        kernel.Running(),
		PIDNamespace:  namespace("pid"),
		UserNamespace: namespace("user"),
		BPFCall:       refusedBPF(),
		PerfCall:      refusedPerf(),
		Memory:        loadProbes(stapsdt.MemfdBacking),
		File:          loadProbes(stapsdt.FileBacking),
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

// refusedBPF makes a bpf call with a command that does not exist. The answer is EINVAL, or EPERM
// from kernels that look at the capabilities first.
func refusedBPF() syscall.Errno {
	const noSuchCommand = 1 << 20
	_, _, errno := unix.Syscall(unix.SYS_BPF, noSuchCommand, 0, 0)
	return errno
}

// refusedPerf makes a perf_event_open call without attributes. The answer is EFAULT, or EACCES from
// distributions' kernels at their own levels of perf_event_paranoid.
func refusedPerf() syscall.Errno {
	_, _, errno := unix.Syscall6(unix.SYS_PERF_EVENT_OPEN, 0, 0, 0, 0, 0, 0)
	return errno
}
