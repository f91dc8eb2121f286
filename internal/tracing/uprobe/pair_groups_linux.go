package uprobe

import (
	"github.com/cilium/ebpf/asm"
)

// pairGroups are the groups of pairs. What is known at the start makes a group, whose id waits with
// the start. What is known at the end makes a group in that one.
type pairGroups struct {
	order  []By
	starts *groupTable // nil without values of the start
	ends   *groupTable // nil without values of the end
}

func (s *session) newPairGroups(by []By) (g pairGroups, err error) {
	g.order = by
	var ofStart, ofEnd []By
	for _, b := range by {
		if b.OfEnd {
			ofEnd = append(ofEnd, b)
		} else {
			ofStart = append(ofStart, b)
		}
	}
	if len(ofStart) > 0 {
		if g.starts, err = s.newGroupTable(ofStart); err != nil {
			return g, err
		}
	}
	if len(ofEnd) > 0 {
		g.ends, err = s.newGroupTable(ofEnd)
	}
	return g, err
}

// room returns how many groups of pairs there can be.
func (g pairGroups) room() int {
	switch {
	case g.ends != nil:
		return g.ends.room()
	case g.starts != nil:
		return g.starts.room()
	}
	return 0
}

// reach stores the id of the group of a pair at frameGroupID. That of the start is at frameStart.
// It changes what groupTable.reach does.
func (g pairGroups) reach(p *program, unreadable string) error {
	ofStart := func() { p.emit(asm.LoadMem(asm.R0, asm.RFP, frameStart, asm.DWord)) }
	switch {
	case g.ends == nil && g.starts == nil:
		p.clear(frameGroupID, 1)
		return nil
	case g.ends == nil:
		ofStart()
		p.emit(asm.StoreMem(asm.RFP, frameGroupID, asm.R0, asm.DWord))
		return nil
	case g.starts == nil:
		return g.ends.reach(p, nil, frameGroupID, unreadable)
	}
	done := p.newLabel()
	ofStart()
	p.emit(
		asm.StoreMem(asm.RFP, frameGroupID, asm.R0, asm.DWord),
		asm.JEq.Imm(asm.R0, noGroup, done),
	)
	if err := g.ends.reach(p, ofStart, frameGroupID, unreadable); err != nil {
		return err
	}
	p.place(done)
	return nil
}

// keys returns the values of the groups of pairs, by id.
func (g pairGroups) keys() (map[uint64][]KeyValue, error) {
	if g.ends == nil {
		return g.starts.keys(nil)
	}
	starts, err := g.starts.keys(nil)
	if err != nil {
		return nil, err
	}
	return g.ends.keys(func(of uint64, ofEnd []KeyValue) []KeyValue {
		ofStart := starts[of]
		if g.starts != nil && ofStart == nil {
			return nil
		}
		values := make([]KeyValue, len(g.order))
		for i, b := range g.order {
			from := &ofStart
			if b.OfEnd {
				from = &ofEnd
			}
			values[i], *from = (*from)[0], (*from)[1:]
		}
		return values
	})
}
