package uprobe

import (
	"sync"

	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// pidNamespace returns the device, as the kernel encodes it, and the inode of this process's pid
// namespace, and whether the namespace is nested in that of the machine.
var pidNamespace = sync.OnceValues(func() (id [2]int64, nested bool) {
	var s unix.Stat_t
	err := unix.Stat("/proc/self/ns/pid", &s)
	if err != nil || s.Ino == kernel.InitialPIDNamespace {
		return id, false
	}
	const minorBits = 20 // of the kernel's internal dev_t
	dev := int64(unix.Major(s.Dev))<<minorBits | int64(unix.Minor(s.Dev))
	return [2]int64{dev, int64(s.Ino)}, true
})

// pidTgid sets R0 to the process id of the traced thread, shifted left by 32, and its thread id.
// The ids are those of this process's pid namespace. If they have none there, or if the kernel
// cannot tell (before Linux 5.7), they are those of the machine. It changes R1 to R5 and frameWord.
func (p *program) pidTgid() {
	id, nested := pidNamespace()
	if !nested || !p.features.NamespacePID {
		p.emit(asm.FnGetCurrentPidTgid.Call())
		return
	}
	ok, done := p.newLabel(), p.newLabel()
	p.clear(frameWord, 1)
	p.emit(
		loadConstant(asm.R1, id[0]),
		loadConstant(asm.R2, id[1]),
	)
	// struct bpf_pidns_info has the thread id before the process id.
	p.emit(loadAddress(asm.R3, frameWord)...)
	p.emit(
		asm.Mov.Imm(asm.R4, 8),
		asm.FnGetNsCurrentPidTgid.Call(),
		asm.JEq.Imm(asm.R0, 0, ok),
		asm.FnGetCurrentPidTgid.Call(),
		asm.Ja.Label(done),
	)
	p.place(ok)
	p.emit(asm.LoadMem(asm.R0, asm.RFP, frameWord, asm.DWord))
	p.place(done)
}
