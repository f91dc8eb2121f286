package rights

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A Capability is one of capabilities(7).
type Capability struct {
	Number int
	name   string
}

// String returns "CAP_BPF", for instance.
func (c Capability) String() string { return "CAP_" + c.name }

// The capabilities that tracing takes, and those that include one of them.
var (
	BPF           = Capability{unix.CAP_BPF, "BPF"}
	Perfmon       = Capability{unix.CAP_PERFMON, "PERFMON"}
	SysAdmin      = Capability{unix.CAP_SYS_ADMIN, "SYS_ADMIN"}
	SysPtrace     = Capability{unix.CAP_SYS_PTRACE, "SYS_PTRACE"}
	DACReadSearch = Capability{unix.CAP_DAC_READ_SEARCH, "DAC_READ_SEARCH"}
	DACOverride   = Capability{unix.CAP_DAC_OVERRIDE, "DAC_OVERRIDE"}
	SysResource   = Capability{unix.CAP_SYS_RESOURCE, "SYS_RESOURCE"}
	Lease         = Capability{unix.CAP_LEASE, "LEASE"}
)

// A Set is some capabilities, all of which are needed.
type Set []Capability

// Read is what it takes to read any process: its memory map, and its files in memory.
var Read = Set{SysPtrace, DACReadSearch}

// Attach returns what attaching takes: perf events of the uprobe PMU ask for CAP_SYS_ADMIN, in all
// maintained kernels since July 2025 (CVE-2025-38466); uprobe_multi links do not.
func Attach(multi bool) Set {
	if multi {
		return Set{BPF, Perfmon}
	}
	return Set{SysAdmin}
}

// Trace returns what tracing the processes of any user takes. Kernels without uprobe_multi links
// include those before Linux 5.11, whose limit of locked memory has to be raised.
func Trace(multi bool) Set {
	s := append(Attach(multi), Read...)
	if !multi {
		s = append(s, SysResource)
	}
	return s
}

// Serve returns what a service keeps that traces: what tracing takes, and leases of the files of
// any user, so that nobody overwrites them while they are traced.
func Serve(multi bool) Set { return append(Trace(multi), Lease) }

// Held returns the capabilities of this process that tracing can take, in its own user namespace.
func Held() (held Set) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData // each has 32 bits of them
	if unix.Capget(&header, &data[0]) != nil {
		return nil
	}
	for _, c := range []Capability{
		BPF, Perfmon, SysAdmin, SysPtrace, DACReadSearch, DACOverride, SysResource,
	} {
		if data[c.Number/32].Effective>>(c.Number%32)&1 != 0 {
			held = append(held, c)
		}
	}
	return held
}

// includes has, for capabilities that another one includes, the other one.
var includes = map[Capability]Capability{
	BPF: SysAdmin, Perfmon: SysAdmin, DACReadSearch: DACOverride,
}

// without returns the capabilities of s that held does not have or include.
func (s Set) without(held Set) Set {
	return slices.DeleteFunc(slices.Clone(s), func(c Capability) bool {
		return slices.Contains(held, c) || slices.Contains(held, includes[c])
	})
}

// String returns "CAP_BPF and CAP_PERFMON", for instance.
func (s Set) String() string {
	return s.join(" and ", Capability.String)
}

// join returns what text makes of each capability, with the separator between them.
func (s Set) join(separator string, text func(Capability) string) string {
	texts := make([]string, len(s))
	for i, c := range s {
		texts[i] = text(c)
	}
	return strings.Join(texts, separator)
}
