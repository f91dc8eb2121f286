package doctor

import "golang.org/x/sys/unix"

// tracingTests are about the findings of tracing_linux.go.
var tracingTests = []findingTest{
	{
		"programs without /proc",
		func(s *System) { s.removeProc(); s.Kernel.Untried = errDenied },
		"BPF programs", Failure, []string{"cannot be tried without /proc"},
	},
	{
		"tracing without /proc",
		func(s *System) { s.removeProc(); s.Traced = errDenied },
		"tracing a probe", Failure, []string{"cannot be tried without /proc"},
	},
	{
		"tracing without /sys",
		func(s *System) { s.removeSys(); s.Traced = errDenied },
		"tracing a probe", Failure, []string{"cannot be tried without /sys"},
	},
	{
		"semaphores unknown",
		func(s *System) { s.removeSys(); s.Kernel.Features.Semaphores = false },
		"semaphores", OK, []string{"unknown without /sys", "4.20"},
	},
	{
		"programs denied",
		func(s *System) { s.Kernel.Untried = errDenied },
		"BPF programs", Failure,
		[]string{"in spite of the capabilities", "operation not permitted"},
	},
	{
		"programs for others",
		func(s *System) { s.drop(); s.Kernel.Untried = errDenied },
		"BPF programs", Failure, []string{"without the capabilities"},
	},
	{
		"programs unknown",
		func(s *System) { s.Kernel.Untried = unix.EINVAL },
		"BPF programs", Failure, []string{"invalid argument"},
	},
	{
		"trace denied",
		func(s *System) { s.Traced = unix.EACCES },
		"tracing a probe", Failure, []string{"permission denied"},
	},
	{
		"trace for others",
		func(s *System) { s.drop(); s.Traced = unix.EACCES },
		"tracing a probe", Failure, []string{"without the capabilities"},
	},
	{
		"nothing to trace",
		func(s *System) { s.Memory, s.File, s.Traced = unix.EPERM, unix.EPERM, unix.EPERM },
		"tracing a probe", Warning, []string{"not tried"},
	},
	{
		"no ring buffer",
		func(s *System) { s.Kernel.Features.RingBuffer = false },
		"ring buffer", OK, []string{"perf buffers"},
	},
	{
		"unknown ring buffer",
		func(s *System) { s.Kernel.Features.RingBuffer = false; s.Kernel.Untried = errDenied },
		"ring buffer", OK, []string{"unknown", "from 5.8"},
	},
	{
		"no read_user",
		func(s *System) { s.Kernel.Features.ReadUser = false },
		"reading arguments", OK, []string{"bpf_probe_read,"},
	},
	{
		"no multi",
		func(s *System) { s.Kernel.Features.Multi = false },
		"uprobe_multi", OK, []string{"none before Linux 6.6", "perf events"},
	},
	{
		"multi without a choice of processes",
		func(s *System) { s.Kernel.Features.MultiProcess = false },
		"uprobe_multi", OK, []string{"chooses no process before Linux 6.10"},
	},
	{
		"no semaphores",
		func(s *System) { s.Kernel.Features.Semaphores = false },
		"semaphores", OK, []string{"writes them itself"},
	},
}
