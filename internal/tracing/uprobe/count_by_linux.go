package uprobe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// A GroupCounter counts the hits of probes by values. Its methods are not safe for concurrent use,
// except for Detach.
type GroupCounter struct {
	*session
	keys       keyLayout
	hits       *ebpf.Map
	others     *ebpf.Map // hits of groups for which there is no room
	unreadable *ebpf.Map
}

// CountBy attaches to the probes and counts their hits by values. The caller closes the
// GroupCounter.
func CountBy(probes []Probe, by []By, o Options) (*GroupCounter, error) {
	keys, err := newKeyLayout(by)
	if err != nil {
		return nil, err
	}
	c := &GroupCounter{session: newSession(o), keys: keys}
	if err := c.attachAll(probes); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *GroupCounter) attachAll(probes []Probe) error {
	var err error
	c.hits, err = c.newMap(&ebpf.MapSpec{
		Name: "usdt_groups", Type: ebpf.PerCPUHash, ValueSize: 8, MaxEntries: MaxGroups,
		KeySize: uint32(c.keys.size), // #nosec G115 -- at most keyRoom
	})
	if err != nil {
		return err
	}
	if c.keys.stacks, err = c.newStackTable(c.keys.by); err != nil {
		return err
	}
	if c.others, err = c.newNumbers("usdt_others", 1); err != nil {
		return err
	}
	if c.unreadable, err = c.newNumbers("usdt_unreadable", 1); err != nil {
		return err
	}
	return c.attach(c.body, probes...)
}

func (c *GroupCounter) body(p *program) error {
	end, unreadable, found := p.newLabel(), p.newLabel(), p.newLabel()
	if err := p.unless(c.options.Filter, end); err != nil {
		return err
	}
	if err := p.writeKey(c.keys, unreadable); err != nil {
		return err
	}
	p.lookup(c.hits, c.keys.frame())
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
	// Another thread may have added the key since. It only matters that the key is there now.
	p.clear(frameWord, 1)
	p.update(c.hits, c.keys.frame(), frameWord, newKey)
	p.lookup(c.hits, c.keys.frame())
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
	p.increment(c.others, 0)
	p.jump(end)
	p.place(found)
	p.emit(asm.Mov.Imm(asm.R1, 1), asm.StoreXAdd(asm.R0, asm.R1, asm.DWord))
	if p.leadsTo(unreadable) {
		p.jump(end)
		p.place(unreadable)
		p.increment(c.unreadable, 0)
	}
	p.place(end)
	p.exit()
	return nil
}

// Read returns how many hits each group has had so far, in no particular order. Groups of texts
// that are the same as far as they are kept may come several times.
func (c *GroupCounter) Read() ([]GroupCount, error) {
	var (
		key    []byte
		perCPU []uint64
		groups []GroupCount
	)
	entries := c.hits.Iterate()
	for entries.Next(&key, &perCPU) {
		g := GroupCount{}
		g.Probe, g.Key = c.keys.decode(key)
		for _, n := range perCPU {
			g.Hits += n
		}
		groups = append(groups, g)
	}
	if err := entries.Err(); err != nil {
		return groups, fmt.Errorf("count hits: %w", err)
	}
	return groups, nil
}

// Others returns how many hits are of none of the groups, because there were too many.
func (c *GroupCounter) Others() (uint64, error) { return sum(c.others, 0) }

// Unreadable returns how many hits are missing because an argument could not be read.
func (c *GroupCounter) Unreadable() (uint64, error) { return sum(c.unreadable, 0) }

// Missed is as Counter.Missed.
func (c *GroupCounter) Missed() uint64 { return c.missed() }
