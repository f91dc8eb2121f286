package kernel

import (
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/features"
	"github.com/cilium/ebpf/rlimit"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/perfevent"
)

// Features are the abilities of a kernel that tracing can do without, each named as its [Ability].
// The zero value is Linux 4.18.
type Features struct {
	ReadUser     bool // bpf_probe_read_user and its kin
	RingBuffer   bool
	NamespacePID bool // bpf_get_ns_current_pid_tgid
	Semaphores   bool // the kernel counts them (ref_ctr_offset)
	Exchange     bool // programs can compare and exchange a number in one step
	Multi        bool // uprobe_multi links
	MultiProcess bool // with Multi: that choose a process by its memory
	Sleep        bool // with Multi: programs that can wait for memory that is not there yet

	Form probesite.Form // the no-op that the kernel replaces best: see [CalledSites]
}

// A Kernel is what this process has found out of a kernel.
type Kernel struct {
	Release  string   // what uname -r prints, "" when a sandbox hides it
	Features Features // those that were tried and are there

	// Untried, unless nil, is why this process cannot load BPF programs. Then the features that are
	// tried by a program are false.
	Untried error
}

// Running returns what this process can find out of the running kernel. The first call decides for
// the life of the process. It is safe for concurrent use.
func Running() Kernel { return running() }

var running = sync.OnceValue(func() Kernel {
	k := Kernel{Untried: loadProgram()}
	k.Release, _ = Release()
	f := &k.Features
	f.Semaphores = perfevent.CountsSemaphores()
	f.ReadUser = hasHelper(asm.FnProbeReadUser)
	f.NamespacePID = hasHelper(asm.FnGetNsCurrentPidTgid)
	f.RingBuffer = features.HaveMapType(ebpf.RingBuf) == nil
	f.Exchange = hasExchange()
	f.Multi = features.HaveBPFLinkUprobeMulti() == nil
	f.MultiProcess = f.Multi && hasMultiProcess()
	f.Sleep = f.Multi && hasSleep()
	f.Form = probesite.Best()
	return k
})

// Expected returns the features that the kernel should have: as tried or, where this process may
// not try, those of mainline in that release. It is for advice, not for choosing what to use.
func (k Kernel) Expected() Features {
	f := k.Features
	if k.Untried != nil {
		f.ReadUser = ReadUser.In(k.Release)
		f.NamespacePID = NamespacePID.In(k.Release)
		f.RingBuffer = f.RingBuffer || RingBuffer.In(k.Release)
		f.Exchange = Exchange.In(k.Release)
		f.Multi = Multi.In(k.Release)
		f.MultiProcess = MultiProcess.In(k.Release)
		f.Sleep = f.Multi && Sleep.In(k.Release)
	}
	return f
}

// loadProgram loads a program that does nothing.
func loadProgram() error {
	// Before Linux 5.11 programs count against RLIMIT_MEMLOCK. Where the limit is too low and
	// cannot be raised, loading fails.
	_ = rlimit.RemoveMemlock()
	return tryProgram(ebpf.ProgramSpec{
		Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()},
	})
}

// tryProgram loads a program of the type that tracing uses, and drops it.
func tryProgram(spec ebpf.ProgramSpec) error {
	spec.Type, spec.License = ebpf.Kprobe, license
	prog, err := ebpf.NewProgram(&spec)
	if err != nil {
		return err
	}
	return prog.Close()
}

// license is what the kernel wants of programs that read the memory of processes.
const license = "Dual MIT/GPL"

func hasHelper(f asm.BuiltinFunc) bool {
	return features.HaveProgramHelper(ebpf.Kprobe, f) == nil
}
