package uprobe

import (
	"errors"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// DistributionOptions say which distribution is wanted.
type DistributionOptions struct {
	Options
	Arg   Argument // whose values are counted
	Scale histogram.Scale
	By    []By // by which they are grouped; none for one group
}

// A Distribution counts, in the kernel, how often an argument had which value. Its methods are not
// safe for concurrent use, except for Attach, Release and Detach.
type Distribution struct {
	*session
	spec       DistributionOptions
	groups     *groupTable // nil if there is one group
	counts     *valueCounts
	unreadable *ebpf.Map
}

// Distribute attaches to the probes. The caller closes the Distribution.
func Distribute(probes []Probe, o DistributionOptions) (*Distribution, error) {
	d := &Distribution{session: newSession(o.Options), spec: o}
	if err := d.attachAll(probes); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Distribution) attachAll(probes []Probe) error {
	groups := 0
	var err error
	if len(d.spec.By) > 0 {
		if d.groups, err = d.newGroupTable(d.spec.By); err != nil {
			return err
		}
		groups = d.groups.room()
	}
	if d.counts, err = d.newValueCounts(d.spec.Scale, groups); err != nil {
		return err
	}
	if d.unreadable, err = d.newNumbers("usdt_unreadable", 1); err != nil {
		return err
	}
	return d.attach(d.body, probes...)
}

func (d *Distribution) body(p *program) error {
	o := d.spec
	end, unreadable := p.newLabel(), p.newLabel()
	if err := p.unless(o.Filter, end); err != nil {
		return err
	}
	arg, err := p.read(o.Arg, unreadable)
	if err != nil {
		return err
	}
	if d.groups == nil {
		p.clear(frameGroupID, 1)
	} else if err := d.groups.reach(p, nil, frameGroupID, unreadable); err != nil {
		return err
	}
	p.emit(asm.LoadMem(regTemp, asm.RFP, frameArg(arg), asm.DWord))
	p.countValue(d.counts, o.Scale, p.args[arg].Signed)
	p.jump(end)
	p.place(unreadable)
	p.increment(d.unreadable, 0)
	p.place(end)
	p.exit()
	return nil
}

// Read returns what was counted so far, in no particular order. When it returns an error, groups
// may be missing.
func (d *Distribution) Read() ([]Group, error) {
	return d.counts.readGroups(d.spec.Scale, func() (map[uint64][]KeyValue, error) {
		return d.groups.keys(nil)
	})
}

// Unreadable returns how many events are missing because an argument could not be read.
func (d *Distribution) Unreadable() (uint64, error) { return sum(d.unreadable, 0) }

// Lost returns how many events are missing because another BPF program was running on the same
// processor.
func (d *Distribution) Lost() uint64 { return d.missed() }
