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
	return [2]int64{int64(kernelDevice(s.Dev)), int64(s.Ino)}, true
})

// kernelDevice returns a device of stat(2) as the kernel encodes it.
func kernelDevice(dev uint64) uint64 {
	const minorBits = 20
	return uint64(unix.Major(dev))<<minorBits | uint64(unix.Minor(dev))
}

// pidTgid sets R0 to the process id of the traced thread, shifted left by 32, and its thread id.
// The ids are those of this process's pid namespace. If they have none there, or if the kernel
// cannot tell (before Linux 5.7), they are those of the machine. It changes R1 to R5 and frameWord.
func (p *program) pidTgid() {
	id, nested := pidNamespace()
	if !nested || !p.features.NamespacePID {
		p.emit(asm.FnGetCurrentPidTgid.Call())
		return
	}
	alien, done := p.newLabel(), p.newLabel()
	p.namespaceIDs(id, frameWord, alien)
	p.emit(
		asm.LoadMem(asm.R0, asm.RFP, frameWord, asm.DWord),
		asm.Ja.Label(done),
	)
	p.place(alien)
	p.emit(asm.FnGetCurrentPidTgid.Call())
	p.place(done)
}

// namespaceIDs writes the thread id and then the process id that the traced thread has in a pid
// namespace, each of 4 bytes, to an offset of the frame. It jumps to none if there are none. It
// changes R0 to R5.
func (p *program) namespaceIDs(namespace [2]int64, frame int, none string) {
	p.clear(frame, 1)
	p.emit(
		loadConstant(asm.R1, namespace[0]),
		loadConstant(asm.R2, namespace[1]),
	)
	p.emit(loadAddress(asm.R3, frame)...)
	p.emit(
		asm.Mov.Imm(asm.R4, 8),
		asm.FnGetNsCurrentPidTgid.Call(),
		asm.JNE.Imm(asm.R0, 0, none),
	)
}
