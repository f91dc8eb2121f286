package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A GroupCounter counts the hits of probes by values, and adds up arguments. Its methods are not
// safe for concurrent use, except for Attach, Release and Detach.
type GroupCounter struct {
	*session
	keys       keyLayout
	stats      []Argument
	groups     *turns // how many hits, then the stats of each argument, by key
	unreadable *ebpf.Map
}

// CountBy attaches to the probes and counts their hits by values; there can be none. Of each group
// it also says what stats the values of arguments have. The caller closes the GroupCounter.
func CountBy(probes []Probe, by []By, stats []Argument, o Options) (*GroupCounter, error) {
	keys, err := newKeyLayout(by)
	if err != nil {
		return nil, err
	}
	if len(stats) > MaxStats {
		return nil, fmt.Errorf("%d arguments to add up are too many: at most %d", len(stats), MaxStats)
	}
	c := &GroupCounter{session: newSession(o), keys: keys, stats: stats}
	if err := c.attachAll(probes); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *GroupCounter) attachAll(probes []Probe) error {
	others := c.othersKeys()
	room, err := c.room()
	if err != nil {
		return err
	}
	if c.keys.stacks, err = c.newStackTable(c.keys.by); err != nil {
		return err
	}
	c.groups, err = c.newTurns(&ebpf.MapSpec{
		Name: "usdt_groups", Type: ebpf.PerCPUHash,
		KeySize:    uint32(c.keys.size),        // #nosec G115 -- at most keyRoom
		ValueSize:  uint32(c.valueSize()),      // #nosec G115 -- as many as arguments
		MaxEntries: uint32(room + len(others)), // #nosec G115 -- at most MaxGroups and a few
	}, others)
	if err != nil {
		return err
	}
	if c.unreadable, err = c.newNumbers("usdt_unreadable", 1); err != nil {
		return err
	}
	return c.attach(c.body, probes...)
}

func (c *GroupCounter) valueSize() int {
	size := c.lastOffset()
	if c.options.Last {
		size += lastSize
	}
	return size
}

// lastOffset is where a value has the last one of the first argument.
func (c *GroupCounter) lastOffset() int { return 8 + statsSize*len(c.stats) }

// groupMemory is what the groups of a count may take, in bytes.
const groupMemory = 256 << 20

// room returns for how many groups there is room: as many as are asked for, or fewer on a machine
// with many processors.
func (c *GroupCounter) room() (int, error) {
	cpus, err := ebpf.PossibleCPU()
	const maps = 2
	return min(c.options.groups(), groupMemory/maps/(c.keys.size+cpus*c.valueSize())), err
}

// othersProbe is the index of the probe in the key of hits of groups for which there is no room.
const othersProbe = math.MaxUint32

// othersKeys returns the keys of these hits: one for each way in which the arguments that are added
// up can be signed. Sites that come later may have them in another way.
func (c *GroupCounter) othersKeys() (keys [][]byte) {
	for signs := range uint32(1) << len(c.stats) {
		key := binary.NativeEndian.AppendUint32(nil, othersProbe)
		key = binary.NativeEndian.AppendUint32(key, signs)
		keys = append(keys, append(key, make([]byte, c.keys.size-len(key))...))
	}
	return keys
}

func (c *GroupCounter) body(p *program) error {
	end, unreadable := p.newLabel(), p.newLabel()
	if err := p.unless(c.options.Filter, end); err != nil {
		return err
	}
	if err := p.writeKey(c.keys, unreadable); err != nil {
		return err
	}
	places, err := p.needStats(c.stats)
	if err != nil {
		return err
	}
	signs := signsOf(p.site.Site, c.stats)
	setSigns := func() {
		p.emit(asm.StoreImm(asm.RFP, displacement(c.keys.frame()+4), int64(signs), asm.Word))
	}
	setSigns()
	p.reach(c.groups, c.keys.frame(), func() {
		p.clear(c.keys.frame(), c.keys.size/8)
		p.emit(asm.StoreImm(asm.RFP, displacement(c.keys.frame()), -1, asm.Word))
		setSigns()
	}, end)
	p.emit(asm.Mov.Imm(asm.R1, 1), asm.StoreXAdd(regOut, asm.R1, asm.DWord))
	for i, place := range places {
		p.addStats(place, 8+statsSize*i)
	}
	if c.options.Last {
		p.keepLast(places[0], c.lastOffset())
	}
	if p.leadsTo(unreadable) {
		p.jump(end)
		p.place(unreadable)
		p.increment(c.unreadable, 0)
	}
	p.place(end)
	p.exit()
	return nil
}

// Take returns the groups that have had hits since the last call, and what these add, in no
// particular order. The same group may come several times. Hits of groups for which there is no
// room are in groups of the probe Others.
func (c *GroupCounter) Take() ([]GroupCount, error) {
	var groups []GroupCount
	err := c.groups.take(c.session, func(key, values []byte) {
		g := GroupCount{Stats: make([]integer.Stats, len(c.stats))}
		signs := binary.NativeEndian.Uint32(key[4:])
		for value := range slices.Chunk(values, c.valueSize()) {
			g.Hits += binary.NativeEndian.Uint64(value)
			for i := range c.stats {
				g.Stats[i].Add(decodeStats(value[8+statsSize*i:], signs&(1<<i) != 0))
			}
			if c.options.Last {
				g.addLast(value[c.lastOffset():], signs&1 != 0)
			}
		}
		switch probe := binary.NativeEndian.Uint32(key); {
		case g.Hits == 0:
			return
		case probe == othersProbe:
			g.Probe = Others
		default:
			clear(key[4:8])
			g.Probe, g.Key = c.keys.decode(key)
		}
		groups = append(groups, g)
	})
	return groups, err
}

// Unreadable returns how many hits are missing because an argument of the key could not be read.
func (c *GroupCounter) Unreadable() (uint64, error) { return sum(c.unreadable, 0) }

// Missed is as Counter.Missed.
func (c *GroupCounter) Missed() uint64 { return c.missed() }
