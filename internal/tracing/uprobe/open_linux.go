package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// openStarts are the starts that wait for their ends. The key of the map is two words that say to
// which end a start belongs: the process, and the key of the pair. A value has the record of the
// start, of which only the time if nobody wants the rest, and the id of its group, if starts have
// groups. The time is 0 if the filter has hidden the start: its end must be told from one without a
// start, and a start before it with the same key is over.
//
// When the map is full, those make room that have not been used for longest (LRU). The kernel
// keeps some places free for each processor, so it is full a little earlier than its size says, and
// it passes over the last 128 starts of a processor until that one starts more.
type openStarts struct {
	*ebpf.Map
	blank *ebpf.Map // one value of zeros
	room  int       // for how many there is, about

	time, group int // offsets in a value
}

// mostOpenBytes is how much memory the values take at most. The kernel allocates all beforehand.
const mostOpenBytes = 64 << 20

// newOpenStarts makes room for starts with records of some bytes, 0 for the time alone.
func (s *session) newOpenStarts(record int, grouped bool) (o openStarts, err error) {
	o = openStarts{time: recordTime, group: record}
	if record == 0 {
		o.time, o.group = 0, 8
	}
	size := o.group
	if grouped {
		size += 8
	}
	o.room = min(reading.MaxOpen, mostOpenBytes/size)
	value := uint32(size) // #nosec G115 -- see layout.check
	o.Map, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_open", Type: ebpf.LRUHash, KeySize: 16, ValueSize: value,
		MaxEntries: uint32(o.room), // #nosec G115 -- at most reading.MaxOpen
	})
	if err != nil {
		return o, err
	}
	o.blank, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_blank", Type: ebpf.Array, KeySize: 4, ValueSize: value, MaxEntries: 1,
	})
	return o, err
}

// reach sets regOut to the value whose key is at frameKey: a new one has zeros. The program then
// writes it in place, because it can be larger than the stack. Meanwhile nobody else has the place:
// its turn to make room comes when as many starts have come as there is room for. The program jumps
// to lost when there is no room. It changes R0 to R5 and frameWord.
func (o openStarts) reach(p *program, lost string) {
	const exists = -17 // -EEXIST
	there := p.newLabel()
	p.emit(asm.StoreImm(asm.RFP, frameWord, 0, asm.Word))
	p.lookup(o.blank, frameWord)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, lost), // it never is
		asm.Mov.Reg(asm.R3, asm.R0),
	)
	p.emit(loadAddress(asm.R2, frameKey)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, o.FD()),
		asm.Mov.Imm(asm.R4, newKey),
		asm.FnMapUpdateElem.Call(),
		// A kernel that inlines calls of maps, such as Linux 5.10, returns a 32-bit int in R0.
		asm.LSh.Imm(asm.R0, 32),
		asm.ArSh.Imm(asm.R0, 32),
		asm.JEq.Imm(asm.R0, 0, there),
		asm.JNE.Imm(asm.R0, exists, lost),
	)
	p.place(there)
	p.lookup(o.Map, frameKey)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, lost), // another processor has just taken it
		asm.Mov.Reg(regOut, asm.R0),
	)
}

// take takes the start whose key is at frameKey away, or jumps to the label gone when another end
// has. It changes R0 to R5.
func (o openStarts) take(p *program, gone string) {
	p.emit(loadAddress(asm.R2, frameKey)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, o.FD()),
		asm.FnMapDeleteElem.Call(),
		asm.JNE.Imm(asm.R0, 0, gone),
	)
}

// count returns how many starts there are, but for hidden ones. While starts come and go, it may be
// too high, but not too low.
func (o openStarts) count(s *session) (n uint64, err error) {
	err = s.each(o.Map, func(_, value []byte) {
		if binary.NativeEndian.Uint64(value[o.time:]) != 0 {
			n++
		}
	})
	switch {
	case errors.Is(err, ebpf.ErrIterationAborted):
		return uint64(o.room), nil // #nosec G115 -- the kernel began anew where a start had gone
	case err != nil:
		return 0, fmt.Errorf("read open starts: %w", err)
	}
	return n, nil
}
