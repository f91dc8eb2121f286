package uprobe

import (
	"errors"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// How many buckets there can be.
const (
	logBuckets   = 2 << 10  // more than a logarithmic scale has
	groupBuckets = 16 << 10 // of all groups together, or of a linear scale
)

// DistributionOptions say which distribution is wanted.
type DistributionOptions struct {
	Options
	Arg    Argument // whose values are counted
	Scale  histogram.Scale
	By     Argument // by whose values they are grouped; NoArgument for one group
	ByText bool     // By points to text, of which the first MaxByText bytes count
}

// A Distribution counts, in the kernel, how often an argument had which value. Its methods are not
// safe for concurrent use, except for Detach.
type Distribution struct {
	*session
	spec       DistributionOptions
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
	limit := logBuckets
	if d.spec.By != NoArgument || d.spec.Scale.Linear {
		limit = groupBuckets
	}
	var err error
	if d.counts, err = d.newValueCounts(limit); err != nil {
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
	p.clearKey()
	if o.By != NoArgument {
		by, err := p.read(o.By, unreadable)
		if err != nil {
			return err
		}
		if err := p.group(by, o.ByText, frameKey+8, unreadable); err != nil {
			return err
		}
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
	return d.counts.readGroups(d.spec.Scale, d.spec.ByText)
}

// Unreadable returns how many events are missing because an argument could not be read.
func (d *Distribution) Unreadable() (uint64, error) { return sum(d.unreadable, 0) }

// Lost returns how many events are missing because there were too many different values, or because
// another BPF program was running on the same processor.
func (d *Distribution) Lost() (uint64, error) {
	full, err := sum(d.counts.full, 0)
	return full + d.missed(), err
}
