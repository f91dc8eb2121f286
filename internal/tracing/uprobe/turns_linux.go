package uprobe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// turns are two maps of the same kind. Programs write into the one whose turn it is; meanwhile the
// other is read and cleared, and no hit is lost or counted twice.
type turns struct {
	current *ebpf.Map // an array that has the map whose turn it is
	spec    *ebpf.MapSpec
	maps    [2]*ebpf.Map // the second is made when it is needed first
	now     int
	kept    [][]byte // keys that the maps always have
	zeros   *ebpf.Map
}

// newTurns makes maps for groups, which always have the keys kept.
func (s *session) newTurns(spec *ebpf.MapSpec, kept [][]byte) (*turns, error) {
	t := &turns{spec: spec, kept: kept}
	var err error
	if t.maps[0], err = t.newMap(s); err != nil {
		return nil, err
	}
	t.zeros, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_zeros", Type: ebpf.Array, KeySize: 4, ValueSize: spec.ValueSize, MaxEntries: 1,
	})
	if err != nil {
		return nil, err
	}
	t.current, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_current", Type: ebpf.ArrayOfMaps, KeySize: 4, ValueSize: 4, MaxEntries: 1,
		InnerMap: spec, Contents: []ebpf.MapKV{{Key: uint32(0), Value: t.maps[0]}},
	})
	return t, err
}

func (t *turns) newMap(s *session) (*ebpf.Map, error) {
	m, err := s.newMap(t.spec)
	if err != nil {
		return nil, err
	}
	return m, t.clear(m, t.kept)
}

// clear sets the values of keys to zeros.
func (t *turns) clear(m *ebpf.Map, keys [][]byte) error {
	cpus, err := ebpf.PossibleCPU()
	if err != nil {
		return err
	}
	zeros := make([][]byte, cpus)
	for i := range zeros {
		zeros[i] = make([]byte, t.spec.ValueSize)
	}
	for _, key := range keys {
		if err := m.Put(key, zeros); err != nil {
			return fmt.Errorf("clear BPF map: %w", err)
		}
	}
	return nil
}

// take calls f for what programs have written since the last time, also if there is an error.
func (t *turns) take(s *session, f visit) error {
	m := t.maps[t.now]
	if !s.hasDetached() {
		if err := t.swap(s); err != nil {
			return err
		}
	}
	err := s.take(m, f)
	if err != nil {
		err = fmt.Errorf("read BPF map: %w", err)
	}
	return errors.Join(err, t.clear(m, t.kept))
}

// hasDetached reports whether no program runs any more.
func (s *session) hasDetached() bool {
	if !s.detach.TryLock() {
		return false
	}
	defer s.detach.Unlock()
	return s.isOver
}

// swap gives the other map its turn. It waits until no program writes into the first: since Linux
// 4.20, the kernel itself does so when a map in a map is replaced. Programs that may wait for
// memory have done so before they look for the map.
func (t *turns) swap(s *session) error {
	next := 1 - t.now
	if t.maps[next] == nil {
		var err error
		if t.maps[next], err = t.newMap(s); err != nil {
			return err
		}
	}
	if err := t.current.Put(uint32(0), t.maps[next]); err != nil {
		return fmt.Errorf("replace BPF map: %w", err)
	}
	t.now = next
	return nil
}

// reach sets regOut to the address of the value whose key is at an offset of the frame, which it
// adds if need be. If there is no room, that is the value of the key that other writes, which must
// be one of those that are always there. It changes R0 to R5, regTemp and frameWord.
func (p *program) reach(t *turns, key int, other func(), end string) {
	found := p.newLabel()
	p.emit(asm.StoreImm(asm.RFP, frameWord, 0, asm.Word))
	p.lookup(t.current, frameWord)
	p.emit(asm.JEq.Imm(asm.R0, 0, end), asm.Mov.Reg(regOut, asm.R0))
	p.lookupIn(regOut, key)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
	p.lookup(t.zeros, frameWord)
	p.emit(asm.JEq.Imm(asm.R0, 0, end), asm.Mov.Reg(asm.R3, asm.R0))
	p.emit(loadAddress(asm.R2, key)...)
	p.emit(
		asm.Mov.Reg(asm.R1, regOut),
		asm.Mov.Imm(asm.R4, newKey),
		asm.FnMapUpdateElem.Call(),
	)
	// Another thread may have added the key since. It only matters that the key is there now.
	p.lookupIn(regOut, key)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
	other()
	p.lookupIn(regOut, key)
	p.emit(asm.JEq.Imm(asm.R0, 0, end))
	p.place(found)
	p.emit(asm.Mov.Reg(regOut, asm.R0))
}

// lookupIn is lookup in the map whose address a register has, which is none of R0 to R5.
func (p *program) lookupIn(m asm.Register, key int) {
	p.emit(loadAddress(asm.R2, key)...)
	p.emit(asm.Mov.Reg(asm.R1, m), asm.FnMapLookupElem.Call())
}
