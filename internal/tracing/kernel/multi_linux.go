package kernel

import (
	"errors"
	"math"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// hasMultiProcess asks for a process id that cannot be. Linux 46ba0e49b642 (6.10), which repaired
// the choice of processes, also made the kernel answer EINVAL; before, it looked for the process in
// vain.
func hasMultiProcess() bool {
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
	const anyFile, anyAddress = "/proc/self/exe", 1
	file, err := link.OpenExecutable(anyFile)
	if err != nil {
		return false
	}
	l, err := file.UprobeMulti(nil, prog, &link.UprobeMultiOptions{
		Addresses: []uint64{anyAddress},
		PID:       math.MaxUint32,
	})
	if err == nil {
		_ = l.Close()
	}
	return errors.Is(err, unix.EINVAL)
}

// hasSleep loads a program that may have to wait for memory.
func hasSleep() bool {
	err := tryProgram(ebpf.ProgramSpec{
		AttachType: ebpf.AttachTraceUprobeMulti,
		Flags:      unix.BPF_F_SLEEPABLE,
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
	return err == nil
}
