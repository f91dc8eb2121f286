package uprobe

import (
	"encoding/binary"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// newFollowing begins a program for a tracepoint.
func newFollowing() *program {
	p := &program{features: kernel.Running().Features}
	p.emit(asm.Mov.Reg(regContext, asm.R1))
	return p
}

// unlessHolds jumps to the label out unless each kind of criteria that has values holds for the
// process that runs.
func (k *keeper) unlessHolds(p *program, out string) error {
	c := k.criteria
	if len(c.Comms) > 0 {
		var keys [][]byte
		for _, comm := range c.Comms {
			key := make([]byte, commSize)
			copy(key[:commSize-1], comm)
			keys = append(keys, key)
		}
		p.clear(followKey, commSize/8) // Linux 6.1 does not fill the rest of a short name
		p.emit(loadAddress(asm.R1, followKey)...)
		p.emit(asm.Mov.Imm(asm.R2, commSize), asm.FnGetCurrentComm.Call())
		if err := k.unlessIn(p, keys, out); err != nil {
			return err
		}
	}
	if len(c.Users) > 0 {
		var keys [][]byte
		for _, user := range c.Users {
			keys = append(keys, binary.NativeEndian.AppendUint64(nil, uint64(user)))
		}
		p.emit(asm.FnGetCurrentTask.Call())
		k.read(p, asm.R0, 8, "task_struct.cred")
		k.read(p, asm.R0, 4, "cred.euid")
		p.emit(asm.StoreMem(asm.RFP, followKey, asm.R0, asm.DWord))
		if err := k.unlessIn(p, keys, out); err != nil {
			return err
		}
	}
	if len(c.Executables) > 0 {
		if err := k.unlessExecutes(p, out); err != nil {
			return err
		}
	}
	if len(c.Cgroups) > 0 {
		p.emit(
			asm.FnGetCurrentCgroupId.Call(),
			asm.StoreMem(asm.RFP, followKey, asm.R0, asm.DWord),
		)
		p.lookup(k.cgroups, followKey)
		p.emit(asm.JEq.Imm(asm.R0, 0, out))
	}
	return nil
}

// unlessExecutes does this for the file of the process.
func (k *keeper) unlessExecutes(p *program, out string) error {
	var keys [][]byte
	for _, e := range k.criteria.Executables {
		key := binary.NativeEndian.AppendUint64(nil, e.Inode)
		keys = append(keys, binary.NativeEndian.AppendUint64(key, kernelDevice(e.Dev)))
	}
	p.emit(asm.FnGetCurrentTask.Call())
	k.read(p, asm.R0, 8, "task_struct.mm")
	k.read(p, asm.R0, 8, "mm_struct.exe_file")
	k.read(p, asm.R0, 8, "file.f_inode")
	p.emit(asm.Mov.Reg(regOut, asm.R0))
	k.read(p, regOut, 8, "inode.i_ino")
	p.emit(asm.StoreMem(asm.RFP, followKey, asm.R0, asm.DWord))
	k.read(p, regOut, 8, "inode.i_sb")
	k.read(p, asm.R0, 4, "super_block.s_dev")
	p.emit(asm.StoreMem(asm.RFP, followKey+8, asm.R0, asm.DWord))
	return k.unlessIn(p, keys, out)
}

// unlessIn jumps to the label out unless one of the keys, all of a length, is at followKey.
func (k *keeper) unlessIn(p *program, keys [][]byte, out string) error {
	set, err := k.newSet(len(keys[0]), len(keys), keys...)
	if err != nil {
		return err
	}
	p.lookup(set, followKey)
	p.emit(asm.JEq.Imm(asm.R0, 0, out))
	return nil
}

// newSet makes a map of keys of size bytes, with room for some.
func (k *keeper) newSet(size, room int, keys ...[]byte) (*ebpf.Map, error) {
	contents := make([]ebpf.MapKV, len(keys))
	for i, key := range keys {
		contents[i] = ebpf.MapKV{Key: key, Value: uint32(1)}
	}
	return k.set.newMap(&ebpf.MapSpec{
		Name: "usdt_criteria", Type: ebpf.Hash, ValueSize: 4, Contents: contents,
		KeySize:    uint32(size), // #nosec G115 -- some bytes
		MaxEntries: uint32(room), // #nosec G115 -- not many
	})
}

// read sets R0 to a member of size bytes, 4 or 8, of a structure of the kernel, whose address is in
// a register; a member that cannot be read is 0. It changes R1 to R5 and followWord.
func (k *keeper) read(p *program, from asm.Register, size int, member string) {
	p.emit(
		asm.Mov.Reg(asm.R3, from),
		asm.Add.Imm(asm.R3, k.offset(member)),
	)
	p.clear(followWord, 1)
	p.emit(loadAddress(asm.R1, followWord)...)
	p.readKernel(size)
	p.emit(asm.LoadMem(asm.R0, asm.RFP, followWord, asm.DWord))
}

// offset returns where a member is, such as task_struct.pid.
func (k *keeper) offset(member string) int32 {
	if k.unknown != nil {
		return 0
	}
	offset, known := k.known[member]
	if !known {
		typ, name, _ := strings.Cut(member, ".")
		if offset, k.unknown = memberOffset(typ, name); k.unknown == nil {
			k.known[member] = offset
		}
	}
	return offset
}
