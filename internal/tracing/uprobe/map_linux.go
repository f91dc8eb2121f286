package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// newMap makes a map that lives as long as the session.
func (s *session) newMap(spec *ebpf.MapSpec) (*ebpf.Map, error) {
	m, err := newMap(spec)
	if err == nil {
		s.loading.Lock()
		defer s.loading.Unlock()
		s.maps = append(s.maps, m)
	}
	return m, err
}

func newMap(spec *ebpf.MapSpec) (*ebpf.Map, error) {
	m, err := ebpf.NewMap(spec)
	if err != nil {
		return nil, fmt.Errorf("make BPF map: %w", explain(err))
	}
	return m, nil
}

// newNumbers makes an array of n 64-bit numbers that programs increment. Each processor has its own
// array.
func (s *session) newNumbers(name string, n int) (*ebpf.Map, error) {
	return s.newMap(&ebpf.MapSpec{
		Name: name, Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8,
		MaxEntries: uint32(n), // #nosec G115 -- as many as probes, or fewer
	})
}

// sum adds up the numbers that all processors have at index of an array that newNumbers made.
func sum(array *ebpf.Map, index uint32) (uint64, error) {
	var perCPU []uint64
	if err := array.Lookup(index, &perCPU); err != nil {
		return 0, fmt.Errorf("read BPF map: %w", err)
	}
	var total uint64
	for _, n := range perCPU {
		total += n
	}
	return total, nil
}

// Flags of update.
const (
	anyKey = 0 // BPF_ANY: add the key or replace its value
	newKey = 1 // BPF_NOEXIST: only add the key
)

// lookup sets R0 to the address of the map's value whose key is at an offset of the frame, or to 0.
// It changes R1 to R5.
func (p *program) lookup(m *ebpf.Map, key int) {
	p.emit(loadAddress(asm.R2, key)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, m.FD()),
		asm.FnMapLookupElem.Call(),
	)
}

// update stores the value at one offset of the frame under the key at another. It changes R0 to R5.
func (p *program) update(m *ebpf.Map, key, value int, flags int32) {
	p.emit(loadAddress(asm.R2, key)...)
	p.emit(loadAddress(asm.R3, value)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, m.FD()),
		asm.Mov.Imm(asm.R4, flags),
		asm.FnMapUpdateElem.Call(),
	)
}

// findOrAdd jumps to found, with R0 the address of the map's value whose key is at an offset of the
// frame. If there is none, it adds one of zeros, for which it uses words at blank. If there is no
// room, it goes on. It changes R0 to R5.
func (p *program) findOrAdd(m *ebpf.Map, key, blank, words int, found string) {
	p.lookup(m, key)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
	// Another thread may have added the key since. It only matters that the key is there now.
	p.clear(blank, words)
	p.update(m, key, blank, newKey)
	p.lookup(m, key)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
}

// increment adds 1 to the number at index of an array. It changes R0 to R5 and frameWord.
func (p *program) increment(array *ebpf.Map, index int) {
	p.emit(asm.StoreImm(asm.RFP, frameWord, int64(index), asm.Word))
	p.incrementAt(array)
}

// incrementAt is increment with the index at frameWord. It changes R0 to R5.
func (p *program) incrementAt(array *ebpf.Map) { p.countAt(array, frameWord) }

// countAt is increment with the index at an offset of the frame. It changes R0 to R5.
func (p *program) countAt(array *ebpf.Map, index int) {
	none := p.newLabel()
	p.lookup(array, index)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, none),
		asm.Mov.Imm(asm.R1, 1),
		// Atomic although each processor has its own number: a program may be preempted.
		asm.StoreXAdd(asm.R0, asm.R1, asm.DWord),
	)
	p.place(none)
}
