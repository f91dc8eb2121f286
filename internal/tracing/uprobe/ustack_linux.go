package uprobe

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// stackBytes is the size of the addresses of a stack. Where there are fewer, zeros follow.
const stackBytes = 8 * MaxStack

// getStack writes the addresses to where R1 points, or zeros if there are none. It changes R0 to
// R5.
func (p *program) getStack() {
	const user = 1 << 8 // BPF_F_USER_STACK
	p.emit(
		asm.Mov.Reg(asm.R2, asm.R1),
		asm.Mov.Reg(asm.R1, regContext),
		asm.Mov.Imm(asm.R3, stackBytes),
		asm.Mov.Imm(asm.R4, user),
		asm.FnGetStack.Call(),
	)
}

// appendStack appends the addresses in b.
func appendStack(addresses []uint64, b []byte) []uint64 {
	for ; len(b) >= 8; b = b[8:] {
		address := binary.NativeEndian.Uint64(b)
		if address == 0 {
			break
		}
		addresses = append(addresses, address)
	}
	return addresses
}

// A stackID stands for a stack in the key of a map, for which a stack is too large. It is a hash of
// the process and all addresses, so long that no two stacks are known to share one: maps of the
// type BPF_MAP_TYPE_STACK_TRACE drop stacks whose shorter hashes collide. It is 0 for stacks that
// are not known.
type stackID [16]byte

// A stackTable has the stacks of hits that are counted. A value is the process and the addresses.
type stackTable struct {
	stacks *ebpf.Map // by stackID
	own    *ebpf.Map // where a thread, the key, puts its stack together: it is larger than a frame
	blank  *ebpf.Map // one value of zeros
	known  map[stackID]UserStack
}

const stackValue = 8 + stackBytes

// newStackTable returns a table if a Stack is among the values, otherwise nil.
func (s *session) newStackTable(by []By) (*stackTable, error) {
	if !slices.ContainsFunc(by, func(b By) bool { return b.Argument == Stack }) {
		return nil, nil
	}
	const threads = 1 << 12 // that can be in programs at a time
	t := &stackTable{known: make(map[stackID]UserStack)}
	for _, m := range []struct {
		at   **ebpf.Map
		spec ebpf.MapSpec
	}{
		{&t.stacks, ebpf.MapSpec{
			Name: "usdt_stacks", Type: ebpf.Hash, KeySize: 16, MaxEntries: MaxStacks,
		}},
		// Those of threads that have ended make room for others.
		{&t.own, ebpf.MapSpec{
			Name: "usdt_own_stack", Type: ebpf.LRUHash, KeySize: 8, MaxEntries: threads,
		}},
		{&t.blank, ebpf.MapSpec{Name: "usdt_blank", Type: ebpf.Array, KeySize: 4, MaxEntries: 1}},
	} {
		m.spec.ValueSize = stackValue
		made, err := s.newMap(&m.spec)
		if err != nil {
			return nil, err
		}
		*m.at = made
	}
	return t, nil
}

// writeStack stores the stack and writes its stackID to an offset of the frame, which has zeros. It
// changes R0 to R5, regOut, frameWord and frameWord2.
func (p *program) writeStack(t *stackTable, at int) {
	there, done := p.newLabel(), p.newLabel()
	p.pidTgid()
	p.emit(asm.StoreMem(asm.RFP, frameWord2, asm.R0, asm.DWord))
	p.lookup(t.own, frameWord2)
	p.emit(
		asm.JNE.Imm(asm.R0, 0, there),
		asm.StoreImm(asm.RFP, frameWord, 0, asm.Word),
	)
	p.lookup(t.blank, frameWord)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, done), // it never is
		asm.Mov.Reg(asm.R3, asm.R0),
	)
	p.emit(loadAddress(asm.R2, frameWord2)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, t.own.FD()),
		asm.Mov.Imm(asm.R4, anyKey),
		asm.FnMapUpdateElem.Call(),
	)
	p.lookup(t.own, frameWord2)
	p.emit(asm.JEq.Imm(asm.R0, 0, done))
	p.place(there)
	p.emit(
		asm.Mov.Reg(regOut, asm.R0),
		asm.Mov.Reg(asm.R1, asm.R0),
		asm.Add.Imm(asm.R1, 8),
	)
	p.getStack()
	p.hashStack(at)
	p.lookup(t.stacks, at)
	p.emit(asm.JNE.Imm(asm.R0, 0, done))
	p.emit(loadAddress(asm.R2, at)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, t.stacks.FD()),
		asm.Mov.Reg(asm.R3, regOut),
		asm.Mov.Imm(asm.R4, anyKey), // another thread may have added the same since
		asm.FnMapUpdateElem.Call(),
		asm.JEq.Imm(asm.R0, 0, done),
	)
	p.clear(at, 2) // the table is full
	p.place(done)
}

// hashStack stores the process in the stack at regOut, and writes the stackID. It changes R0 to R5.
func (p *program) hashStack(at int) {
	done := p.newLabel()
	p.emit(
		asm.LoadMem(asm.R1, asm.RFP, frameWord2, asm.DWord),
		asm.RSh.Imm(asm.R1, 32),
		asm.StoreMem(regOut, 0, asm.R1, asm.DWord),
		asm.Mov.Reg(asm.R2, asm.R1),
		// Odd numbers in which ones and zeros have no order: 2^64 divided by the golden ratio, and a
		// prime.
		asm.LoadImm(asm.R4, -0x61c8864680b583eb, asm.DWord),
		asm.LoadImm(asm.R5, -0x3d4d51c2d82b14b1, asm.DWord),
	)
	for i := range MaxStack {
		p.emit(
			asm.LoadMem(asm.R3, regOut, displacement(8+8*i), asm.DWord),
			asm.JEq.Imm(asm.R3, 0, done),
			asm.Xor.Reg(asm.R1, asm.R3),
			asm.Mul.Reg(asm.R1, asm.R4),
			asm.Mov.Reg(asm.R0, asm.R1),
			asm.RSh.Imm(asm.R0, 32),
			asm.Xor.Reg(asm.R1, asm.R0),
			asm.Add.Reg(asm.R2, asm.R3),
			asm.Mul.Reg(asm.R2, asm.R5),
			asm.Mov.Reg(asm.R0, asm.R2),
			asm.RSh.Imm(asm.R0, 29),
			asm.Xor.Reg(asm.R2, asm.R0),
		)
	}
	p.place(done)
	p.emit(
		asm.StoreMem(asm.RFP, displacement(at), asm.R1, asm.DWord),
		asm.StoreMem(asm.RFP, displacement(at+8), asm.R2, asm.DWord),
	)
}

// of returns the stack that an id stands for.
func (t *stackTable) of(id stackID) (UserStack, error) {
	if stack, known := t.known[id]; known || id == (stackID{}) {
		return stack, nil
	}
	var b []byte
	if err := t.stacks.Lookup(id, &b); err != nil {
		return UserStack{}, fmt.Errorf("read stack: %w", err)
	}
	stack := UserStack{
		PID:       uint32(binary.NativeEndian.Uint64(b)), // #nosec G115 -- the program wrote an id
		Addresses: appendStack(nil, b[8:]),
	}
	t.known[id] = stack
	return stack, nil
}
