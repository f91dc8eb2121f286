package uprobe

import (
	"errors"
	"math"
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/features"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/perfevent"
)

// Features are the abilities of the kernel that this package can do without, named for what came with
// them. The zero value is Linux 4.18.
type Features struct {
	ReadUser     bool // 5.5: bpf_probe_read_user and its kin
	RingBuffer   bool // 5.8
	NamespacePID bool // 5.7: bpf_get_ns_current_pid_tgid
	Semaphores   bool // 4.20: the kernel counts them (ref_ctr_offset)
	Multi        bool // 6.10: uprobe_multi links that choose a process by its memory
	Sleep        bool // 6.6, used with Multi: programs that wait for memory that is not there yet
}

// KernelFeatures returns those of the running kernel.
func KernelFeatures() Features { return kernelFeatures() }

var kernelFeatures = sync.OnceValue(func() Features {
	multi := hasMulti()
	return Features{
		ReadUser:     hasHelper(asm.FnProbeReadUser),
		RingBuffer:   features.HaveMapType(ebpf.RingBuf) == nil,
		NamespacePID: hasHelper(asm.FnGetNsCurrentPidTgid),
		Semaphores:   perfevent.CountsSemaphores(),
		Multi:        multi,
		Sleep:        multi && hasSleep(),
	}
})

func hasHelper(f asm.BuiltinFunc) bool { return features.HaveProgramHelper(ebpf.Kprobe, f) == nil }

// hasSleep loads a program that may have to wait.
func hasSleep() bool {
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Type:       ebpf.Kprobe,
		AttachType: ebpf.AttachTraceUprobeMulti,
		Flags:      unix.BPF_F_SLEEPABLE,
		License:    license,
		Instructions: asm.Instructions{
			asm.Mov.Reg(asm.R1, asm.RFP),
			asm.Add.Imm(asm.R1, -8),
			asm.Mov.Imm(asm.R2, 1),
			asm.Mov.Imm(asm.R3, 0),
			asm.FnCopyFromUser.Call(),
			asm.Mov.Imm(asm.R0, 0),
			asm.Return(),
		},
	})
	if err != nil {
		return false
	}
	prog.Close()
	return true
}

// hasMulti asks for a process id that cannot be. Linux 46ba0e49b642, which repaired the choice of
// processes, also made that EINVAL; before, it was looked for in vain.
func hasMulti() bool {
	if features.HaveBPFLinkUprobeMulti() != nil {
		return false
	}
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Type:         ebpf.Kprobe,
		AttachType:   ebpf.AttachTraceUprobeMulti,
		License:      license,
		Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()},
	})
	if err != nil {
		return false
	}
	defer prog.Close()
	const anyFile = "/proc/self/exe"
	_, err = linkMulti(prog, anyFile, 0, 0, math.MaxUint32)
	return errors.Is(err, unix.EINVAL)
}
