package doctor

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// programs judges whether BPF programs can be loaded. The usual obstacles have findings of their
// own.
func programs(s System) Finding {
	switch err := s.Kernel.Untried; {
	case err == nil:
		return ok("can be loaded")
	case !s.hasProc():
		return failure("See the proc file system above.", "cannot be tried without /proc")
	case errors.Is(err, unix.EPERM) && !s.capable():
		return failure("See the capabilities above.", "cannot be loaded without the capabilities")
	case errors.Is(err, unix.EPERM):
		return failure("See user namespace, seccomp and lockdown above, "+
			"and what the security module logs (journalctl -k | grep -i denied).",
			"cannot be loaded in spite of the capabilities: %v", cause(err))
	default:
		return failure("See kernel config and locked memory above.", "cannot be loaded: %v", err)
	}
}

// tracing judges what came of tracing a probe of usdt itself.
func tracing(s System) Finding {
	switch {
	case s.Traced == nil:
		return ok("usdt attached to a probe of its own and counted what it fired")
	case s.noProbes():
		return warning("See probes in memory below.", "not tried, since no probe could be loaded")
	case !s.hasProc():
		return failure("See the proc file system above.", "cannot be tried without /proc")
	case !s.hasSys():
		return failure("See the uprobe PMU above.", "cannot be tried without /sys")
	case !s.capable():
		return failure("See the capabilities above.", "cannot be tried without the capabilities")
	}
	return failure("See seccomp, perf_event_paranoid and user namespace above.",
		"%v", cause(s.Traced))
}

// cause returns what the kernel answered. It leaves out the engine's advice to users, and that of
// cilium/ebpf to programmers.
func cause(err error) error {
	if errors.Is(err, unix.EPERM) {
		return unix.EPERM
	}
	var parts []error
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		parts = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		parts = e.Unwrap()
	}
	isRights := func(e error) bool { return e == uprobe.ErrRights }
	if slices.ContainsFunc(parts, isRights) {
		return errors.Join(slices.DeleteFunc(slices.Clone(parts), isRights)...)
	}
	for _, part := range parts {
		if errors.Is(part, uprobe.ErrRights) {
			return cause(part)
		}
	}
	return err
}

// feature judges something that usdt can do without, and that cannot be tried without the right to
// load programs. with and without say what usdt does; without has a %v for the version.
func (s System) feature(present bool, a kernel.Ability, with, without string) Finding {
	switch {
	case present:
		return ok("%s", with)
	case s.Kernel.Untried != nil:
		return ok("unknown, since no BPF program can be loaded; "+
			"kernels have it from %v on", a.Since)
	}
	return ok(without, a.Since)
}

func readUser(s System) Finding {
	return s.feature(s.Kernel.Features.ReadUser, kernel.ReadUser, "by bpf_probe_read_user",
		"by bpf_probe_read, as before Linux %v")
}

func ringBuffer(s System) Finding {
	return s.feature(s.Kernel.Features.RingBuffer, kernel.RingBuffer,
		"there is one: events come in order, at little cost",
		"none before Linux %v: events come through perf buffers, at a higher cost")
}

func multi(s System) Finding {
	const one = "there is one: a fire costs the least"
	if f := s.Kernel.Features; f.Multi && !f.MultiProcess {
		return ok("%s; it chooses no process before Linux %v: perf events do with %v, otherwise "+
			"programs, which run in every process of a file", one, kernel.MultiProcess.Since,
			rights.SysAdmin)
	}
	return s.feature(s.Kernel.Features.Multi, kernel.Multi, one,
		"none before Linux %v: perf events take its place, at a higher cost")
}

func semaphores(s System) Finding {
	switch {
	case s.Kernel.Features.Semaphores:
		return ok("the kernel counts them")
	case !s.hasSys():
		return ok("unknown without /sys; the kernel counts them from %v on", kernel.Semaphores.Since)
	}
	return ok("not counted by kernels before %v: usdt writes them itself", kernel.Semaphores.Since)
}
