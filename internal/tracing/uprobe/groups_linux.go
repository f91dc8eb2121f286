package uprobe

import (
	"encoding/binary"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// A groupTable has the groups that have histograms. The value of a group is a word, its id, by
// which its buckets are found: the address of the value. There is a map for each layout of keys.
// Texts are cut only in the last.
type groupTable struct {
	*session
	layouts []keyLayout
	maps    []*ebpf.Map
	most    int // groups in each map
}

// noGroup is the id of all groups for which there is no room, and of hits without groups.
const noGroup = 0

func (s *session) newGroupTable(by []By) (*groupTable, error) {
	longest, err := newKeyLayout(by)
	if err != nil {
		return nil, err
	}
	t := &groupTable{session: s, layouts: []keyLayout{longest}, most: s.options.groups()}
	if short, ok := longest.shorter(); ok {
		t.layouts = []keyLayout{short, longest}
	}
	stacks, err := s.newStackTable(by)
	if err != nil {
		return nil, err
	}
	for i := range t.layouts {
		t.layouts[i].stacks = stacks
		l := t.layouts[i]
		m, err := s.newMap(&ebpf.MapSpec{
			Name: "usdt_groups", Type: ebpf.Hash, ValueSize: 8,
			KeySize:    uint32(l.size), // #nosec G115 -- at most keyRoom
			MaxEntries: uint32(t.most), // #nosec G115 -- at most MaxGroups
		})
		if err != nil {
			return nil, err
		}
		t.maps = append(t.maps, m)
	}
	return t, nil
}

func (t *groupTable) by() []By { return t.layouts[0].by }

// room returns how many groups there can be.
func (t *groupTable) room() int { return len(t.maps) * t.most }

// reach stores the id of the hit's group at an offset of the frame, noGroup if there is no room for
// another one. The code of first, unless nil, sets R0 to the first word of the key. The program
// jumps to unreadable when an argument could not be read. It changes R0 to R5, regOut, frameWord
// and frameWord2.
func (t *groupTable) reach(p *program, first func(), at int, unreadable string) error {
	found, full, done := p.newLabel(), p.newLabel(), p.newLabel()
	if err := p.needValues(t.by()); err != nil {
		return err
	}
	for i, l := range t.layouts {
		longer := ""
		if i < len(t.layouts)-1 {
			longer = p.newLabel()
		}
		if err := p.writeValues(l, unreadable, longer); err != nil {
			return err
		}
		if first != nil {
			first()
			p.emit(asm.StoreMem(asm.RFP, displacement(l.frame()), asm.R0, asm.DWord))
		}
		p.findOrAdd(t.maps[i], l.frame(), frameWord, 1, found)
		p.jump(full)
		if longer != "" {
			p.place(longer)
		}
	}
	p.place(found)
	p.groupID()
	p.emit(
		asm.StoreMem(asm.RFP, displacement(at), asm.R1, asm.DWord),
		asm.Ja.Label(done),
	)
	p.place(full)
	p.clear(at, 1) // noGroup
	p.place(done)
	return nil
}

// groupID sets R1 to the id of the group whose value is at R0.
func (p *program) groupID() {
	known := p.newLabel()
	p.emit(
		asm.LoadMem(asm.R1, asm.R0, 0, asm.DWord),
		asm.JNE.Imm(asm.R1, 0, known),
		// Every thread that comes here stores the same. What is loaded is a number to the verifier.
		asm.StoreMem(asm.R0, 0, asm.R0, asm.DWord),
		asm.LoadMem(asm.R1, asm.R0, 0, asm.DWord),
	)
	p.place(known)
}

// isNew tells whether a group was put into the map just now, and has no id yet.
func isNew(id []byte) bool { return binary.NativeEndian.Uint64(id) == noGroup }

// keys returns the values of the groups, by id; nil for no table. The function join, unless nil,
// joins the values of a group with those of the group that the first word of its key is the id of.
func (t *groupTable) keys(
	join func(of uint64, values []KeyValue) []KeyValue,
) (map[uint64][]KeyValue, error) {
	if t == nil {
		return nil, nil
	}
	keys := make(map[uint64][]KeyValue)
	for i, m := range t.maps {
		err := t.each(m, func(key, id []byte) {
			if isNew(id) {
				return
			}
			of, values := t.layouts[i].decode(key)
			if join != nil {
				values = join(uint64(of), values) // #nosec G115 -- the same bits
			}
			keys[binary.NativeEndian.Uint64(id)] = values
		})
		if err != nil {
			return nil, fmt.Errorf("read groups: %w", err)
		}
	}
	return keys, nil
}
