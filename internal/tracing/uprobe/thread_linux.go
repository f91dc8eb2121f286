package uprobe

import (
	"fmt"
	"strings"
	"sync"

	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
)

// threadPointerOffset returns where the kernel keeps the thread pointer of a thread of x86-64, in
// bytes into its task_struct: the base of the segment fs, which arch_prctl(2) and clone(2) set. The
// offset differs between kernels, and only the description of their types tells it.
var threadPointerOffset = sync.OnceValues(func() (int32, error) {
	offset, err := memberOffset("task_struct", "thread", "fsbase")
	if err != nil {
		return 0, fmt.Errorf("the kernel does not tell where it keeps the thread pointer: %w", err)
	}
	return offset, nil
})

// memberOffset returns the offset of a member of a member of a type of the kernel, in bytes.
func memberOffset(typ string, path ...string) (int32, error) {
	kernel, err := btf.LoadKernelSpec()
	if err != nil {
		return 0, err
	}
	var within *btf.Struct
	if err := kernel.TypeByName(typ, &within); err != nil {
		return 0, fmt.Errorf("%s: %w", typ, err)
	}
	offset := uint32(0)
	for _, name := range path {
		m, ok := member(within, name)
		if !ok {
			return 0, fmt.Errorf("%s has no member %s", typ, strings.Join(path, "."))
		}
		offset += m.Offset.Bytes()
		within, _ = btf.UnderlyingType(m.Type).(*btf.Struct)
	}
	return int32(offset), nil // #nosec G115 -- some kilobytes
}

// member returns a member of a structure, with its offset there, or of what has no name in it.
func member(s *btf.Struct, name string) (btf.Member, bool) {
	if s == nil {
		return btf.Member{}, false
	}
	for _, m := range s.Members {
		if m.Name == name {
			return m, true
		}
		if within, ok := m.Type.(*btf.Struct); ok && m.Name == "" {
			if found, ok := member(within, name); ok {
				found.Offset += m.Offset
				return found, true
			}
		}
	}
	return btf.Member{}, false
}

// threadPointer sets R3 to the thread pointer. It changes R0 to R5 and frameWord.
func (p *program) threadPointer() {
	offset, err := threadPointerOffset()
	if err != nil {
		panic(err) // Site.Args has left out the argument
	}
	read := asm.FnProbeRead
	if p.features.ReadUser {
		read = asm.FnProbeReadKernel // as old as bpf_probe_read_user
	}
	p.clear(frameWord, 1)
	p.emit(
		asm.FnGetCurrentTask.Call(),
		asm.Mov.Reg(asm.R3, asm.R0),
		asm.Add.Imm(asm.R3, offset),
		asm.Mov.Imm(asm.R2, 8),
	)
	p.emit(loadAddress(asm.R1, frameWord)...)
	p.emit(read.Call(), asm.LoadMem(asm.R3, asm.RFP, frameWord, asm.DWord))
}
