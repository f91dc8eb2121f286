package kernel

// Oldest is the version that usdt is made for. It has the uprobe PMU, which 4.17 brought.
var Oldest = Version{4, 18}

// An Ability is something that a kernel after [Oldest] can do, and that usdt or the library uses
// where it is there.
type Ability struct {
	Since Version // in mainline; distributions carry many abilities back to older versions
	What  string  // in the words of docs/kernels.md
}

// In reports whether mainline has the ability in a release.
func (a Ability) In(release string) bool { return a.Since.In(release) }

// The abilities that [Features] has a field for.
var (
	Semaphores   = Ability{Version{4, 20}, "semaphores that the kernel counts (`ref_ctr_offset`)"}
	ReadUser     = Ability{Version{5, 5}, "`bpf_probe_read_user`, `_str`"}
	NamespacePID = Ability{Version{5, 7}, "`bpf_get_ns_current_pid_tgid`"}
	RingBuffer   = Ability{Version{5, 8}, "BPF ring buffer"}
	Exchange     = Ability{Version{5, 12}, "atomic compare and exchange in programs"}
	Sleep        = Ability{Version{6, 6}, "programs that may sleep in uprobes"}
	Multi        = Ability{Version{6, 6}, "uprobe_multi links"}
	MultiProcess = Ability{Version{6, 10}, "uprobe_multi links that choose a process"}
)

// The abilities that are tried or used elsewhere.
var (
	PIDFD           = Ability{Version{5, 3}, "pidfds"}
	Capabilities    = Ability{Version{5, 8}, "CAP_BPF and CAP_PERFMON"}
	UnlimitedMemory = Ability{Version{5, 11}, "BPF memory that does not count as locked"}
	MemfdNoexec     = Ability{Version{6, 3}, "`MFD_NOEXEC_SEAL`, `vm.memfd_noexec`"}
	CalledSites     = Ability{Version{6, 18},
		"sites that the kernel turns into calls (nop5; nop10 in later ones)"}
)

// Abilities are all of them, by version.
var Abilities = []Ability{
	Semaphores, PIDFD, ReadUser, NamespacePID, RingBuffer, Capabilities, UnlimitedMemory,
	Exchange, MemfdNoexec, Sleep, Multi, MultiProcess, CalledSites,
}
